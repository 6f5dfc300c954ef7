"""Tables in Markdown."""

from tables.columns import pad, widths


def render(header: list[str], rows: list[list[str]]) -> str:
    """Return a table; rows that are too short or too long are made to fit the header."""
    rows = pad([[cell.strip() for cell in row] for row in [header, *rows]], len(header))
    sizes = widths(rows)
    lines = [_line([cell.ljust(size) for cell, size in zip(row, sizes)]) for row in rows]
    lines.insert(1, _line(["-" * size for size in sizes]))
    return "\n".join(lines)


def _line(cells: list[str]) -> str:
    return "| " + " | ".join(cells) + " |"
