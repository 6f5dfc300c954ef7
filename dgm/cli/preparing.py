"""What is settled before a run begins: sandbox, endpoint, model names. Then a resume finds the same."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import click

from dgm.cli.clock import SystemClock
from dgm.config import RunConfig
from dgm.evolve import ModelNames
from dgm.models import EndpointKind, find_model, open_models, resolve_endpoint, start_local
from dgm.sandbox import open_sandbox
from dgm.values import SandboxLevel


def announce_sandbox(config: RunConfig) -> SandboxLevel:
    """Open the sandbox once, say which it is and what it cannot promise. Raises SandboxUnavailable."""
    section = config.sandbox
    sandbox = open_sandbox(section.engine, image=section.image, require=section.require)
    try:
        level = sandbox.level
    finally:
        sandbox.close()
    chosen = " (chosen by auto)" if section.engine == "auto" else ""
    click.echo(f"Sandbox: {level.engine}{chosen}; {len(level.proved)} properties proved just now")
    for lack in level.not_held:
        click.echo(f"  it cannot promise: {lack}")
    return level


def requiring(config: RunConfig, levels: Sequence[str]) -> RunConfig:
    """Return the configuration with more that a sandbox must prove: what the file requires stays."""
    more = [level for level in levels if level not in config.sandbox.require]
    section = config.sandbox.model_copy(update={"require": [*config.sandbox.require, *more]})
    return config.model_copy(update={"sandbox": section})


def pin(config: RunConfig, level: SandboxLevel) -> RunConfig:
    """Return the configuration with what `auto` means on this machine: engine, endpoint, and the models by name.

    Raises:
        ConfigError: the endpoint, the key file or the local model's file cannot be used.
        ModelUnavailable, ModelRefused: the endpoint does not answer, or refuses.
    """
    engine = level.engine.partition("+")[0]
    endpoint = resolve_endpoint(config.models, os.environ)
    files = {"key_file": config.models.key_file, "local_path": config.models.local_path}
    paths = {name: path.expanduser().absolute() for name, path in files.items() if path is not None}
    models = config.models.model_copy(update={"endpoint": endpoint.kind.value, **paths})
    pinned = config.model_copy(
        update={"sandbox": config.sandbox.model_copy(update={"engine": engine}), "models": models}
    )
    if endpoint.kind is EndpointKind.LOCAL and models.base_url is None:
        find_model(models.local_path, os.environ)
        return pinned
    click.echo(f"Endpoint: {endpoint.base_url}")  # not pinned: a server may move between a stop and a resume
    names = model_names_of(pinned)
    return pinned.model_copy(update={"models": models.model_copy(update=dict(names.by_purpose))})


def model_names_of(config: RunConfig) -> ModelNames:
    """Ask the endpoint which models there are, and return which does what.

    Raises:
        ConfigError: none is named, and the endpoint has not just one.
        PriceUnknown: the budget is in dollars, and one has no price.
        ModelUnavailable, ModelRefused: the endpoint does not answer, or refuses.
    """
    need_price = config.budget.cost_usd is not None
    models = open_models(config.models, clock=SystemClock(), need_price=need_price)
    try:
        names = models.names()
        for name in sorted(set(names.values())):
            models.price(name)
            models.check(name)
    finally:
        models.close()
    return ModelNames(**names)


@contextmanager
def local_server(config: RunConfig, log: Path) -> Iterator[RunConfig]:
    """Start llama.cpp where the configuration means it; yield the configuration that reaches it."""
    section = config.models
    if resolve_endpoint(section, os.environ).kind is not EndpointKind.LOCAL or section.base_url is not None:
        yield config
        return
    path = find_model(section.local_path, os.environ)
    click.echo("Starting llama.cpp on this machine ...")
    with start_local(path, context=section.local_context, log=log) as base_url:
        yield config.model_copy(update={"models": section.model_copy(update={"base_url": base_url})})
