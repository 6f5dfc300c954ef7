"""The data."""


class Store:
    def __init__(self) -> None:
        self._values: dict[str, str] = {}

    def set(self, key: str, value: str) -> None:
        """Give `key` a value."""
        self._values[key] = value

    def get(self, key: str) -> str | None:
        """Return the value of `key`, or None."""
        return self._values.get(key)

    def delete(self, key: str) -> None:
        """Forget `key`, if there is one."""
        self._values.pop(key, None)

    def count(self, value: str) -> int:
        """Return how many keys have this value."""
        return list(self._values.values()).count(value)
