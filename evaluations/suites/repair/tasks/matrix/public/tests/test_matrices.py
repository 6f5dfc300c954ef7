from matrices import add, multiply


def test_sums():
    assert add([[1, 2]], [[3, 4]]) == [[4, 6]]


def test_products():
    assert multiply([[1, 2]], [[3], [4]]) == [[11]]
