"""Plain tables of estimates."""

from collections.abc import Iterable, Sequence
from math import isinf, isnan

from dgm.simulation import Estimate


def show(title: str, headers: Sequence[str], rows: Iterable[Sequence[str]], note: str = "") -> None:
    """Print a table; the first column is set to the left, the others to the right."""
    cells = [list(headers), *map(list, rows)]
    widths = [max(len(row[i]) for row in cells) for i in range(len(headers))]
    print(f"\n## {title}\n")
    for row in cells:
        first, *others = (
            cell.ljust(w) if i == 0 else cell.rjust(w) for i, (cell, w) in enumerate(zip(row, widths, strict=True))
        )
        print("  ".join([first, *others]).rstrip())
    if note:
        print(f"\n{note}")


def cell(estimate: Estimate, form: str) -> str:
    """Return an estimate with its interval."""
    if estimate.n == 0 or isnan(estimate.value):
        return "-"
    value, low, high = (_number(x, form) for x in (estimate.value, estimate.low, estimate.high))
    return f"{value} [{low}, {high}]"


def _number(value: float, form: str) -> str:
    return "never" if isinf(value) else format(value, form)
