"""Reading answers."""


def read(text: str) -> list[float]:
    """Return the numbers in `text`; an empty answer is left out."""
    return [float(part) for part in text.split(",") if part.strip()]
