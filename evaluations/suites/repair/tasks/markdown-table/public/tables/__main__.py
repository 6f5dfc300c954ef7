"""The command line."""

import csv
import sys

from tables.markdown import render


def main(arguments: list[str]) -> int:
    """Print the file named by the first argument, or standard input, as a table. Returns the exit code."""
    if len(arguments) > 1:
        print("usage: python -m tables [FILE]", file=sys.stderr)
        return 2
    text = open(arguments[0], newline="").read() if arguments else sys.stdin.read()
    rows = [row for row in csv.reader(text.splitlines()) if row]
    if not rows:
        print("there is no header", file=sys.stderr)
        return 1
    print(render(rows[0], rows[1:]))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
