"""A numpy array that grows: adding a row is amortised O(1), reading is a view."""

from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray


class Growable:
    """Rows of one type.

    Args:
        dtype: of the numbers.
        width: numbers in a row; None for one number, so that `view` has one dimension.
    """

    def __init__(self, dtype: DTypeLike, width: int | None = None) -> None:
        self._size = 0
        self._data: NDArray[Any] = np.zeros((16,) if width is None else (16, width), dtype)

    def append(self, value: object = 0) -> None:
        """Add a row at the end."""
        if self._size == len(self._data):
            self._data = np.concatenate([self._data, np.zeros_like(self._data)])
        self._data[self._size] = value
        self._size += 1

    @property
    def view(self) -> NDArray[Any]:
        """The rows, to read and to change; an older view does not see what is appended later."""
        return self._data[: self._size]
