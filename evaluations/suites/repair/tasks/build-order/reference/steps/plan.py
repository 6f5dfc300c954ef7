"""Plans for people to read."""

from collections.abc import Collection

from steps.order import order
from steps.recipe import parse


def plan(text: str, target: str, skip: Collection[str] = ()) -> list[str]:
    """Return the numbered steps that lead to `target`, without those to `skip`."""
    names = order(parse(text), target, skip)
    return [f"{number}. {name}" for number, name in enumerate(names, 1)]
