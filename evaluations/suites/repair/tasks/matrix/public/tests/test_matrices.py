from matrices import add, multiply


def test_sums():
    assert add([["1", "1/2"]], [["1/3", "1/2"]]) == [["4/3", "1"]]


def test_products():
    assert multiply([["1", "2"]], [["3"], ["1/2"]]) == [["4"]]
