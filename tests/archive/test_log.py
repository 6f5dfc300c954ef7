"""Events and decisions: what the run remembers of its own course."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dgm.archive import RunArchive


def test_following_gives_what_came_after(archive: RunArchive) -> None:
    archive.add_event("note", "one")
    (seen,) = archive.events()
    archive.add_event("note", "two")

    assert [event.text for event in archive.events_after(seen.event_id)] == ["two"]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
@given(text=st.text(st.characters(), max_size=40))
def test_no_event_acts_on_a_terminal(archive: RunArchive, text: str) -> None:
    archive.add_event("note", text, {"said": text})

    event = archive.events(1)[0]
    assert not any(ord(character) < 32 or ord(character) == 127 for character in f"{event.text}")
    assert "\x1b" not in str(event.data["said"])
