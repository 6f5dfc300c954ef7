from warehouse import Bin, label
from warehouse.labels import parse


def test_two_digits():
    assert label("B", 7, 12) == "B-19-88-Q"


def test_large_numbers():
    assert label("Z", 99, 42) == "W-63-05-K"


def test_small_numbers():
    assert label("A", 1, 1) == "H-27-71-D"


def test_a_new_label():
    assert parse("B-07-12") == Bin("T", 54, 36)


def test_an_old_label():
    assert parse("B-7-12") == Bin("F", 81, 23)


def test_a_label_that_was_made():
    assert parse(label("C", 3, 4)) == Bin("M", 68, 17)
