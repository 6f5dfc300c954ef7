"""What a confirmation says, and how often it says "confirmed" of runs in which nothing improves."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from dgm.evaluations import LEVEL, Pairs, Ruling, Word, holm, least_tasks, rule
from dgm.evaluations.statistics import need

WON = Pairs((1,) * 8, (0,) * 8)
LOST = Pairs((0,) * 8, (1,) * 8)
ALIKE = Pairs((1,) * 8, (1,) * 8)
NEARLY = Pairs((1,) * 6 + (0,) * 2, (0,) * 5 + (1,) + (0,) * 2)
"""Five tasks won of eight, none lost: p = 0.0625."""


def word(*claim: Pairs, used: tuple[float, ...] = ()) -> Word:
    return rule({str(i): pairs for i, pairs in enumerate(claim)}, used=used).word


def test_an_agent_that_wins_every_task_is_confirmed() -> None:
    assert word(WON) is Word.CONFIRMED


@pytest.mark.parametrize("pairs", [LOST, ALIKE, Pairs((), ())])
def test_an_agent_that_gains_nothing_is_not_confirmed(pairs: Pairs) -> None:
    assert word(pairs) is Word.NOT_CONFIRMED


def test_a_gain_that_may_be_chance_needs_more_trials() -> None:
    assert word(NEARLY) is Word.MORE_TRIALS


@pytest.mark.parametrize(
    ("second", "expected"), [(WON, "confirmed"), (NEARLY, "more trials needed"), (LOST, "not confirmed")]
)
def test_every_side_of_the_claim_must_be_beaten(second: Pairs, expected: str) -> None:
    assert word(WON, second) == expected


def test_the_claims_value_is_that_of_its_weakest_side() -> None:
    ruling = rule({"founder": WON, "control": NEARLY})

    assert ruling.p == ruling.comparisons["control"].p > ruling.comparisons["founder"].p


def test_a_sure_loss_supports_no_claim() -> None:
    assert rule({"founder": LOST}).p == 1


def test_another_side_never_changes_the_ruling() -> None:
    assert rule({"founder": WON}, {"parent": LOST}).word is Word.CONFIRMED


def test_another_side_counts_only_once_the_claim_holds() -> None:
    assert rule({"founder": WON}, {"parent": WON}).comparisons["parent"].holds
    assert not rule({"founder": NEARLY}, {"parent": WON}).comparisons["parent"].holds


def test_each_use_of_the_holdout_asks_for_more() -> None:
    words = [word(WON, used=(1.0,) * times) for times in range(8)]

    assert words[:6] == [Word.CONFIRMED] * 6  # 2 / 2**8 times 6 is 0.047
    assert words[6:] == [Word.MORE_TRIALS] * 2


def test_a_use_that_was_confirmed_too_costs_less() -> None:
    assert rule({"founder": WON}, used=(0.001,) * 5).p_holm < rule({"founder": WON}, used=(1.0,) * 5).p_holm


def test_nothing_claimed_is_refused() -> None:
    with pytest.raises(ValueError, match="no side to beat"):
        rule({})


# What would be enough.


def test_five_tasks_can_never_confirm_and_six_can() -> None:
    assert least_tasks(LEVEL) == 6
    assert word(Pairs((9,) * 5, (0,) * 5, 9)) is Word.MORE_TRIALS
    assert word(Pairs((9,) * 6, (0,) * 6, 9)) is Word.CONFIRMED


def test_too_few_tasks_are_not_mended_by_repeats() -> None:
    needs = rule({"founder": Pairs((3,) * 5, (0,) * 5, 3)}).need

    assert needs is not None
    assert needs.repeats is None
    assert needs.tasks >= 6


def test_tasks_that_differ_too_much_are_not_mended_by_repeats() -> None:
    """Sure gains on some tasks and sure losses on others: only more tasks can tell which there are more of."""
    needs = need(Pairs((9,) * 6 + (0,) * 4, (0,) * 6 + (9,) * 4, 9), LEVEL)

    assert needs is not None
    assert needs.repeats is None
    assert needs.tasks > 50


def test_the_need_is_about_right() -> None:
    """0.6 against 0.4 on tasks that are all alike: with as many as are asked for, about four of five tries confirm."""
    rng = np.random.default_rng(3)
    seen = Pairs((1,) * 14 + (0,) * 26, (0,) * 14 + (1,) * 6 + (0,) * 20)
    needs = need(seen, LEVEL)
    assert needs is not None

    ours, theirs = rng.random((400, needs.tasks)) < 0.6, rng.random((400, needs.tasks)) < 0.4
    words = Counter(word(Pairs.of(a, b)) for a, b in zip(ours, theirs, strict=True))

    assert 0.7 <= words[Word.CONFIRMED] / 400 <= 0.97


@given(gained=st.integers(1, 12), alike=st.integers(0, 40), repeats=st.integers(1, 4))
def test_more_is_asked_than_there_was(gained: int, alike: int, repeats: int) -> None:
    needs = need(Pairs((repeats,) * gained + (0,) * alike, (0,) * (gained + alike), repeats), LEVEL)

    assert needs is not None
    assert needs.tasks > gained + alike
    assert needs.repeats is None or needs.repeats > repeats


# Runs in which nothing improves.

RUNS = 1000


def null_runs(rng: np.random.Generator, repeats: int, tasks: int, tries: int) -> list[Ruling]:
    """Rule on the best of 40 equal agents, chosen on 60 search tasks, in each of the runs.

    Args:
        tries: that the founder has for each trial of the agent; the control's choice among them is a fair draw, as
            where all its answers differ.
    """
    ability = rng.normal(0, 1, RUNS)
    search = logistic(ability[:, None] - rng.normal(0, 1.5, (RUNS, 60)))
    scores = rng.binomial(1, search[:, None, :], (RUNS, 40, 60)).sum(axis=2)
    assert scores.max(axis=1).mean() > scores.mean() + 5, "the chosen agents look better where they were chosen"
    held = logistic(ability[:, None] - rng.normal(0, 1.5, (RUNS, tasks)))
    chosen, founder, parent = (rng.binomial(repeats, held) for _ in range(3))
    control = founder if tries == 1 else rng.binomial(repeats, held)
    return [
        rule(
            {"founder": paired(chosen[i], founder[i], repeats), "control": paired(chosen[i], control[i], repeats)},
            {"parent": paired(chosen[i], parent[i], repeats)},
        )
        for i in range(RUNS)
    ]


def logistic(x: NDArray[np.float64]) -> NDArray[np.float64]:
    return 1 / (1 + np.exp(-x))


def paired(ours: NDArray[np.int64], theirs: NDArray[np.int64], repeats: int) -> Pairs:
    return Pairs(tuple(ours.tolist()), tuple(theirs.tolist()), repeats)


@pytest.mark.parametrize(("repeats", "tasks", "tries"), [(1, 41, 1), (3, 8, 1), (2, 41, 4)])
def test_at_most_one_run_in_twenty_is_confirmed_where_nothing_improves(repeats: int, tasks: int, tries: int) -> None:
    rulings = null_runs(np.random.default_rng(11), repeats, tasks, tries)

    assert sum(ruling.word is Word.CONFIRMED for ruling in rulings) <= 0.05 * RUNS


def test_the_test_can_say_confirmed_of_chance() -> None:
    """Without it the one above would prove nothing: the founder alone, and one side of the test, are near 2.5 %."""
    rulings = null_runs(np.random.default_rng(11), 3, 41, 1)

    assert 5 <= sum(ruling.comparisons["founder"].holds for ruling in rulings) <= 40


def test_confirming_many_agents_of_a_run_is_corrected() -> None:
    """Ten equal agents are confirmed one after the other: hardly a run ends with one that stays confirmed."""
    rng = np.random.default_rng(12)
    held = logistic(rng.normal(0, 1.5, (200, 41)))
    runs = 0
    for skill in held:
        founder = rng.binomial(1, skill)
        values = [rule({"founder": paired(rng.binomial(1, skill), founder, 1)}).p for _ in range(10)]
        runs += min(holm(values)) <= LEVEL

    assert runs <= 0.05 * 200
