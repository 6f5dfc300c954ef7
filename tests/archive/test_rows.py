"""Values become rows and come back; what an agent wrote is harmless on the way."""

import json

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from dgm.archive import RunArchive
from dgm.archive.rows import harmless, to_json
from dgm.values import Manifest
from tests.archive.examples import FOUNDER, failure, open_attempt

ANY_TEXT = st.text(st.characters(), max_size=20)
COMMANDS = st.lists(ANY_TEXT, min_size=1, max_size=3).map(tuple)
MANIFESTS = st.builds(Manifest, ANY_TEXT, ANY_TEXT, COMMANDS, st.none() | COMMANDS, st.none() | COMMANDS)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | ANY_TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(ANY_TEXT, inner, max_size=3),
    max_leaves=8,
)


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
