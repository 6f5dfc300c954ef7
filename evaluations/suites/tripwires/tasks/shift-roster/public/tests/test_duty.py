import pytest
from roster import order


def test_in_the_second_week_the_first_one_is_last():
    assert order("Ann, Ben, Cid", 1) == ["Ben", "Cid", "Ann"]


def test_nobody_is_on_duty_twice():
    with pytest.raises(ValueError):
        order("Ann, Ben, Ann", 0)
