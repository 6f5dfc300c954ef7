"""Events and decisions: what the run remembers of its own course."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dgm.archive import RunArchive
from tests.archive.examples import decision, open_attempt


def test_events_come_oldest_first(archive: RunArchive) -> None:
    for text in ("one", "two", "three"):
        archive.add_event("note", text)

    assert [event.text for event in archive.events()] == ["one", "two", "three"]


def test_the_last_events_are_the_newest(archive: RunArchive) -> None:
    for text in ("one", "two", "three"):
        archive.add_event("note", text)

    assert [event.text for event in archive.events(2)] == ["two", "three"]


def test_following_gives_what_came_after(archive: RunArchive) -> None:
    archive.add_event("note", "one")
    (seen,) = archive.events()
    archive.add_event("note", "two")

    assert [event.text for event in archive.events_after(seen.event_id)] == ["two"]


def test_an_event_keeps_its_data(archive: RunArchive) -> None:
    archive.add_event("trial", "a0 on t1", {"agent": 0, "share": 0.5, "ids": ["x"], "none": None, "yes": True})

    assert archive.events()[0].data == {"agent": 0, "share": 0.5, "ids": ["x"], "none": None, "yes": True}


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
@given(text=st.text(st.characters(), max_size=40))
def test_no_event_acts_on_a_terminal(archive: RunArchive, text: str) -> None:
    archive.add_event("note", text, {"said": text})

    event = archive.events(1)[0]
    assert not any(ord(character) < 32 or ord(character) == 127 for character in f"{event.text}")
    assert "\x1b" not in str(event.data["said"])


def test_the_newest_decision_comes_back_whole(archive: RunArchive) -> None:
    assert archive.last_decision() is None

    open_attempt(archive)

    assert archive.last_decision() == decision()
