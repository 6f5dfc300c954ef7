from calculator.errors import CalculatorError
from calculator.evaluation import calculate

__all__ = ["CalculatorError", "calculate"]
