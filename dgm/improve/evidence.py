"""What a diagnosis and an agent that improves itself may see of the past. Pure.

Everything here is public: instructions, answers, transcripts of the gateway, feedback from closed sets. Hidden tests
and what a grading printed are in none of the values that reach this module.
"""

import json
import math
import re
from collections.abc import Sequence
from pathlib import PurePosixPath

from dgm.improve.transcripts import keep_end, keep_start, overflowed_twice, readable
from dgm.improve.tried import effect_table, tried_table
from dgm.values import Ancestor, AttemptOrder, Finish, Focus, FocusKind, Lease, Tree, TrialDigest

MAX_TRANSCRIPT = 250_000
"""Characters of a transcript, whoever sees it."""

_DEFINITION = re.compile(r"^(?: {4}|\t)?(?:async )?(?:def|class) (\w+)", re.MULTILINE)


def chosen_trial(focus: Focus, trials: Sequence[TrialDigest]) -> TrialDigest | None:
    """Return the trial that shows the weakness best: the first that fits the focus, else the first unresolved."""
    fitting = [trial for trial in trials if _fits(focus, trial)]
    unresolved = [trial for trial in trials if not trial.resolved]
    return next(iter([*fitting, *unresolved]), None)


def source_excerpt(agent: Tree, limit: int) -> str:
    """Return the agent's source in at most `limit` characters: whole files, entry points first, tests last.

    Files that do not fit, and binary ones, are only named.
    """
    paths = sorted(agent, key=lambda path: _rank(agent, path))
    listing = keep_start("Files: " + ", ".join(f"{path} ({agent[path].data.count(10)} lines)" for path in agent), limit)
    shown, left = [listing], limit - len(listing)
    for path in paths:
        text = f"\n=== {path} ===\n{agent.text(path)}"
        if b"\0" not in agent[path].data and len(text) < left:
            shown.append(text)
            left -= len(text) + 1
    return "\n".join(shown)


def functions_excerpt(agent: Tree, limit: int) -> str:
    """Return the agent's files but for its tests, each with what it defines, in at most `limit` characters.

    Definitions are found by how their lines begin: the source is an agent's, and is not parsed here.
    """
    files = ((path, agent.text(path)) for path in agent if "test" not in path and b"\0" not in agent[path].data)
    lines = (f"- {path}: {', '.join(_DEFINITION.findall(text))}".removesuffix(": ") for path, text in files)
    return keep_start("\n".join(lines), limit)


def trial_excerpt(trial: TrialDigest, limit: int) -> str:
    """Return one trial in at most `limit` characters: task, how it ended, the answer, the end of its transcript."""
    limit = max(0, limit - 200)  # for the headings
    parts = [
        f"The task:\n{keep_start(trial.instruction, limit // 4)}",
        f"How it ended: {trial.finish}\n{keep_start(trial.feedback, limit // 10)}",
        f"Its difference:\n{keep_start(trial.answer_diff or '(empty)', limit // 4)}",
    ]
    left = min(MAX_TRANSCRIPT, limit - sum(map(len, parts)))
    return "\n\n".join([*parts, f"Its transcript:\n{readable(trial.transcript, left)}"])


def cluster_excerpt(focus: Focus, trials: Sequence[TrialDigest], limit: int) -> str:
    """Return a line for each other task of a cluster in at most `limit` characters: what was asked, how it ended."""
    others = [trial for trial in trials if trial.task_id in focus.tasks and trial.task_id != focus.task_id]
    share = limit // max(1, len(others)) - 1
    lines = (f"- {each.task_id}, {each.finish}: {' '.join(each.instruction.split())}" for each in others)
    return "\n".join(line for line in (keep_start(line, share) for line in lines) if line)


def history(order: AttemptOrder, left: Lease) -> Tree:
    """Build `/history`: `lineage.json`, `attempts.json`, `trials.json`, `budget.json` and `transcripts/`."""
    trials = order.evidence
    names = [f"transcripts/{index:03d}-{trial.task_id}.jsonl" for index, trial in enumerate(trials)]
    tables = {
        "lineage.json": [_ancestor(ancestor) for ancestor in order.lineage],
        "attempts.json": tried_table(order.tried),
        "trials.json": [_trial(trial, name) for trial, name in zip(trials, names, strict=True)],
        "budget.json": {**_budget(left), "run": dict(order.budget)},
    }
    transcripts = {
        name: keep_end(trial.transcript.decode("utf-8", "replace"), MAX_TRANSCRIPT)
        for name, trial in zip(names, trials, strict=True)
    }
    return Tree.of({**{name: json.dumps(table, indent=1) for name, table in tables.items()}, **transcripts})


def _fits(focus: Focus, trial: TrialDigest) -> bool:
    match focus.kind:
        case FocusKind.TASK | FocusKind.CLUSTER:
            return trial.task_id == focus.task_id and not trial.resolved
        case FocusKind.EMPTY_ANSWERS:
            return trial.finish == Finish.EMPTY
        case FocusKind.CONTEXT_OVERFLOW:
            return overflowed_twice(trial.transcript)
        case FocusKind.INSTABILITY | FocusKind.GENERAL:
            return False


def _rank(agent: Tree, path: str) -> tuple[bool, bool, int, str]:
    return "test" in path, "main" not in PurePosixPath(path).name, len(agent[path].data), path


def _ancestor(ancestor: Ancestor) -> dict[str, object]:
    return {
        "agent": f"a{ancestor.agent_id}",
        "proposal": ancestor.proposal,
        "diff": ancestor.diff,
        "resolved": ancestor.resolved,
        "n": ancestor.n,
        "effect": effect_table(ancestor.effect),
    }


def _trial(trial: TrialDigest, transcript: str) -> dict[str, object]:
    return {
        "task": trial.task_id,
        "instruction": trial.instruction,
        "resolved": trial.resolved,
        "finish": trial.finish,
        "feedback": trial.feedback,
        "answer_diff": trial.answer_diff,
        "transcript": transcript,
    }


def _budget(left: Lease) -> dict[str, object]:
    """Return what is left of the lease; dollars are null where they are not limited, since JSON has no infinity."""
    cost_usd = left.cost_usd if math.isfinite(left.cost_usd) else None
    return {"tokens": left.tokens, "cost_usd": cost_usd, "seconds": round(left.seconds, 1)}
