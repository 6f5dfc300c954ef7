"""From tokens to a tree.

A tree is a number, or a tuple of an operator and its operands: `("+", 1.0, ("*", 2.0, 3.0))`.
`("neg", x)` is a minus sign.
"""

from calculator.errors import CalculatorError
from calculator.lexer import tokens


class Parser:
    """Reads one expression by recursive descent."""

    def __init__(self, text: str) -> None:
        self._tokens = list(tokens(text))
        self._at = 0

    def parse(self):
        """Return the tree of the whole text."""
        tree = self._sum()
        if self._kind() != "end":
            raise CalculatorError(f"did not expect {self._text()!r}")
        return tree

    def _sum(self):
        tree = self._product()
        while self._text() in ("+", "-"):
            operator = self._next()
            tree = (operator, tree, self._product())
        return tree

    def _product(self):
        tree = self._signed()
        while self._text() in ("*", "/"):
            operator = self._next()
            tree = (operator, tree, self._signed())
        return tree

    def _signed(self):
        if self._text() == "-":
            self._next()
            return ("neg", self._signed())
        return self._atom()

    def _atom(self):
        if self._kind() == "number":
            return float(self._next())
        self._expect("(")
        tree = self._sum()
        self._expect(")")
        return tree

    def _expect(self, symbol):
        if self._text() != symbol:
            raise CalculatorError(f"expected {symbol!r}, not {self._text() or 'the end'!r}")
        self._next()

    def _kind(self):
        return self._tokens[self._at][0]

    def _text(self):
        return self._tokens[self._at][1]

    def _next(self):
        self._at += 1
        return self._tokens[self._at - 1][1]
