"""The command line."""

import argparse
import sys

from logreport.counting import count_paths
from logreport.requests import read

ERROR_STATUS = 400


def main(arguments: list[str]) -> int:
    """Print the report on a file, or on standard input. Returns the exit code."""
    options = _parser().parse_args(arguments)
    least_status = ERROR_STATUS if options.errors else 0
    if options.file is None:
        counts = count_paths(read(sys.stdin), least_status)
    else:
        with open(options.file) as log:
            counts = count_paths(read(log), least_status)
    for path, count in counts[: options.top]:
        print(count, path)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m logreport", allow_abbrev=False)
    parser.add_argument("file", nargs="?", help="a log; standard input where left out")
    parser.add_argument("--top", type=_positive, metavar="N", help="print only the first N lines")
    parser.add_argument("--errors", action="store_true", help="count only requests with a status of 400 or above")
    return parser


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise ValueError(text)
    return number


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
