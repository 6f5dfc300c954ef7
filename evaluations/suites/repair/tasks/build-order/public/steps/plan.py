"""Plans for people to read."""

from steps.order import order
from steps.recipe import parse


def plan(text: str, target: str) -> list[str]:
    """Return the numbered steps that lead to `target`."""
    names = order(parse(text), target)
    return [f"{number}. {name}" for number, name in enumerate(names, 1)]
