import pytest
from warehouse import Bin, label
from warehouse.bins import check


def test_a_bin_that_there_is():
    assert check(Bin("C", 1, 99)) == Bin("C", 1, 99)


def test_a_shelf_that_there_is_not():
    with pytest.raises(ValueError):
        label("C", 100, 1)
