"""Counting requests."""

from collections import Counter
from collections.abc import Iterable

from logreport.requests import Request


def count_paths(requests: Iterable[Request], least_status: int = 0) -> list[tuple[str, int]]:
    """Return each path with the number of its requests that have at least this status.

    The most frequent comes first; equal ones are in alphabetical order.
    """
    counts = Counter(request.path for request in requests if request.status >= least_status)
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))
