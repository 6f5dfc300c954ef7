"""Work is the same on the other side, however often its agent and its task went there before."""

import pickle
from dataclasses import replace

from dgm.cluster.packing import MOST, Packer
from dgm.values import Tree, Work, WorkKind
from tests.evaluations.builders import pytest_task, trial_order


def work(number: int, agent: Tree | None = None) -> Work:
    order = replace(trial_order(pytest_task()), trial_id=number)
    return Work(f"trial {number}", WorkKind.TRIAL, order if agent is None else replace(order, agent=agent), 60.0)


def test_work_comes_back_as_it_was() -> None:
    packer, agent = Packer(), Tree.of({"agent.toml": "x"})
    works = [work(number, agent) for number in range(3)]

    assert [pickle.loads(packer.pack(one)) for one in works] == works


def test_an_agent_that_is_gone_is_not_taken_for_another() -> None:
    packer = Packer()

    for number in range(3 * MOST):
        agent = Tree.of({"agent.toml": str(number)})
        assert pickle.loads(packer.pack(work(number, agent))).order.agent == agent


def test_no_more_is_kept_than_said() -> None:
    packer = Packer()

    for number in range(2 * MOST):
        packer.pack(work(number, Tree.of({"agent.toml": str(number)})))

    assert len(packer._kept) == MOST
