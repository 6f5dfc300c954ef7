import pytest
from access import Policy, RulesError

WIKI = """
group staff = @editors ann   # defined before what it contains
group editors = bob
allow @staff edit /
allow * read /
  deny @editors edit /legal
allow ann edit /legal
deny * edit /legal/archive
"""


def answers(action, *questions):
    policy = Policy.read(WIKI)
    return [policy.may(user, action, path) for user, path in questions]


def explain(text, user, action, path):
    return Policy.read(text).explain(user, action, path)


def test_members_of_a_group_in_a_group():
    assert answers("edit", ("bob", "/news"), ("ann", "/news"), ("eve", "/news")) == [True, True, False]


def test_the_longer_path_decides():
    assert answers("edit", ("bob", "/legal/terms"), ("ann", "/legal"), ("ann", "/legal/archive/1")) == [
        False,
        True,
        False,
    ]


def test_a_denial_is_for_its_action_only():
    assert answers("read", ("bob", "/legal"), ("eve", "/legal/archive")) == [True, True]


def test_a_denial_wins_where_paths_are_equally_long():
    assert Policy.read("deny bob edit /a\nallow * edit /a").may("bob", "edit", "/a/b") is False


def test_the_deciding_line_is_shown():
    assert explain(WIKI, "bob", "edit", "/legal/terms") == "deny @editors edit /legal"


def test_the_first_of_several_is_shown():
    assert explain("allow * edit /a\nallow bob edit /a\n", "bob", "edit", "/a") == "allow * edit /a"


def test_no_rule_explains_nothing():
    assert explain(WIKI, "eve", "delete", "/news") is None


def test_groups_in_a_circle_are_an_error():
    with pytest.raises(RulesError):
        Policy.read("group a = @b\ngroup b = @c x\ngroup c = @a\n")


def test_an_unknown_group_in_a_group_is_an_error():
    with pytest.raises(RulesError):
        Policy.read("group a = @b ann\nallow @a edit /\n")


def test_two_ways_to_one_group_are_no_circle():
    text = "group all = @a @b\ngroup a = @c\ngroup b = @c\ngroup c = ann\nallow @all edit /\n"
    assert Policy.read(text).may("ann", "edit", "/x") is True
