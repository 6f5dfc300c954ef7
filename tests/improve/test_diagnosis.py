import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dgm.improve.diagnosis import Diagnosis, parse_diagnosis
from tests.improve.acting import DIAGNOSIS

FIELDS = {"improve": "a weakness of it", "how": "in main.py, by a loop", "problem": "Add a loop to main."}


@pytest.mark.parametrize(
    "answer",
    [
        DIAGNOSIS,
        f"```json\n{DIAGNOSIS}\n```",
        f"Here is what I think:\n\n{DIAGNOSIS}\nI hope it helps {{ }}.",
        "For {example}: " + DIAGNOSIS,
        DIAGNOSIS.replace(" its own", "\n its own"),
        json.dumps({**json.loads(DIAGNOSIS), "confidence": 0.9}),
    ],
)
def test_json_is_found_whatever_stands_around_it(answer: str) -> None:
    assert parse_diagnosis(answer).problem == "Add a second try to the main function."


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ("", "no JSON object"),
        ("I would improve everything.", "no JSON object"),
        ("{" * 10_000, "no JSON object"),
        ('{"a":' * 5_000, "no JSON object"),
        ("[1, 2]", "no JSON object"),
        (json.dumps({**FIELDS, "how": 3}), "how"),
        (json.dumps({**FIELDS, "how": ["a", "b"]}), "how"),
        (json.dumps({**FIELDS, "how": {}}), "how"),
        (json.dumps({**FIELDS, "how": [3] * 4000}), "how"),
        (json.dumps({**FIELDS, "problem": "short"}), "problem"),
        (json.dumps({**FIELDS, "improve": "x" * 4001}), "improve"),
    ],
)
def test_an_unusable_answer_gives_a_reason(answer: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        parse_diagnosis(answer)


@pytest.mark.parametrize(
    ("how", "text"),
    [
        ({"file": "main.py", "change": "a loop"}, "file: main.py\nchange: a loop"),
        (["in main.py,", "by a loop"], "in main.py,\nby a loop"),
        ([{"file": "main.py", "lines": [3, 4]}], "file: main.py\nlines: 3\n4"),
        ({"steps": "a loop\x1b[2J"}, "steps: a loop?[2J"),
        ({"type": "string", "description": "a loop, in main.py"}, "a loop, in main.py"),
    ],
)
def test_an_object_or_a_list_is_taken_as_text(how: object, text: str) -> None:
    assert parse_diagnosis(json.dumps({**FIELDS, "how": how})).how == text


@pytest.mark.parametrize("depth", [300, 900, 2_000])
def test_a_value_that_is_nested_without_end_gives_a_reason(depth: int) -> None:
    with pytest.raises(ValueError, match=r".+"):
        parse_diagnosis('{"improve": ' + '{"a":' * depth + "1" + "}" * (depth + 1))


def test_an_answer_is_read_to_its_cap_only() -> None:
    with pytest.raises(ValueError, match="no JSON object"):
        parse_diagnosis(" " * 20_000 + DIAGNOSIS)


def test_a_diagnosis_carries_no_control_character() -> None:
    found = parse_diagnosis(json.dumps({**FIELDS, "how": "in main.py\x1b[2J\nby a loop\u202e"}))

    assert found.how == "in main.py?[2J\nby a loop?"


@given(st.text(max_size=300))
def test_any_text_gives_a_diagnosis_or_a_reason(text: str) -> None:
    try:
        found = parse_diagnosis(text)
    except ValueError:
        return

    assert isinstance(found, Diagnosis)
