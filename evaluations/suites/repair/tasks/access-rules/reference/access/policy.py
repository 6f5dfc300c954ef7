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
        rule = self._deciding(user, action, path)
        return rule is not None and rule.allows

    def explain(self, user: str, action: str, path: str) -> str | None:
        """Return the line that decides whether `user` may do `action` with `path`, or None."""
        rule = self._deciding(user, action, path)
        return None if rule is None else rule.line

    def _deciding(self, user: str, action: str, path: str) -> Rule | None:
        fitting = [
            rule
            for rule in self._rules
            if rule.action == action and rule.covers(path) and self._groups.fits(user, rule.subject)
        ]
        return max(fitting, key=lambda rule: rule.rank, default=None)
