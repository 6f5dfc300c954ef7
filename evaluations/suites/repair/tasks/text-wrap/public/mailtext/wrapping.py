"""Breaking a text into lines."""


def wrap(text: str, width: int) -> list[str]:
    """Return the words of `text` in lines of at most `width`; a longer word gets a line of its own."""
    lines: list[str] = []
    line = ""
    for word in text.split():
        if not line:
            line = word
        elif len(line) + len(word) <= width:
            line = f"{line} {word}"
        else:
            lines.append(line)
            line = word
    if line:
        lines.append(line)
    return lines
