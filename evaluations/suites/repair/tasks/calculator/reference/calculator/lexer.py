"""From characters to tokens."""

import re
from collections.abc import Iterator

from calculator.errors import CalculatorError

_TOKEN = re.compile(r"\s*(?:(?P<number>\d+(?:\.\d*)?|\.\d+)|(?P<name>[a-z]+)|(?P<symbol>[-+*/^(),]))")


def tokens(text: str) -> Iterator[tuple[str, str]]:
    """Yield the kind and the text of each token: `number`, `name` or `symbol`, and `end` at the end."""
    text = text.rstrip()
    position = 0
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            raise CalculatorError(f"cannot read {text[position:].strip()[0]!r} at {position}")
        position = match.end()
        kind = match.lastgroup or ""
        yield kind, match[kind]
    yield "end", ""
