"""The commands of a script."""

from keystore.store import Store

NONE = "(none)"


class CommandError(Exception):
    """A command cannot be carried out; the message is printed."""


def _set(store: Store, key: str, value: str) -> None:
    store.set(key, value)


def _get(store: Store, key: str) -> str:
    value = store.get(key)
    return NONE if value is None else value


def _delete(store: Store, key: str) -> None:
    store.delete(key)


def _count(store: Store, value: str) -> str:
    return str(store.count(value))


COMMANDS = {"set": (_set, 2), "get": (_get, 1), "delete": (_delete, 1), "count": (_count, 1)}


def execute(store: Store, line: str) -> str | None:
    """Carry out one line and return what it prints. Raises CommandError."""
    name, *words = line.split()
    function, number = COMMANDS.get(name, (None, 0))
    if function is None or len(words) != number:
        raise CommandError("bad command")
    return function(store, *words)
