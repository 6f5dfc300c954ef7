"""Cutting a template into pieces."""

import re
from collections.abc import Iterator

_TAG = re.compile(r"\{\{(.*?)\}\}")


def pieces(template: str) -> Iterator[tuple[str, str]]:
    """Yield `("text", ...)` and `("value", expression)` in order."""
    position = 0
    for match in _TAG.finditer(template):
        if match.start() > position:
            yield "text", template[position : match.start()]
        yield "value", match[1].strip()
        position = match.end()
    if position < len(template):
        yield "text", template[position:]
