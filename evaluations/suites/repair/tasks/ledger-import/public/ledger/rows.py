"""The rows of a bank's export."""

from collections.abc import Iterator
from decimal import Decimal
from typing import NamedTuple

from ledger.amounts import parse_amount


class Row(NamedTuple):
    date: str
    account: str
    amount: Decimal


def read_rows(text: str) -> Iterator[Row]:
    """Yield the rows below the header; empty lines are skipped."""
    for line in text.splitlines()[1:]:
        if not line.strip():
            continue
        date, account, amount = line.split(";")
        yield Row(date.strip(), account.strip(), parse_amount(amount))
