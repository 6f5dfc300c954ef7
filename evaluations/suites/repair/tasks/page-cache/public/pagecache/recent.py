"""A mapping of bounded size."""

from collections import OrderedDict
from collections.abc import Hashable
from typing import Any


class RecentlyUsed:
    """Holds up to `capacity` values; the one not used for longest makes room for a new one."""

    def __init__(self, capacity: int) -> None:
        if capacity < 1:
            raise ValueError(f"capacity must be at least 1, not {capacity}")
        self.capacity = capacity
        self._values: OrderedDict[Hashable, Any] = OrderedDict()

    def __len__(self) -> int:
        return len(self._values)

    def __contains__(self, key: Hashable) -> bool:
        return key in self._values

    def get(self, key: Hashable, default: Any = None) -> Any:
        """Return the value of `key`, or `default`."""
        if key not in self._values:
            return default
        return self._values[key]

    def put(self, key: Hashable, value: Any) -> None:
        """Store a value, in place of an older one of the same key."""
        self._values[key] = value
        self._values.move_to_end(key)
        if len(self._values) > self.capacity:
            self._values.popitem(last=False)
