"""The numbers that are printed on pages."""

from book.numerals import roman


def page_numbers(front: int, body: int) -> list[str]:
    """Return the numbers of `front` pages before the first chapter and of the `body` after them."""
    return [roman(page) for page in range(1, front + 1)] + [str(page) for page in range(1, body + 1)]
