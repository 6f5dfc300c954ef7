"""The command line."""

import sys

from logreport.counting import count_paths
from logreport.requests import read

USAGE = "usage: python -m logreport [FILE]"


def main(arguments: list[str]) -> int:
    """Print the report on a file, or on standard input. Returns the exit code."""
    if len(arguments) > 1 or any(argument.startswith("-") for argument in arguments):
        print(USAGE, file=sys.stderr)
        return 2
    if arguments:
        with open(arguments[0]) as log:
            counts = count_paths(read(log))
    else:
        counts = count_paths(read(sys.stdin))
    for path, count in counts:
        print(count, path)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
