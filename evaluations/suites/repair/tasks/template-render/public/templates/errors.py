"""What can go wrong."""


class TemplateError(Exception):
    """The template is wrong, or does not fit the values."""
