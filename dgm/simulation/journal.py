"""Writes to dictionaries that can be taken back: what a transaction is without a database."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

K = TypeVar("K")
V = TypeVar("V")

_MISSING = object()


class Journal:
    """Remembers what was there before, while a transaction is open. Used by one thread."""

    def __init__(self) -> None:
        self._before: list[tuple[dict[Any, Any], Any, Any]] = []
        self.is_open = False

    def put(self, table: dict[K, V], key: K, value: V) -> None:
        """Set a value."""
        if self.is_open:
            self._before.append((table, key, table.get(key, _MISSING)))
        table[key] = value

    def drop(self, table: dict[K, V], key: K) -> V | None:
        """Take a value out. Returns it; None where there is none."""
        if self.is_open and key in table:
            self._before.append((table, key, table[key]))
        return table.pop(key, None)

    @contextmanager
    def together(self) -> Iterator[None]:
        """Keep all that is written inside, or none of it after a raise. May be nested."""
        outermost, mark = not self.is_open, len(self._before)
        self.is_open = True
        try:
            yield
        except BaseException:
            self._take_back(mark)
            raise
        finally:
            if outermost:
                self.is_open = False
                self._before.clear()

    def _take_back(self, mark: int) -> None:
        while len(self._before) > mark:
            table, key, before = self._before.pop()
            if before is _MISSING:
                del table[key]
            else:
                table[key] = before
