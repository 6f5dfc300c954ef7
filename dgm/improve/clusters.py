"""Chooses the cluster of failures whose repair is worth most, as the focus of an attempt. Pure; its chance is seeded.

A cluster is a set of tasks that the parent did not resolve, that ended in the same way, and that fail together: where
one agent of the archive fails at one of them, it mostly fails at the others too. So one change may repair them all.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from dgm.values import Focus, FocusKind, TrialDigest

TOGETHER = 0.5
"""Of the agents that fail at one of two tasks, the share that fails at both from which they belong together."""

MOST_AGENTS = 2_000
"""The newest agents that are looked at for which tasks fail together."""


@dataclass(frozen=True, slots=True)
class Outcomes:
    """Who resolved what.

    Args:
        tasks: ids, in the order of the columns.
        known, resolved: whether an agent was scored on a task, and whether it resolved it; shape (agents, tasks).
        parent: number of each agent's parent, below 0 for a founder; shape (agents,).
    """

    tasks: tuple[str, ...]
    known: NDArray[np.bool_]
    resolved: NDArray[np.bool_]
    parent: NDArray[np.int64]


class Repairs(NamedTuple):
    """How often a child of an agent that failed at a task was scored on it, and how often it resolved it."""

    tried: int
    repaired: int


def choose_cluster(trials: Sequence[TrialDigest], outcomes: Outcomes, rng: Generator) -> Focus:
    """Return the cluster with the largest worth: its number of tasks times how often such failures were repaired.

    How often is drawn from the posterior (Beta, uniform prior) of the share of repairs in the archive: where little is
    known, large clusters and chance decide, and a cluster at which attempts fail again and again is left alone. A
    repair that was luck counts as one.

    Args:
        trials: the parent's.
    """
    failed = {trial.task_id: trial for trial in trials if not trial.resolved and trial.task_id in outcomes.tasks}
    if not failed:
        return Focus(FocusKind.GENERAL)
    clusters = clusters_of(failed, outcomes)
    counts = [repairs_of(cluster, outcomes) for cluster in clusters]
    chances = [rng.beta(1 + count.repaired, 1 + count.tried - count.repaired) for count in counts]
    worths = [len(cluster) * chance for cluster, chance in zip(clusters, chances, strict=True)]
    best = clusters[int(np.argmax(worths))]
    shown = best[int(rng.integers(len(best)))]
    return Focus(FocusKind.TASK, shown) if len(best) == 1 else Focus(FocusKind.CLUSTER, shown, best)


def clusters_of(failed: Mapping[str, TrialDigest], outcomes: Outcomes) -> list[tuple[str, ...]]:
    """Return the tasks that failed as clusters, in the order of the tasks; each task stands in one.

    Args:
        failed: task to the parent's trial.
    """
    alike: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
    for number, task in enumerate(outcomes.tasks):
        if task in failed:
            alike[_ending(failed[task])].append(number)
    found = [cluster for numbers in alike.values() for cluster in _components(_together(numbers, outcomes), numbers)]
    return [tuple(outcomes.tasks[i] for i in cluster) for cluster in sorted(found)]


def repairs_of(cluster: Sequence[str], outcomes: Outcomes) -> Repairs:
    """Count how often the archive's agents repaired what their parents failed at, over the tasks of a cluster."""
    columns = [outcomes.tasks.index(task) for task in cluster]
    children = np.flatnonzero(outcomes.parent >= 0)
    known, resolved = outcomes.known[:, columns], outcomes.resolved[:, columns]
    parents = outcomes.parent[children]
    tried = known[children] & known[parents] & ~resolved[parents]
    return Repairs(int(np.count_nonzero(tried)), int(np.count_nonzero(tried & resolved[children])))


def _ending(trial: TrialDigest) -> tuple[str, str]:
    """Return how a trial ended as far as that is public: in which way, and whether some of it was right."""
    _, _, counts = trial.feedback.partition("\n")[0].rpartition(": ")
    passed = counts.partition(" of ")[0]
    return trial.finish, "" if not passed.isdigit() else "none" if int(passed) == 0 else "some"


def _together(numbers: Sequence[int], outcomes: Outcomes) -> NDArray[np.bool_]:
    """Tell which of the tasks fail together; shape (tasks, tasks)."""
    known = outcomes.known[-MOST_AGENTS:, numbers].astype(np.float32)
    fails = known * ~outcomes.resolved[-MOST_AGENTS:, numbers]
    both = fails.T @ fails
    either = fails.T @ known + known.T @ fails - both
    together: NDArray[np.bool_] = both >= TOGETHER * np.maximum(either, 1)
    return together


def _components(linked: NDArray[np.bool_], numbers: Sequence[int]) -> list[list[int]]:
    """Return the connected parts of the tasks."""
    left, parts = set(range(len(numbers))), []
    while left:
        part, edge = set(), {min(left)}
        while edge:
            part |= edge
            edge = {int(i) for j in edge for i in np.flatnonzero(linked[j])} - part
        left -= part
        parts.append(sorted(numbers[i] for i in part))
    return parts
