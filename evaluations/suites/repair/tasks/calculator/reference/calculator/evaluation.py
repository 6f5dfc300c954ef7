"""From a tree to its value."""

import math
import operator

from calculator.errors import CalculatorError
from calculator.parser import Parser

OPERATORS = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "neg": operator.neg,
    "^": math.pow,
    "abs": abs,
    "sqrt": math.sqrt,
    "max": lambda *numbers: max(numbers),
    "min": lambda *numbers: min(numbers),
}


def calculate(text: str) -> float:
    """Return the value of what somebody typed. Raises CalculatorError."""
    return evaluate(Parser(text).parse())


def evaluate(tree) -> float:
    """Return the value of a tree."""
    if isinstance(tree, float):
        return tree
    name, *operands = tree
    if name not in OPERATORS:
        raise CalculatorError(f"there is no function {name!r}")
    numbers = [evaluate(operand) for operand in operands]
    try:
        return OPERATORS[name](*numbers)
    except ZeroDivisionError:
        raise CalculatorError("cannot divide by zero") from None
    except TypeError:
        raise CalculatorError(f"{name!r} does not take {len(numbers)} arguments") from None
    except (ValueError, OverflowError):
        raise CalculatorError(f"{name!r} has no value for {numbers}") from None
