"""From a tree to its value."""

import operator

from calculator.errors import CalculatorError
from calculator.parser import Parser

OPERATORS = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "neg": operator.neg,
}


def calculate(text: str) -> float:
    """Return the value of what somebody typed. Raises CalculatorError."""
    return evaluate(Parser(text).parse())


def evaluate(tree) -> float:
    """Return the value of a tree."""
    if isinstance(tree, float):
        return tree
    name, *operands = tree
    try:
        return OPERATORS[name](*(evaluate(operand) for operand in operands))
    except ZeroDivisionError:
        raise CalculatorError("cannot divide by zero") from None
