"""The command line."""

import sys

from keystore.commands import CommandError, execute
from keystore.store import Store


def main() -> int:
    """Carry out the commands on standard input. Returns the exit code."""
    store = Store()
    exit_code = 0
    for line in sys.stdin:
        if not line.strip():
            continue
        try:
            printed = execute(store, line)
        except CommandError as error:
            printed = f"error: {error}"
            exit_code = 1
        if printed is not None:
            print(printed)
    return exit_code


if __name__ == "__main__":
    sys.exit(main())
