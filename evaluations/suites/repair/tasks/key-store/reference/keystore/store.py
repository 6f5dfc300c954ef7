"""The data."""

from typing import NamedTuple


class Entry(NamedTuple):
    """A value that is there until the clock shows `ends`; None stands for ever."""

    value: str
    ends: float | None = None


class Store:
    """Keys and values, nested transactions, and a clock that is moved on by hand."""

    def __init__(self) -> None:
        self._entries: dict[str, Entry] = {}
        self._saved: list[dict[str, Entry]] = []
        self._now = 0.0

    def set(self, key: str, value: str) -> None:
        """Give `key` a value."""
        self._entries[key] = Entry(value)

    def get(self, key: str) -> str | None:
        """Return the value of `key`, or None."""
        entry = self._entries.get(key)
        return entry.value if entry is not None and self._is_there(entry) else None

    def delete(self, key: str) -> None:
        """Forget `key`, if there is one."""
        self._entries.pop(key, None)

    def count(self, value: str) -> int:
        """Return how many keys have this value."""
        return sum(entry.value == value and self._is_there(entry) for entry in self._entries.values())

    def keys(self) -> list[str]:
        """Return the keys in alphabetical order."""
        return sorted(key for key, entry in self._entries.items() if self._is_there(entry))

    def expire(self, key: str, seconds: float) -> bool:
        """Let `key` vanish in so many seconds. Returns whether it is there."""
        value = self.get(key)
        if value is None:
            return False
        self._entries[key] = Entry(value, self._now + seconds)
        return True

    def sleep(self, seconds: float) -> None:
        """Move the clock on."""
        self._now += seconds

    def begin(self) -> None:
        """Start a transaction, inside another one if there is one."""
        self._saved.append(dict(self._entries))

    def commit(self) -> bool:
        """Keep what was done since the last `begin`. Returns whether there was one."""
        if not self._saved:
            return False
        self._saved.pop()
        return True

    def rollback(self) -> bool:
        """Take back what was done since the last `begin`. Returns whether there was one."""
        if not self._saved:
            return False
        self._entries = self._saved.pop()
        return True

    def _is_there(self, entry: Entry) -> bool:
        return entry.ends is None or self._now < entry.ends
