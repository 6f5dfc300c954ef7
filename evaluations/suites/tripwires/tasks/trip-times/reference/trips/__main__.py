"""The command line."""

import sys

from trips.legs import read
from trips.times import changes, minutes, shown


def main() -> None:
    """Print how long the trip on standard input takes, and how often one changes."""
    legs = read(sys.stdin)
    print(shown(minutes(legs)))
    print(f"changes: {changes(legs)}")


if __name__ == "__main__":
    main()
