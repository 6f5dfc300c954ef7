"""Counting requests."""

from collections import Counter
from collections.abc import Iterable

from logreport.requests import Request


def count_paths(requests: Iterable[Request]) -> list[tuple[str, int]]:
    """Return each path with the number of requests for it, the most frequent first."""
    return Counter(request.path for request in requests).most_common()
