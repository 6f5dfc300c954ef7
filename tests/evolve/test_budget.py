"""The budget: what is settled and what is leased never exceed a limit, whatever the order of events."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dgm.config import BudgetSection, LeaseSection
from dgm.evolve import Budget, Refused
from dgm.values import STARTS, Lease, Spent, Totals, WorkKind

TRIAL, ATTEMPT, SCREENING = WorkKind.TRIAL, WorkKind.ATTEMPT, WorkKind.SCREENING
LEASES = LeaseSection(trial_tokens=100, attempt_tokens=400, trial_cost_usd=1.0, attempt_cost_usd=5.0)


def budget(**limits: float) -> Budget:
    return Budget(BudgetSection.model_validate(limits), LEASES)


def given_lease(books: Budget, kind: WorkKind, seconds: float = 60.0) -> Lease:
    offered = books.offer(kind, seconds)
    assert isinstance(offered, Lease), offered
    return offered


def refusal(books: Budget, kind: WorkKind, seconds: float = 60.0) -> str:
    offered = books.offer(kind, seconds)
    assert isinstance(offered, Refused), offered
    return offered.reason


def test_a_large_budget_gives_a_whole_lease() -> None:
    assert given_lease(budget(tokens=10_000), TRIAL) == Lease(100, 0.0, 60.0)


def test_a_budget_without_dollars_leases_none() -> None:
    assert given_lease(budget(trials=1), ATTEMPT).cost_usd == 0


def test_an_attempt_has_its_own_lease() -> None:
    assert given_lease(budget(cost_usd=100), ATTEMPT) == Lease(400, 5.0, 60.0)


def test_the_last_lease_is_what_is_left() -> None:
    books = budget(tokens=1000).settled_with(SCREENING, Lease(0, 0, 0), Spent(900))

    assert given_lease(books, TRIAL).tokens == 100 // STARTS - 1


def test_less_than_a_quarter_of_a_lease_starts_nothing() -> None:
    books = budget(tokens=1000).settled_with(SCREENING, Lease(0, 0, 0), Spent(960))

    assert refusal(books, TRIAL) == "the budget of 1000 tokens is used up: too few are left for one trial"


def test_a_budget_smaller_than_one_lease_still_starts() -> None:
    assert given_lease(budget(tokens=50), TRIAL).tokens == 50 // STARTS - 1


def test_what_work_under_way_holds_is_waited_for() -> None:
    books = budget(tokens=300)
    books = books.opened(TRIAL, given_lease(books, TRIAL))

    assert refusal(books, TRIAL) == "the tokens that are left are held by work under way"


def test_settled_work_gives_back_what_it_did_not_use() -> None:
    books = budget(tokens=300)
    lease = given_lease(books, TRIAL)
    books = books.opened(TRIAL, lease).settled_with(TRIAL, lease, Spent(10))

    assert given_lease(books, TRIAL).tokens == 100


def test_attempts_under_way_count() -> None:
    books = budget(attempts=1)
    books = books.opened(ATTEMPT, given_lease(books, ATTEMPT))

    assert refusal(books, ATTEMPT) == "the budget of 1 attempts is used up"


def test_trials_that_are_used_up_end_attempts_too() -> None:
    books = budget(trials=1)
    lease = given_lease(books, TRIAL)
    books = books.opened(TRIAL, lease).settled_with(TRIAL, lease, Spent())

    assert refusal(books, ATTEMPT) == "the budget of 1 trials is used up"


def test_a_trial_that_was_not_scored_does_not_count() -> None:
    books = budget(trials=1)
    lease = given_lease(books, TRIAL)
    books = books.opened(TRIAL, lease).settled_with(TRIAL, lease, Spent(), counts=False)

    assert given_lease(books, TRIAL)


def test_seconds_are_cut_to_the_hours_that_are_left() -> None:
    assert given_lease(budget(hours=1).at(0.99), TRIAL, 100).seconds == pytest.approx(36)


def test_hours_that_have_passed_start_nothing() -> None:
    assert refusal(budget(hours=1).at(1.01), TRIAL) == "the budget of 1 hours is used up: 0 s are left"


def test_a_resumed_run_goes_on_with_what_was_used() -> None:
    totals = Totals(Spent(990, 0.0, 5.0), attempts=2, trials=3, agents=1, hours=0.5)

    books = Budget.after(BudgetSection(tokens=1000, hours=1), LEASES, totals)

    assert books.used == {"tokens": (990, 1000), "hours": (0.5, 1)}


kinds = st.sampled_from([TRIAL, ATTEMPT, SCREENING])


@given(
    st.integers(1, 5000),
    st.floats(0.01, 50),
    st.lists(st.tuples(kinds, st.booleans(), st.floats(0, 1), st.integers(0, STARTS - 1)), max_size=40),
)
def test_the_sum_never_exceeds_a_limit(
    tokens: int, dollars: float, events: list[tuple[WorkKind, bool, float, int]]
) -> None:
    books = budget(tokens=tokens, cost_usd=dollars)
    under_way: list[tuple[WorkKind, Lease]] = []
    for kind, is_end, share, lost_starts in events:
        if is_end and under_way:
            ended, lease = under_way.pop()
            used = share + lost_starts
            books = books.settled_with(ended, lease, Spent(int(used * lease.tokens), used * lease.cost_usd))
        elif isinstance(offered := books.offer(kind, 10.0), Lease):
            books = books.opened(kind, offered)
            under_way.append((kind, offered))

        assert books.settled.tokens + books.held.tokens <= tokens
        assert books.settled.cost_usd + books.held.cost_usd <= dollars * (1 + 1e-9)


@given(st.integers(0, 4), st.integers(0, 4), st.lists(kinds, max_size=20))
def test_counts_never_exceed_their_limits(attempts: int, trials: int, wanted: list[WorkKind]) -> None:
    books = budget(attempts=attempts, trials=trials)
    for kind in wanted:
        if isinstance(offered := books.offer(kind, 1.0), Lease):
            books = books.opened(kind, offered)

    assert books.open_attempts <= attempts
    assert books.open_trials <= trials


def test_without_a_limit_all_of_the_budget_is_left() -> None:
    assert budget(attempts=3).share_left == 1


@pytest.mark.parametrize(
    ("limits", "left"),
    [({"trials": 10}, 0.7), ({"tokens": 1000}, 0.75), ({"cost_usd": 10}, 0.8), ({"trials": 10, "cost_usd": 4}, 0.5)],
)
def test_what_is_left_is_the_least_share_of_all_limits_with_work_under_way_as_used(
    limits: dict[str, float], left: float
) -> None:
    books = budget(**limits)
    for _ in range(3):
        books = books.opened(TRIAL, Lease(100, 1.0, 60.0))
    books = books.settled_with(TRIAL, Lease(100, 1.0, 60.0), Spent(50, 0.0))

    assert books.share_left == pytest.approx(left)


def test_of_a_budget_of_no_trials_nothing_is_left() -> None:
    assert budget(trials=0).share_left == 0


def test_hours_that_have_passed_are_used() -> None:
    assert budget(hours=4).at(5).share_left == 0
