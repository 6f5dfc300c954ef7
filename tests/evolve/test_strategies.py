"""What holds for every strategy, whatever the archive looks like."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from dgm.evolve import Evaluate, Expand, Population, Wait, standing_of
from dgm.evolve.population import NO_PARENT, Cell
from dgm.evolve.strategies.sica import good_enough
from dgm.evolve.strategies.turns import candidates_of
from tests.evolve.populations import (
    BUDGET,
    STRATEGIES,
    TASKS,
    Described,
    build,
    described,
    orders,
    play,
    relabelled,
    rng_of,
    settled,
    staging_for,
)

RACING = 0.1

every_strategy = pytest.mark.parametrize("name", STRATEGIES)
with_and_without_racing = pytest.mark.parametrize("racing", [0.0, RACING])
some = settings(max_examples=20)


@every_strategy
@with_and_without_racing
@some
@given(agents=described(), seed=st.integers(0, 99))
def test_a_decision_asks_only_for_what_may_be_done(
    name: str, racing: float, agents: list[Described], seed: int
) -> None:
    strategy = STRATEGIES[name]
    population = build(agents, staging_for(strategy, racing=racing))

    action = strategy.choose(population, BUDGET, rng_of(seed))

    allowed = population.eligible & ~population.barred
    match action:
        case Evaluate(agent, tasks):
            assert tasks
            assert len(set(tasks)) == len(tasks)
            assert {population.cells[agent, population.index[task]] for task in tasks} <= {Cell.NEW, Cell.AGAIN}
            assert not population.flagged[agent]
        case Expand(agent, editor=editor):
            assert allowed[agent] or (not allowed.any() and not population.barred[agent])
            assert editor is None or population.parent[editor] == NO_PARENT


@every_strategy
@some
@given(agents=described(), seed=st.integers(0, 99))
def test_the_same_state_of_the_generator_gives_the_same_decision(name: str, agents: list[Described], seed: int) -> None:
    strategy = STRATEGIES[name]
    population = build(agents, staging_for(strategy))

    first, second = (strategy.choose(population, BUDGET, rng_of(seed)) for _ in range(2))

    assert first == second


@every_strategy
@some
@given(agents=described())
def test_a_decision_changes_nothing_that_is_known(name: str, agents: list[Described]) -> None:
    strategy = STRATEGIES[name]
    population, twin = (build(agents, staging_for(strategy)) for _ in range(2))

    strategy.choose(population, BUDGET, rng_of())
    strategy.pick(population)

    for column in ("cells", "eligible", "barred", "waiting", "resolved", "ended", "pending", "expanding", "children"):
        assert (getattr(population, column) == getattr(twin, column)).all()


def chances(name: str, population: Population) -> dict[int, float]:
    """Return who may be expanded next, with what chance; for rules of age, who would be if it were the newest."""
    strategy = STRATEGIES[name]
    if isinstance(action := strategy.choose(population, BUDGET, rng_of()), Wait):
        return {}
    assert isinstance(action, Expand)
    by_age: dict[str, Callable[[Population], np.ndarray]] = {"sica": good_enough, "no-archive": candidates_of}
    if name in by_age:
        qualified = by_age[name](population)
        assert action.agent == qualified.max()
        return dict.fromkeys(qualified.tolist(), 1.0)
    assert sum(action.probabilities.values()) == pytest.approx(1)
    return dict(action.probabilities)


drawing = pytest.mark.parametrize("name", [name for name in STRATEGIES if name not in ("hgm", "latent")])
"""What hgm draws from, and what latent believes, have tests of their own."""


@drawing
@some
@given(data=st.data())
def test_relabelling_agents_changes_nothing(name: str, data: st.DataObject) -> None:
    staging = staging_for(STRATEGIES[name])
    agents = data.draw(settled(staging))
    order = data.draw(orders(agents))

    before = chances(name, build(agents, staging))
    after = chances(name, build(relabelled(agents, order), staging))

    assert {order[new]: chance for new, chance in after.items()} == pytest.approx(before)


@every_strategy
@some
@given(data=st.data())
def test_relabelling_agents_changes_the_pick_only_among_equals(name: str, data: st.DataObject) -> None:
    strategy, staging = STRATEGIES[name], staging_for(STRATEGIES[name])
    agents = data.draw(described())
    order = data.draw(orders(agents))
    plain, other = build(agents, staging), build(relabelled(agents, order), staging)

    first, second = strategy.pick(plain), strategy.pick(other)

    def counts(population: Population, agent: int | None) -> tuple[int, ...] | None:
        columns = (population.assigned, population.resolved, population.ended)
        return None if agent is None else tuple(int(column[agent]) for column in columns)

    ended = slice(2 if STRATEGIES[name].measuring.name != "FREE" else 3)
    assert (counts(plain, first) or ())[ended] == (counts(other, second) or ())[ended]


def with_a_failure_more(data: st.DataObject, agents: list[Described]) -> tuple[int, list[Described]]:
    """Return an agent, and the same agents with one of its tasks that was resolved failed."""
    resolved = [(i, j) for i, a in enumerate(agents) for j, cell in enumerate(a.cells) if cell is Cell.RESOLVED]
    assume(resolved)
    agent, task = data.draw(st.sampled_from(resolved))
    worse = data.draw(st.sampled_from([Cell.UNRESOLVED, Cell.GIVEN_UP]))
    cells = agents[agent].cells
    changed = replace(agents[agent], cells=(*cells[:task], worse, *cells[task + 1 :]))
    return agent, [*agents[:agent], changed, *agents[agent + 1 :]]


@drawing
@with_and_without_racing
@some
@given(data=st.data())
def test_a_failure_more_never_raises_the_chance_of_being_a_parent(
    name: str, racing: float, data: st.DataObject
) -> None:
    staging = staging_for(STRATEGIES[name], racing=racing)
    agents = data.draw(settled(staging))
    agent, worse = with_a_failure_more(data, agents)
    if name in ("dgm", "no-self-improvement"):
        assume(agents[agent].cells.count(Cell.RESOLVED) < len(TASKS))  # by the paper, it has nothing left to learn

    before, after = (chances(name, build(some, staging)) for some in (agents, worse))

    assert after.get(agent, 0) <= before.get(agent, 0) + 1e-12


@pytest.mark.parametrize("first", [Cell.RESOLVED, Cell.UNRESOLVED])
def test_a_failure_that_stops_a_series_does_not_make_its_agent_a_parent_sooner(first: Cell) -> None:
    cells = (first, Cell.UNRESOLVED, Cell.PENDING)
    agents = [Described(cells=(Cell.UNRESOLVED,) * len(TASKS)), Described(0, cells)]
    population = build(agents, staging_for(STRATEGIES["dgm"], racing=RACING))

    assert population.stopped.tolist() == [False, first is Cell.UNRESOLVED]
    assert candidates_of(population).tolist() == [0, 1]


@every_strategy
@with_and_without_racing
@some
@given(data=st.data())
def test_a_failure_more_never_raises_a_score(name: str, racing: float, data: st.DataObject) -> None:
    staging = staging_for(STRATEGIES[name], racing=racing)
    agents = data.draw(described())
    agent, worse = with_a_failure_more(data, agents)

    before, after = (build(some, staging) for some in (agents, worse))

    assert after.score[agent] < before.score[agent]
    assert standing_of(after, agent).score.estimate < standing_of(before, agent).score.estimate


@every_strategy
@with_and_without_racing
@some
@given(data=st.data())
def test_a_failure_more_never_makes_an_agent_the_pick(name: str, racing: float, data: st.DataObject) -> None:
    strategy = STRATEGIES[name]
    staging = staging_for(strategy, racing=racing)
    agents = data.draw(described())
    agent, worse = with_a_failure_more(data, agents)

    before, after = (strategy.pick(build(some, staging)) for some in (agents, worse))

    assert after != agent or before == agent


@every_strategy
@some
@given(agents=described())
def test_a_flagged_agent_is_never_picked(name: str, agents: list[Described]) -> None:
    strategy = STRATEGIES[name]
    population = build(agents, staging_for(strategy))

    picked = strategy.pick(population)

    known = (population.ended > 0) & ~population.flagged
    assert known[picked] if picked is not None else not known.any()


@every_strategy
@with_and_without_racing
@pytest.mark.parametrize("resolves", [0.0, 0.4, 1.0])
def test_a_search_goes_on_whatever_its_founder_resolves(name: str, racing: float, resolves: float) -> None:
    strategy = STRATEGIES[name]
    population = build([Described()], staging_for(strategy, racing=racing))

    decisions = play(strategy, population, steps=400, resolves=resolves)

    assert len(population) > 5
    assert population.ended.sum() > 20
    assert isinstance(decisions[-1], Evaluate | Expand)


@every_strategy
def test_an_archive_without_agents_is_waited_for(name: str) -> None:
    strategy = STRATEGIES[name]
    population = build([], staging_for(strategy))

    assert isinstance(strategy.choose(population, BUDGET, rng_of()), Wait)
    assert strategy.pick(population) is None
