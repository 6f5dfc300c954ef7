"""What is permitted."""

from typing import Self

from access.groups import Groups
from access.rules import Rule, parse


class Policy:
    def __init__(self, groups: Groups, rules: list[Rule]) -> None:
        self._groups = groups
        self._rules = rules

    @classmethod
    def read(cls, text: str) -> Self:
        """Return the policy that a text describes. Raises RulesError."""
        groups, rules = parse(text)
        policy = cls(Groups(groups), rules)
        for rule in rules:
            policy._groups.fits("", rule.subject)
        return policy

    def may(self, user: str, action: str, path: str) -> bool:
        """Return whether `user` may do `action` with `path`."""
        return any(
            rule.action == action and rule.covers(path) and self._groups.fits(user, rule.subject)
            for rule in self._rules
        )
