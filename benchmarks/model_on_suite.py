"""How much of a suite one agent resolves with the local model: one trial a task, both splits, temperature 0.

Each task prints its line as it ends, so a measurement that is cut short is not lost; `--tasks` goes on with the rest.
At the end the shares with their 95 % Wilson intervals. `--stretch` multiplies each task's time, for a machine that has
other work to do: else its load would decide which answers come too late.

    python benchmarks/model_on_suite.py [--agent oneshot] [--suite repair] [--tasks ID,ID] [--stretch 1]
"""

import argparse
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from dgm.cli.founders import founder_tree
from dgm.cli.preparing import local_server, model_names_of
from dgm.cli.worker import WorkerFactory
from dgm.config import RunConfig, parse_config
from dgm.evaluations import load_suite, run_trial, wilson
from dgm.improve.manifest import manifest_of
from dgm.values import Lease, Limits, Split, Suite, Task, TrialOrder, TrialOutcome

LEASE = Lease(tokens=100_000, cost_usd=1.0, seconds=3600.0)


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, and print a row for each task."""
    options = _options(arguments)
    suite = load_suite(options.suite)
    wanted = options.tasks.split(",") if options.tasks else [task.task_id for task in suite.tasks]
    overrides = [f"models.max_tokens={options.max_tokens}", "models.temperature=0", f"sandbox.engine={options.sandbox}"]
    config = parse_config('[models]\nendpoint = "local"\n[budget]\nattempts = 0\n', overrides)
    resolved: list[tuple[Task, bool]] = []
    with tempfile.TemporaryDirectory() as folder, local_server(config, Path(folder) / "llama.log") as reachable:
        for name in wanted:
            task = replace(suite.task(name), timeout_s=options.stretch * suite.task(name).timeout_s)
            outcome = _measured(reachable, options.agent, suite, task)
            _say(task, outcome)
            if outcome.verdict is not None:
                resolved.append((task, outcome.verdict.resolved))
    _sum_up("all", [passed for _, passed in resolved])
    for split in Split:
        _sum_up(split.value, [passed for task, passed in resolved if task.split is split])


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--agent", default="oneshot")
    parser.add_argument("--suite", default="repair")
    parser.add_argument("--tasks", default="")
    parser.add_argument("--max-tokens", type=int, default=1024)
    parser.add_argument("--stretch", type=float, default=1.0)
    parser.add_argument("--sandbox", default="bubblewrap")
    return parser.parse_args(arguments)


def _measured(config: RunConfig, agent: str, suite: Suite, task: Task) -> TrialOutcome:
    tree = founder_tree(agent)
    worker = WorkerFactory(config)()
    order = TrialOrder(
        trial_id=0,
        agent_id=0,
        repeat=0,
        agent=tree,
        solve=manifest_of(tree).solve,
        task=task,
        suite_digest=suite.digest,
        model=model_names_of(config).solve,
        lease=LEASE,
    )
    try:
        return run_trial(order, worker.sandbox, worker.models, worker.clock, Limits())
    finally:
        worker.close()


def _say(task: Task, outcome: TrialOutcome) -> None:
    verdict = outcome.verdict
    gave = (
        f"{verdict.passed} of {verdict.total} | {verdict.finish}" if verdict else f"unscored: {outcome.infrastructure}"
    )
    spent = f"{outcome.spent.tokens:,} tokens | {outcome.spent.seconds:.0f} s"
    print(f"| {task.task_id} | {task.split} | {task.difficulty} | {gave} | {spent} |", flush=True)


def _sum_up(name: str, passed: Sequence[bool]) -> None:
    share = wilson(sum(passed), len(passed))
    print(f"{name}: {sum(passed)} of {share.n} | {share.estimate:.2f} [{share.low:.2f} - {share.high:.2f}]")


if __name__ == "__main__":
    sys.exit(main())
