"""`dgm agent check`: the screening of a founder, without a run."""

import tempfile
from pathlib import Path

import click

from dgm.cli import render
from dgm.cli.clock import SystemClock
from dgm.cli.founders import founder_tree
from dgm.cli.preparing import local_server, model_names_of
from dgm.config import RunConfig, parse_config
from dgm.improve import run_screening
from dgm.models import open_models
from dgm.sandbox import open_sandbox
from dgm.values import Lease, Limits, ScreeningOrder, ScreeningOutcome

LEASE = Lease(tokens=100_000, cost_usd=1.0, seconds=1200.0)


def check_agent(name_or_path: str, engine: str, image: str, *, as_json: bool) -> int:
    """Screen an agent and print each step. Returns the exit code: 0 when it passes, else 2."""
    tree = founder_tree(name_or_path)
    config = parse_config("[budget]\nattempts = 0\n", [f"sandbox.engine={engine}", f"sandbox.image={image}"])
    with tempfile.TemporaryDirectory() as folder, local_server(config, Path(folder) / "llama.log") as reachable:
        outcome = _screen(reachable, ScreeningOrder(name_or_path, tree, model_names_of(reachable).solve, LEASE))
    if as_json:
        render.print_json({"steps": outcome.steps, "failure": outcome.failure, "detail": outcome.detail})
        return 0 if outcome.failure is None else 2
    headers = ("step", "result", ">tries", ">time", "detail")
    rows = [
        (step.name, "passed" if step.passed else "failed", str(step.tries), f"{step.seconds:.1f} s", step.detail)
        for step in outcome.steps
    ]
    render.console().print(render.plain_table(headers, rows))
    if outcome.failure is None:
        click.echo(f"{name_or_path} passes; {outcome.spent.tokens:,} tokens")
        return 0
    click.echo(f"{name_or_path} does not pass: {outcome.failure}: {outcome.detail}", err=True)
    return 2


def _screen(config: RunConfig, order: ScreeningOrder) -> ScreeningOutcome:
    clock = SystemClock()
    sandbox = open_sandbox(config.sandbox.engine, image=config.sandbox.image)
    models = open_models(config.models, clock=clock, need_price=False)
    try:
        return run_screening(order, sandbox, models, clock, Limits())
    finally:
        models.close()
        sandbox.close()
