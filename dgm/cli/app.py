"""The command `dgm` and its list of commands."""

import logging

import click

from dgm import __version__
from dgm.cli.doctor import doctor
from dgm.cli.edge import Edge, exit_code_help
from dgm.cli.exporting import export, init
from dgm.cli.inspecting import diff, log, runs, show, status, tree
from dgm.cli.launching import resume, run
from dgm.cli.upkeep import agent, image, model, reap_command, suite


@click.group(cls=Edge, epilog=exit_code_help(), context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="dgm", message="%(prog)s %(version)s")
def main() -> None:
    """Evolve coding agents that rewrite their own code, measured in isolation.

    A first run: `dgm init`, `dgm model pull` where you have no model of your own, `dgm run`. Commands that read a run
    take the one that --run or $DGM_RUN names, else the newest.
    """
    logging.getLogger("dgm").addHandler(logging.NullHandler())  # a run adds its log file; stderr is for `Edge`


for command in (
    run,
    resume,
    runs,
    status,
    tree,
    show,
    diff,
    log,
    export,
    init,
    agent,
    suite,
    model,
    image,
    reap_command,
    doctor,
):
    main.add_command(command)
