"""The values of settings."""

WORDS = {"yes": True, "no": False}


def parse_value(text: str) -> bool | int | str:
    """Return what `text` stands for."""
    text = text.strip()
    if text in WORDS:
        return WORDS[text]
    try:
        return int(text)
    except ValueError:
        return text
