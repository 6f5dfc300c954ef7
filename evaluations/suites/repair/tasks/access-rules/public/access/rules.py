"""Reading rules."""

from typing import NamedTuple

from access.errors import RulesError


class Rule(NamedTuple):
    """`subject` may do `action` with `path` and all below it."""

    subject: str
    action: str
    path: str

    def covers(self, path: str) -> bool:
        """Return whether the rule is about `path`."""
        folder = self.path.rstrip("/")
        return path == folder or path.startswith(folder + "/")


def parse(text: str) -> tuple[dict[str, list[str]], list[Rule]]:
    """Return the groups and the rules in `text`. Raises RulesError."""
    groups: dict[str, list[str]] = {}
    rules = []
    for raw in text.splitlines():
        words = raw.partition("#")[0].split()
        match words:
            case []:
                continue
            case ["group", name, "=", *members]:
                groups[name] = members
            case ["allow", subject, action, path]:
                rules.append(Rule(subject, action, path))
            case _:
                raise RulesError(f"cannot read {raw.strip()!r}")
    return groups, rules
