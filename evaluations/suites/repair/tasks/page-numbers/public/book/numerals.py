"""Roman numerals."""

NUMERALS = [
    (1000, "m"),
    (900, "cm"),
    (500, "d"),
    (400, "cd"),
    (100, "c"),
    (90, "xc"),
    (50, "l"),
    (40, "xl"),
    (10, "x"),
    (9, "ix"),
    (5, "v"),
    (4, "iv"),
    (1, "i"),
]


def roman(number: int) -> str:
    """Return a number from 1 to 3999 in lower-case Roman numerals. Raises ValueError for others."""
    if not 1 <= number <= 3999:
        raise ValueError(f"{number} cannot be written in Roman numerals")
    text = ""
    for value, numeral in NUMERALS:
        text += numeral * (number // value)
        number %= value
    return text
