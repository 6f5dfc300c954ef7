"""Groups of users."""

from collections.abc import Mapping

from access.errors import RulesError


class Groups:
    """The members of each group, those of the groups in it included. Raises RulesError for what has no meaning."""

    def __init__(self, members: Mapping[str, list[str]]) -> None:
        self._named = members
        self._members = {group: self._collect(group, ()) for group in members}

    def fits(self, user: str, subject: str) -> bool:
        """Return whether `subject`, a user, `@group` or `*`, stands for `user`."""
        if subject.startswith("@"):
            return user in self.members(subject[1:])
        return subject in ("*", user)

    def members(self, group: str) -> set[str]:
        """Return the members of a group. Raises RulesError for an unknown one."""
        if group not in self._members:
            raise RulesError(f"there is no group {group!r}")
        return self._members[group]

    def _collect(self, group: str, above: tuple[str, ...]) -> set[str]:
        if group in above:
            raise RulesError(f"group {group!r} contains itself")
        if group not in self._named:
            raise RulesError(f"there is no group {group!r}")
        users: set[str] = set()
        for name in self._named[group]:
            users |= self._collect(name[1:], (*above, group)) if name.startswith("@") else {name}
        return users
