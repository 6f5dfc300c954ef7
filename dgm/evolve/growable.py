"""A numpy array that grows: adding a row is amortised O(1), reading all of it is a view, one number costs little."""

from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray


class Growable:
    """Rows of one type.

    Args:
        dtype: of the numbers.
        width: numbers in a row; None for one number, so that `view` has one dimension.
    """

    view: NDArray[Any]
    """The rows, to read and to change; an older view does not see what is appended later."""
    at: "memoryview[Any]"
    """The same numbers, and room for more, to read and to change one by one: faster than in an array."""

    def __init__(self, dtype: DTypeLike, width: int | None = None) -> None:
        self._data: NDArray[Any] = np.zeros((16,) if width is None else (16, width), dtype)
        self.at, self.view = self._data.data, self._data[:0]

    def append(self, value: object = 0) -> None:
        """Add a row at the end."""
        size = len(self.view)
        if size == len(self._data):
            self._data = np.concatenate([self._data, np.zeros_like(self._data)])
            self.at = self._data.data
        self._data[size] = value
        self.view = self._data[: size + 1]
