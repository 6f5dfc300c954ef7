from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.stats import binomtest, permutation_test

from dgm.evaluations import LEVEL, Pairs
from dgm.evaluations.statistics import gain, mcnemar, p_one_sided, p_two_sided


@st.composite
def some_pairs(draw: st.DrawFn, most_tasks: int = 12, most_repeats: int = 4) -> Pairs:
    tasks, repeats = draw(st.integers(0, most_tasks)), draw(st.integers(1, most_repeats))
    counts = st.lists(st.integers(0, repeats), min_size=tasks, max_size=tasks).map(tuple)
    return Pairs(draw(counts), draw(counts), repeats)


def tasks_with(won: int, lost: int, alike: int = 0) -> Pairs:
    return Pairs((1,) * won + (0,) * (lost + alike), (0,) * won + (1,) * lost + (0,) * alike)


# The exact test.


def test_fishers_example_has_fishers_value() -> None:
    """Darwin's maize, The Design of Experiments 1935, section 21: 863 of 32,768 sign patterns reach 314 or more."""
    differences = (49, -67, 8, 16, 6, 23, 28, 41, 14, 29, 56, 24, 75, 60, -48)
    pairs = Pairs(tuple(max(0, d) for d in differences), tuple(max(0, -d) for d in differences), repeats=75)

    assert p_one_sided(pairs) == pytest.approx(863 / 32768)
    assert p_two_sided(pairs) == pytest.approx(1726 / 32768)


def test_mcnemar_has_the_published_value() -> None:
    """The example of R's exact2x2: 9 against 2 discordant pairs, p = 0.06543."""
    assert mcnemar(9, 2) == pytest.approx(0.06543, abs=5e-6)


@given(won=st.integers(0, 300), lost=st.integers(0, 300))
def test_mcnemar_is_scipys_binomial_test(won: int, lost: int) -> None:
    oracle = binomtest(won, won + lost).pvalue if won + lost else 1.0

    assert mcnemar(won, lost) == pytest.approx(oracle, abs=1e-12)


@given(won=st.integers(0, 60), lost=st.integers(0, 60), alike=st.integers(0, 60))
def test_with_one_repeat_the_test_is_mcnemars(won: int, lost: int, alike: int) -> None:
    assert p_two_sided(tasks_with(won, lost, alike)) == pytest.approx(mcnemar(won, lost), abs=1e-12)


@settings(max_examples=40)
@given(pairs=some_pairs(most_tasks=8))
def test_with_repeats_the_test_is_scipys_permutation_test(pairs: Pairs) -> None:
    if pairs.tasks < 2:
        return
    sides = (np.array(pairs.ours, float), np.array(pairs.theirs, float))
    oracle = permutation_test(sides, lambda x, y: (x - y).sum(), permutation_type="samples", n_resamples=np.inf)
    one_sided = permutation_test(
        sides, lambda x, y: (x - y).sum(), permutation_type="samples", n_resamples=np.inf, alternative="greater"
    )

    assert p_two_sided(pairs) == pytest.approx(oracle.pvalue)
    assert p_one_sided(pairs) == pytest.approx(one_sided.pvalue)


@settings(max_examples=40)
@given(pairs=some_pairs())
def test_the_two_sided_value_treats_both_sides_alike(pairs: Pairs) -> None:
    assert p_two_sided(pairs) == pytest.approx(p_two_sided(Pairs(pairs.theirs, pairs.ours, pairs.repeats)))


@settings(max_examples=40)
@given(pairs=some_pairs(), seed=st.integers(0, 100))
def test_the_order_of_the_tasks_changes_nothing(pairs: Pairs, seed: int) -> None:
    order = np.random.default_rng(seed).permutation(pairs.tasks)
    other = Pairs(tuple(pairs.ours[i] for i in order), tuple(pairs.theirs[i] for i in order), pairs.repeats)

    assert p_two_sided(other) == pytest.approx(p_two_sided(pairs))
    assert gain(other).low == pytest.approx(gain(pairs).low)


@settings(max_examples=40)
@given(pairs=some_pairs())
@example(pairs=Pairs((), ()))
@example(pairs=Pairs((3, 3), (3, 3), 3))
def test_ties_tell_nothing(pairs: Pairs) -> None:
    ties = Pairs((*pairs.ours, 0, pairs.repeats), (*pairs.theirs, 0, pairs.repeats), pairs.repeats)

    assert p_two_sided(ties) == pytest.approx(p_two_sided(pairs))


@given(pairs=some_pairs())
def test_one_more_failure_never_supports_a_gain(pairs: Pairs) -> None:
    for i, count in enumerate(pairs.ours):
        if count:
            worse = Pairs((*pairs.ours[:i], count - 1, *pairs.ours[i + 1 :]), pairs.theirs, pairs.repeats)
            assert p_one_sided(worse) >= p_one_sided(pairs) - 1e-12


@pytest.mark.parametrize("pairs", [Pairs((), ()), Pairs((0,) * 9, (0,) * 9), Pairs((2,) * 9, (2,) * 9, 2)])
def test_nothing_discordant_is_no_evidence(pairs: Pairs) -> None:
    assert (p_two_sided(pairs), p_one_sided(pairs)) == (1.0, 1.0)
    assert gain(pairs).estimate == 0
    assert gain(pairs).low < 0 < gain(pairs).high


# The gain.


@settings(max_examples=40)
@given(pairs=some_pairs(most_tasks=40))
def test_the_gain_lies_within_its_interval(pairs: Pairs) -> None:
    seen = gain(pairs)

    assert -1 <= seen.low <= seen.estimate <= seen.high <= 1
    assert seen.n == pairs.tasks


def test_without_a_task_any_gain_is_possible() -> None:
    assert (gain(Pairs((), ())).low, gain(Pairs((), ())).high) == (-1.0, 1.0)


def test_one_task_is_nearly_no_evidence() -> None:
    assert (gain(Pairs((3,), (0,), 3)).low) < 0


def test_with_many_tasks_the_interval_is_bonett_and_prices() -> None:
    """Their formula with the normal quantile, on the approval ratings of Agresti (Categorical Data Analysis, 10.1)."""
    won, lost, n = 86, 150, 1600
    p12, p21 = (won + 1) / (n + 2), (lost + 1) / (n + 2)
    half = 1.959964 * np.sqrt((p12 + p21 - (p12 - p21) ** 2) / (n + 2))

    seen = gain(tasks_with(won, lost, n - won - lost))

    assert (seen.low, seen.high) == pytest.approx((p12 - p21 - half, p12 - p21 + half), abs=5e-5)


@given(won=st.integers(0, 60), lost=st.integers(0, 60), alike=st.integers(0, 100))
def test_what_the_test_shows_the_interval_shows(won: int, lost: int, alike: int) -> None:
    pairs = tasks_with(won, lost, alike)

    if won > lost and p_two_sided(pairs) <= LEVEL:
        assert gain(pairs).low > 0


Skills = Callable[[np.random.Generator, tuple[int, ...]], tuple[NDArray[np.float64], NDArray[np.float64]]]


def logistic(x: NDArray[np.float64]) -> NDArray[np.float64]:
    return 1 / (1 + np.exp(-x))


def no_gain(rng: np.random.Generator, shape: tuple[int, ...]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    skill = logistic(rng.normal(0, 1.5, shape))
    return skill, skill


def uneven_gain(rng: np.random.Generator, shape: tuple[int, ...]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """A gain that is large on some tasks and a loss on others."""
    skill = rng.normal(0, 1.5, shape)
    return logistic(skill + rng.normal(1, 1.5, shape)), logistic(skill)


def even_gain(rng: np.random.Generator, shape: tuple[int, ...]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    skill = rng.normal(0, 1.5, shape)
    return logistic(skill + 1), logistic(skill)


@pytest.mark.parametrize("skills", [no_gain, even_gain, uneven_gain])
@pytest.mark.parametrize(("tasks", "repeats"), [(8, 1), (8, 4), (41, 1), (41, 3)])
def test_the_interval_covers_the_gain_on_tasks_never_seen(skills: Skills, tasks: int, repeats: int) -> None:
    rng = np.random.default_rng(7)
    ours, theirs = skills(rng, (400_000,))
    truth = float((ours - theirs).mean())
    ours, theirs = skills(rng, (700, tasks))

    rows = zip(rng.binomial(repeats, ours).tolist(), rng.binomial(repeats, theirs).tolist(), strict=True)
    seen = [gain(Pairs(tuple(a), tuple(b), repeats)) for a, b in rows]

    assert np.mean([one.low <= truth <= one.high for one in seen]) >= 0.93


def test_outcomes_are_counted_by_task() -> None:
    pairs = Pairs.of([[1, 1], [0, 1]], [[0, 1], [0, 0]])

    assert pairs == Pairs((2, 1), (1, 0), 2)


def test_outcomes_without_repeats_are_taken_as_they_are() -> None:
    assert Pairs.of([True, False], [False, False]) == Pairs((1, 0), (0, 0))


@pytest.mark.parametrize("wrong", [((1,), (1, 0), 1), ((2,), (0,), 1), ((-1,), (0,), 1), ((0,), (0,), 0)])
def test_what_is_not_paired_is_refused(wrong: tuple[tuple[int, ...], tuple[int, ...], int]) -> None:
    with pytest.raises(ValueError, match=r"pair|repeats"):
        Pairs(*wrong)
