"""Cutting a template into pieces."""

import re
from collections.abc import Iterator

_TAG = re.compile(r"\{\{(.*?)\}\}|\{%(.*?)%\}")


def pieces(template: str) -> Iterator[tuple[str, str]]:
    """Yield `("text", ...)`, `("value", expression)` and `("tag", words)` in order."""
    position = 0
    for match in _TAG.finditer(template):
        if match.start() > position:
            yield "text", template[position : match.start()]
        if match[1] is not None:
            yield "value", match[1].strip()
        else:
            yield "tag", match[2].strip()
        position = match.end()
    if position < len(template):
        yield "text", template[position:]
