"""Reading logs."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple


class Request(NamedTuple):
    time: str
    method: str
    path: str
    status: int


def read(lines: Iterable[str]) -> Iterator[Request]:
    """Yield the requests in a log; lines of another form are left out."""
    for line in lines:
        fields = line.split()
        if len(fields) == 4 and fields[3].isdigit():
            time, method, path, status = fields
            yield Request(time, method, path.partition("?")[0], int(status))
