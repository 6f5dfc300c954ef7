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


def _keys(store: Store) -> str:
    return " ".join(store.keys()) or NONE


def _expire(store: Store, key: str, seconds: str) -> None:
    if not store.expire(key, _seconds(seconds)):
        raise CommandError("no such key")


def _sleep(store: Store, seconds: str) -> None:
    store.sleep(_seconds(seconds))


def _begin(store: Store) -> None:
    store.begin()


def _commit(store: Store) -> None:
    if not store.commit():
        raise CommandError("no transaction")


def _rollback(store: Store) -> None:
    if not store.rollback():
        raise CommandError("no transaction")


def _seconds(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise CommandError("bad command") from None


COMMANDS = {
    "set": (_set, 2),
    "get": (_get, 1),
    "delete": (_delete, 1),
    "count": (_count, 1),
    "keys": (_keys, 0),
    "expire": (_expire, 2),
    "sleep": (_sleep, 1),
    "begin": (_begin, 0),
    "commit": (_commit, 0),
    "rollback": (_rollback, 0),
}


def execute(store: Store, line: str) -> str | None:
    """Carry out one line and return what it prints. Raises CommandError."""
    name, *words = line.split()
    function, number = COMMANDS.get(name, (None, 0))
    if function is None or len(words) != number:
        raise CommandError("bad command")
    return function(store, *words)
