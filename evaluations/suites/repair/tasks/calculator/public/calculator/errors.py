"""What can go wrong."""


class CalculatorError(Exception):
    """The text has no value; the message says why."""
