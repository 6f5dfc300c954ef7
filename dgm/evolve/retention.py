"""Which functioning children may be parents. Pure; every functioning child stays in git whatever the answer."""

from typing import Literal, NamedTuple, assert_never


class Retained(NamedTuple):
    """The answer, and why, in words for a person."""

    eligible: bool
    reason: str


def retain(rule: Literal["keep_all"]) -> Retained:
    """Tell whether a child that passed screening may be a parent."""
    match rule:
        case "keep_all":
            return Retained(True, "keep_all: every functioning child may be a parent")
        case _:
            assert_never(rule)
