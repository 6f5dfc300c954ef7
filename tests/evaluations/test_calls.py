import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dgm.errors import SuiteError
from dgm.evaluations.calls import inputs, passed, read_calls, same
from dgm.values import Tree
from tests.evaluations.builders import calls_task, commands_task

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


@given(value=JSON)
def test_a_value_is_the_same_after_a_round_trip(value: object) -> None:
    assert same(value, json.loads(json.dumps(value)), 0.0)


@given(left=JSON, right=JSON)
def test_sameness_has_no_direction(left: object, right: object) -> None:
    assert same(left, right, 0.0) == same(right, left, 0.0)


@pytest.mark.parametrize(
    ("expected", "value", "tolerance", "outcome"),
    [
        (1, 1.0, 0.0, True),
        (1, True, 0.0, False),
        (0.3, 0.1 + 0.2, 0.0, False),
        (0.3, 0.1 + 0.2, 1e-9, True),
        ([1, [0.5]], [1, [0.5000000001]], 1e-6, True),
        ([1], [1, 1], 1e-6, False),
        ({"a": 1}, {"a": 1, "b": 2}, 0.0, False),
        ("1", 1, 1.0, False),
        (None, False, 0.0, False),
        (10**400, 1.5, 1e-9, False),
    ],
)
def test_values_are_compared_as_json(expected: object, value: object, tolerance: float, outcome: bool) -> None:
    assert same(expected, value, tolerance) is outcome


CALLS: list[dict[str, object]] = [
    {"name": "one", "function": "m:f", "args": [1], "expected": 2},
    {"name": "bad", "function": "m:f", "args": [None], "raises": "TypeError"},
]


@pytest.mark.parametrize(
    ("results", "names"),
    [
        ([{"value": 2}, {"raised": ["TypeError", "Exception"]}], ["one", "bad"]),
        ([{"value": 3}, {"value": None}], []),
        ([{"unusable": "Odd"}, {"raised": ["KeyError"]}], []),
        ([None, 7], []),
        ([{"raised": ["ValueError"]}, {"raised": "TypeError"}], []),
    ],
)
def test_only_right_results_pass(results: list[object], names: list[str]) -> None:
    items, tolerance = read_calls(calls_task(CALLS))

    assert list(passed(items, results, tolerance)) == names


def test_inputs_hold_neither_names_nor_expectations() -> None:
    items, _ = read_calls(calls_task(CALLS))

    assert json.loads(inputs(items))[0] == {"function": "m:f", "args": [1], "kwargs": {}}


def test_an_expected_null_is_an_expectation() -> None:
    items, tolerance = read_calls(calls_task([{"name": "n", "function": "m:f", "expected": None}]))

    assert list(passed(items, [{"value": 0}], tolerance)) == []


@pytest.mark.parametrize(
    "call",
    [
        {"name": "x", "function": "m:f"},
        {"name": "x", "function": "m:f", "expected": 1, "raises": "ValueError"},
        {"name": "x", "function": "no-colon", "expected": 1},
        {"name": "x", "function": "m:f", "expected": 1, "typo": 1},
    ],
)
def test_a_call_that_is_wrong_is_an_error(call: dict[str, object]) -> None:
    with pytest.raises(SuiteError, match=r"calls\.json"):
        read_calls(calls_task([call]))


def test_names_that_differ_from_the_expected_ones_are_an_error() -> None:
    task = calls_task(CALLS)
    object.__setattr__(task, "expected", ("bad", "one"))

    with pytest.raises(SuiteError, match="in order"):
        read_calls(task)


def test_hidden_calls_that_are_missing_are_an_error() -> None:
    task = calls_task(CALLS)
    object.__setattr__(task, "hidden", Tree.of({"other.json": "{}"}))

    with pytest.raises(SuiteError, match="is missing"):
        read_calls(task)


@pytest.mark.parametrize(
    ("result", "right"),
    [
        ({"exit_code": 0, "stdout": '{"total": 1.0}\n'}, True),
        ({"exit_code": 1, "stdout": '{"total": 1.0}\n'}, False),
        ({"exit_code": 0, "stdout": "no json"}, False),
        ({"exit_code": 0, "stdout": "[" * 100_000}, False),
        ({"exit_code": 0}, False),
    ],
)
def test_a_commands_output_may_be_compared_as_json(result: dict[str, object], right: bool) -> None:
    command: dict[str, object] = {"name": "c", "argv": ["python"], "expected": {"json": {"total": 1}}}
    items, tolerance = read_calls(commands_task([command]))

    assert bool(list(passed(items, [result], tolerance))) is right
