"""The body of a mail."""

from mailtext.wrapping import wrap

QUOTE = "> "


def format_mail(text: str, width: int = 72, quote: bool = False) -> str:
    """Return `text` wrapped at `width`. Empty lines part the paragraphs and are kept as one."""
    paragraphs = [part for part in text.split("\n\n") if part.strip()]
    room = width - len(QUOTE) if quote else width
    lines: list[str] = []
    for paragraph in paragraphs:
        if lines:
            lines.append("")
        lines.extend(wrap(paragraph, room))
    if quote:
        lines = [(QUOTE + line).rstrip() for line in lines]
    return "\n".join(lines)
