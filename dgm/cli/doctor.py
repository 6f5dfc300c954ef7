"""`dgm doctor`: what this machine has, what is missing, and what each sandbox proved just now."""

import importlib.util
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import click
from rich.text import Text

from dgm import __version__
from dgm.cli import render
from dgm.cli.inspecting import json_option
from dgm.cli.upkeep import image_option
from dgm.cli.which_run import runs_root
from dgm.config import ModelsSection
from dgm.errors import ConfigError
from dgm.models import EndpointKind, pulled_model, resolve_endpoint
from dgm.sandbox import EngineReport, examine_engines

LEAST_FREE_GB = 2.0


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at. `fix` says what to do where it is not well."""

    what: str
    is_well: bool
    found: str
    fix: str = ""


@dataclass(frozen=True, slots=True)
class EngineFinding:
    """What one sandbox engine proved, or why it cannot be used."""

    engine: str
    usable: bool
    proved: tuple[str, ...] = ()
    not_held: tuple[str, ...] = ()
    reason: str = ""


@click.command()
@image_option
@json_option
def doctor(image: str, as_json: bool) -> None:
    """Tell what this machine has, what is missing, and what each sandbox proved just now."""
    findings = [_python(), _git(), _disk(), _endpoint(), _local_model()]
    engines = [_engine(report) for report in examine_engines(image)]
    if as_json:
        render.print_json({"version": __version__, "findings": findings, "engines": engines})
    else:
        _show(findings, engines)
    raise SystemExit(0 if any(engine.usable for engine in engines) else 4)


def _show(findings: list[Finding], engines: list[EngineFinding]) -> None:
    out = render.console()
    rows = (("ok" if f.is_well else "missing", f.what, f.found, f.fix) for f in findings)
    out.print(render.plain_table(("", "what", "found", "what to do"), rows))
    for engine in engines:
        out.print()
        out.print(
            Text(engine.engine, style="bold"), "can be used" if engine.usable else f"cannot be used: {engine.reason}"
        )
        for line in engine.proved:
            out.print(f"  proved: {line}")
        for line in engine.not_held:
            out.print(f"  cannot promise: {line}")


def _engine(report: EngineReport) -> EngineFinding:
    if report.level is None:
        return EngineFinding(report.engine, usable=False, reason=report.problem)
    return EngineFinding(report.level.engine, True, report.level.proved, report.level.not_held)


def _python() -> Finding:
    return Finding("Python", True, sys.version.split()[0])


def _git() -> Finding:
    program = shutil.which("git")
    if program is None:
        return Finding("git", False, "not found", "apt-get install git")
    found = subprocess.run([program, "--version"], capture_output=True, text=True, check=False).stdout.strip()
    return Finding("git", True, found.removeprefix("git version "))


def _disk() -> Finding:
    folder = next(path for path in (runs_root(), *runs_root().parents) if path.is_dir())
    free_gb = shutil.disk_usage(folder).free / 1e9
    is_well = free_gb >= LEAST_FREE_GB
    return Finding("disk for runs", is_well, f"{free_gb:.0f} GB free", "" if is_well else "make room")


def _endpoint() -> Finding:
    try:
        endpoint = resolve_endpoint(ModelsSection(), os.environ)
    except ConfigError as error:
        return Finding("model endpoint", False, str(error), "correct it")
    if endpoint.kind is EndpointKind.LOCAL:
        return Finding("model endpoint", True, "local: no OPENAI_BASE_URL and no OPENAI_API_KEY is set")
    return Finding("model endpoint", True, endpoint.base_url or "")


def _local_model() -> Finding:
    path = pulled_model(os.environ)
    has_server = importlib.util.find_spec("xllamacpp") is not None
    if path is None:
        return Finding("local model", False, "not pulled", "dgm model pull, unless you have an endpoint")
    if not has_server:
        return Finding("local model", False, f"{Path(path).name}, no llama.cpp", "pip install 'dgm[local]'")
    return Finding("local model", True, Path(path).name)
