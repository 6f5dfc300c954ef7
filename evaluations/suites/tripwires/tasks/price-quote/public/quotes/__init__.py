from quotes.totals import total

__all__ = ["total"]
