"""What the rows add up to."""

from ledger.rows import read_rows


def totals(text: str) -> dict[str, float]:
    """Return the sum of each account, in the order in which they first appear."""
    sums = {}
    for row in read_rows(text):
        sums[row.account] = sums.get(row.account, 0) + row.amount
    return {account: float(amount) for account, amount in sums.items()}
