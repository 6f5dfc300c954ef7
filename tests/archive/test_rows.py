"""Values become rows and come back; what an agent wrote is harmless on the way."""

import json

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from dgm.archive import RunArchive
from dgm.archive.rows import harmless, packed, to_json, unpacked
from dgm.values import Decision, Manifest
from tests.archive.examples import FOCUS, FOUNDER, LEASE, MANIFEST, failure, open_attempt

ANY_TEXT = st.text(st.characters(), max_size=20)
COMMANDS = st.lists(ANY_TEXT, min_size=1, max_size=3).map(tuple)
MANIFESTS = st.builds(Manifest, ANY_TEXT, ANY_TEXT, COMMANDS, st.none() | COMMANDS, st.none() | COMMANDS)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | ANY_TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(ANY_TEXT, inner, max_size=3),
    max_leaves=8,
)


@given(text=st.text(), times=st.sampled_from([1, 5_000]))
def test_packed_text_comes_back_as_it_was(text: str, times: int) -> None:
    assert unpacked(packed(to_json(text * times))) == to_json(text * times)


def test_the_probabilities_of_a_thousand_agents_take_little_room(archive: RunArchive) -> None:
    archive.add_founder(FOUNDER, MANIFEST)
    chances = {agent: 1 / (1000 + agent % 60) for agent in range(1000)}
    made = Decision("dgm", "expand", 0, (), chances, "{}")

    archive.open_attempt(0, FOCUS, LEASE, made)

    (size,) = archive._db.execute("SELECT length(probabilities) FROM decisions").fetchone()
    assert archive.last_decision() == made
    assert size < 8_000


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=10, deadline=None)
@given(manifest=MANIFESTS)
@example(manifest=Manifest("\udc80\x1b[31m", "", ("\x00",)))
def test_a_manifest_comes_back_as_it_was(archive: RunArchive, manifest: Manifest) -> None:
    number = archive.add_founder(FOUNDER, manifest).number

    assert archive.agent(number).manifest == manifest


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30, deadline=None)
@given(detail=ANY_TEXT)
@example(detail="\udc80\x1b[2J\x00\u202e")
def test_a_detail_is_kept_without_what_a_terminal_acts_on(archive: RunArchive, detail: str) -> None:
    kept = archive.close_attempt(failure(open_attempt(archive), detail)).detail

    assert not any((ord(character) < 32 and character != "\n") or 0x7F <= ord(character) < 0xA0 for character in kept)


@given(JSON)
def test_harmless_data_is_json_without_control_characters(data: object) -> None:
    text = json.dumps(harmless(data), ensure_ascii=False)

    assert "\x7f" not in text
    assert json.loads(to_json(harmless(data))) == harmless(data)


@given(JSON)
def test_making_harmless_twice_changes_nothing(data: object) -> None:
    assert harmless(harmless(data)) == harmless(data)
