"""Reading rules."""

from typing import NamedTuple

from access.errors import RulesError


class Rule(NamedTuple):
    """`subject` may, or may not, do `action` with `path` and all below it. `line` is what was read."""

    allows: bool
    subject: str
    action: str
    path: str
    line: str

    @property
    def rank(self) -> tuple[int, bool]:
        """What decides between rules: the longer path, then a denial."""
        return len(self.path.rstrip("/")), not self.allows

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
            case ["allow" | "deny" as verb, subject, action, path]:
                rules.append(Rule(verb == "allow", subject, action, path, raw.strip()))
            case _:
                raise RulesError(f"cannot read {raw.strip()!r}")
    return groups, rules
