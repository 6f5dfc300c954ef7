"""The numbers that are printed on pages."""

from book.numerals import roman


def page_numbers(front: int, body: int, appendix: int = 0) -> list[str]:
    """Return the numbers of `front` pages before the first chapter, of the `body` and of the `appendix` after them."""
    numbers = [roman(page) for page in range(1, front + 1)]
    numbers += [str(page) for page in range(1, body + 1)]
    numbers += [f"A-{page}" for page in range(1, appendix + 1)]
    return numbers
