"""The command line."""

import sys

from trips.legs import read
from trips.times import minutes, shown


def main() -> None:
    """Print how long the trip on standard input takes."""
    print(shown(minutes(read(sys.stdin))))


if __name__ == "__main__":
    main()
