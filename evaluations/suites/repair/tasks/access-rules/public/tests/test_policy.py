import pytest

from access import Policy, RulesError


def test_a_group_may_edit_what_is_below_a_path():
    policy = Policy.read("group editors = bob\nallow @editors edit /news")
    assert policy.may("bob", "edit", "/news/today")
    assert not policy.may("bob", "edit", "/newsletter")
    assert not policy.may("ann", "edit", "/news")


def test_an_unknown_group_is_an_error():
    with pytest.raises(RulesError):
        Policy.read("allow @editors edit /")
