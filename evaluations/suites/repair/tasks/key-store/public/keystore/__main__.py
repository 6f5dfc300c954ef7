"""The command line."""

import sys

from keystore.commands import CommandError, execute
from keystore.store import Store


def main() -> None:
    """Carry out the commands on standard input."""
    store = Store()
    for line in sys.stdin:
        if not line.strip():
            continue
        try:
            printed = execute(store, line)
        except CommandError as error:
            printed = f"error: {error}"
        if printed is not None:
            print(printed)


if __name__ == "__main__":
    main()
