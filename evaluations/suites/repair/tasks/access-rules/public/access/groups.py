"""Groups of users."""

from collections.abc import Mapping

from access.errors import RulesError


class Groups:
    """The members of each group."""

    def __init__(self, members: Mapping[str, list[str]]) -> None:
        self._members = {group: set(names) for group, names in members.items()}

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
