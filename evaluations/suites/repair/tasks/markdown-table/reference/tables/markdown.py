"""Tables in Markdown."""

from tables.columns import numeric, pad, widths


def render(header: list[str], rows: list[list[str]]) -> str:
    """Return a table; rows that are too short or too long are made to fit the header."""
    table = pad([[_escape(cell) for cell in row] for row in [header, *rows]], len(header))
    sizes = widths(table)
    to_right = numeric(table[1:]) or [False] * len(header)
    lines = [_line([_align(*cell) for cell in zip(row, sizes, to_right)]) for row in table]
    lines.insert(1, _line([_rule(*column) for column in zip(sizes, to_right)]))
    return "\n".join(lines)


def _escape(cell: str) -> str:
    return cell.strip().replace("|", "\\|")


def _align(cell: str, size: int, right: bool) -> str:
    return cell.rjust(size) if right else cell.ljust(size)


def _rule(size: int, right: bool) -> str:
    return "-" * (size - 1) + ":" if right else "-" * size


def _line(cells: list[str]) -> str:
    return "| " + " | ".join(cells) + " |"
