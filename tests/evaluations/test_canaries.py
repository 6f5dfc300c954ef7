import ast
import textwrap

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dgm.errors import SuiteError
from dgm.evaluations.alterations import altered_copies
from dgm.evaluations.canaries import disguise
from tests.evaluations.builders import EXPECTED, TESTS, pytest_task

SEEDS = st.integers(0, 2**32)


class RaisesNothingElse:
    """What `pytest.raises` does, without pytest's own failure, which is no Exception."""

    def __init__(self, expected: type[Exception]):
        self.expected = expected

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: type | None, error: object, trace: object) -> bool:
        assert kind is not None, "nothing was raised"
        return issubclass(kind, self.expected)


def passes(function: ast.stmt, honest: dict[str, object]) -> bool:
    """Run one test function on the host: it is a test of this file, not of an agent."""
    scope: dict[str, object] = {**honest, "raises": RaisesNothingElse}
    exec(compile(ast.Module([function], []), "<test>", "exec"), scope)
    try:
        scope[function.name]()  # type: ignore[attr-defined, operator]
    except (AssertionError, KeyError, TypeError, ValueError):
        return False
    return True


def fail(value: object) -> object:
    raise KeyError(value)


BODIES = [
    "assert f(1) == 2",
    "assert 2 == f(1)",
    "assert f('a') == 'abc'",
    "assert f(0) == [1, 'b', None]",
    "assert f(0) == {'a': (1, 2)}",
    "assert f(0) == True",
    "assert f(0) is None",
    "assert f(0)",
    "assert not f(0)",
    "assert 1 in f(0)",
    "assert f(1) > 3",
    "assert f(1) == f(2)",
    "assert 1 <= f(1) <= 3",
    "with raises(ValueError):\n    f(0)",
    "with raises(KeyError):\n    f(0)",
    "x = f(1)\nassert x == 2\nassert x != 3",
    "for n in range(3):\n    assert f(n) == n + 1",
    "for n in f(1):\n    assert n == 2",
    "if f(1):\n    return\nassert f(2) == 3",
    "for n in range(3):\n    if f(n):\n        continue\n    assert f(n) == 3",
    "x = 1",
]

ANSWERS = {
    "successor": lambda value: value + 1,
    "two": lambda value: 2,
    "text": lambda value: "abc",
    "nothing": lambda value: None,
    "yes": lambda value: True,
    "empty": lambda value: [],
    "list": lambda value: [1, "b", None],
    "mapping": lambda value: {"a": (1, 2)},
    "raising": fail,
}


@pytest.mark.parametrize("body", BODIES)
@given(seed=SEEDS, answer=st.sampled_from(sorted(ANSWERS)))
def test_no_honest_answer_passes_a_test_and_its_canary(body: str, seed: int, answer: str) -> None:
    test = ast.parse("def test_it():\n" + textwrap.indent(body, "    ")).body[0]
    assert isinstance(test, ast.FunctionDef)

    twins = altered_copies(test, np.random.default_rng(seed), 2)

    honest = {"f": ANSWERS[answer]}
    assert twins
    assert not (passes(test, honest) and any(passes(twin, honest) for twin in twins))


@given(seed=SEEDS)
def test_canaries_of_one_test_differ_from_it_in_one_and_the_same_line(seed: int) -> None:
    test = ast.parse("def test_it():\n    assert f(1) == 11\n    assert f(2) == 22\n    assert f(3) == 33").body[0]
    assert isinstance(test, ast.FunctionDef)

    texts = [ast.unparse(twin).splitlines() for twin in (test, *altered_copies(test, np.random.default_rng(seed), 2))]

    assert len(texts) == 3
    assert sorted(len(set(line)) for line in zip(*texts, strict=True)) == [1, 1, 1, 3]


def test_every_expected_id_is_there_once_under_another_name() -> None:
    disguised = disguise(pytest_task(), np.random.default_rng(0))

    assert sorted(disguised.real.values()) == sorted(EXPECTED)
    assert not set(disguised.real) & set(EXPECTED)


def test_every_test_has_a_canary() -> None:
    disguised = disguise(pytest_task(), np.random.default_rng(0))

    assert set(disguised.canaries.values()) == set(EXPECTED)


def test_no_name_tells_a_canary() -> None:
    text = disguise(pytest_task(), np.random.default_rng(0)).hidden.text("test_tally.py")

    assert "canary" not in text
    assert all(f"def {name.partition('::')[2]}(" not in text for name in EXPECTED)


def test_a_disguise_is_another_each_time() -> None:
    first, second = (disguise(pytest_task(), np.random.default_rng(seed)) for seed in (0, 1))

    assert not first.ids & second.ids


@given(seed=SEEDS)
def test_the_must_pass_canary_is_neither_real_nor_a_copy(seed: int) -> None:
    disguised = disguise(pytest_task(), np.random.default_rng(seed))

    assert disguised.must_pass not in {*disguised.real, *disguised.canaries}
    assert len(disguised.ids) == len(disguised.real) + len(disguised.canaries) + 1


def test_parameters_and_classes_keep_their_part_of_the_id() -> None:
    tests = """\
import pytest
class TestAll:
    @pytest.mark.parametrize("n", [1, 2])
    def test_n(self, n):
        assert n == 1
"""
    expected = ("test_tally.py::TestAll::test_n[1]", "test_tally.py::TestAll::test_n[2]")

    disguised = disguise(pytest_task(tests=tests, expected=expected), np.random.default_rng(0))

    assert sorted(disguised.real.values()) == sorted(expected)
    assert all(name.endswith(("[1]", "[2]")) and "::TestAll::" in name for name in disguised.real)


def test_an_expected_test_that_is_not_there_is_an_error() -> None:
    with pytest.raises(SuiteError, match="test_gone"):
        disguise(pytest_task(expected=(*EXPECTED, "test_tally.py::test_gone")), np.random.default_rng(0))


def test_a_test_that_is_not_expected_is_an_error() -> None:
    with pytest.raises(SuiteError, match="test_has"):
        disguise(pytest_task(expected=EXPECTED[:-1]), np.random.default_rng(0))


def test_hidden_files_that_are_not_python_are_an_error() -> None:
    with pytest.raises(SuiteError, match="not Python"):
        disguise(pytest_task(tests=TESTS + "def ("), np.random.default_rng(0))
