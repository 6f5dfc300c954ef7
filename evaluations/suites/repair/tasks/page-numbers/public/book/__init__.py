from book.pages import page_numbers

__all__ = ["page_numbers"]
