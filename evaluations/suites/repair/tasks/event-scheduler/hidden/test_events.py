import pytest
from events import Simulation


def repeat(interval, until_run, until=None):
    sim = Simulation()
    seen = []
    sim.every(interval, lambda: seen.append(sim.now), until=until)
    sim.run(until_run)
    return seen


def test_an_event_comes_again():
    assert repeat(2.0, 7.0) == [2.0, 4.0, 6.0]


def test_the_last_call_may_be_at_the_very_end():
    assert repeat(2.0, 10.0, until=6.0) == [2.0, 4.0, 6.0]


def test_an_end_before_the_first_call():
    assert repeat(2.0, 10.0, until=1.0) == []


def test_an_interval_of_zero_is_refused():
    with pytest.raises(ValueError):
        Simulation().every(0, print)


def test_the_same_time_keeps_the_order():
    sim = Simulation()
    seen = []
    for name in "dbca":
        sim.at(1.0, lambda name=name: seen.append(name))
    sim.run(1.0)
    assert seen == ["d", "b", "c", "a"]


def test_a_repeating_event_asks_again_each_time():
    sim = Simulation()
    seen = []
    sim.every(1.0, lambda: seen.append("again"))
    sim.at(1.0, lambda: seen.append("one"))
    sim.at(2.0, lambda: seen.append("two"))
    sim.run(2.0)
    assert seen == ["again", "one", "two", "again"]


def test_a_cancelled_event_does_not_happen():
    sim = Simulation()
    seen = []
    handle = sim.at(1.0, lambda: seen.append(1))
    assert [sim.cancel(handle), sim.cancel(handle)] == [True, False]
    sim.run(2.0)
    assert seen == []


def test_an_action_may_cancel_itself():
    sim = Simulation()
    seen = []

    def action():
        seen.append(sim.now)
        if len(seen) == 3:
            seen.append(sim.cancel(handle))

    handle = sim.every(1.0, action)
    sim.run(9.0)
    assert seen == [1.0, 2.0, 3.0, True]


def test_what_has_happened_cannot_be_cancelled():
    sim = Simulation()
    handle = sim.at(1.0, lambda: None)
    sim.run(1.0)
    assert sim.cancel(handle) is False


def test_pending_counts_what_is_to_come():
    sim = Simulation()
    sim.every(1.0, lambda: None, until=3.0)
    handle = sim.at(2.0, lambda: None)
    counts = [sim.pending()]
    sim.cancel(handle)
    counts.append(sim.pending())
    sim.run(2.5)
    counts.append(sim.pending())
    sim.run(4.0)
    counts.append(sim.pending())
    assert counts == [2, 1, 1, 0]
