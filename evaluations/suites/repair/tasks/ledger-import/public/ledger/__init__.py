from ledger.report import totals

__all__ = ["totals"]
