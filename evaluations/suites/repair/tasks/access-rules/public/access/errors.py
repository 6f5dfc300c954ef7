"""What can go wrong."""


class RulesError(ValueError):
    """A text of rules cannot be understood."""
