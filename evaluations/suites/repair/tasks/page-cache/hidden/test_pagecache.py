import pytest
from pagecache import RecentlyUsed, Site


def visit(capacity, *paths):
    site = Site(str.upper, capacity)
    for path in paths:
        assert site.page(path) == path.upper()
    return site.rendered


def test_a_page_just_read_stays():
    assert visit(2, "home", "about", "home", "news", "home") == ["home", "about", "news"]


def test_the_page_not_read_for_longest_goes():
    assert visit(2, "home", "about", "home", "news", "about") == ["home", "about", "news", "about"]


def test_reading_in_turn_with_room_for_three():
    assert visit(3, "a", "b", "c", "a", "b", "d", "a", "b", "c") == ["a", "b", "c", "d", "c"]


def test_never_more_than_the_capacity_is_held():
    cache = RecentlyUsed(2)
    for number in range(10):
        cache.put(number, number)
        cache.get(0)
    assert len(cache) == 2


def test_asking_for_what_is_not_there_gives_the_default():
    cache = RecentlyUsed(1)
    assert cache.get("x", 7) == 7
    assert "x" not in cache


def test_a_value_put_again_counts_as_used():
    cache = RecentlyUsed(2)
    cache.put("a", 1)
    cache.put("b", 2)
    cache.put("a", 3)
    cache.put("c", 4)
    assert "b" not in cache
    assert cache.get("a") == 3


def test_a_capacity_below_one_is_refused():
    with pytest.raises(ValueError):
        RecentlyUsed(0)
