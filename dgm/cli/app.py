"""The command `dgm` and its list of commands, each imported when it is used: `dgm tree` needs no model client."""

import logging

import click

from dgm import __version__
from dgm.cli.edge import Edge, exit_code_help

COMMANDS = {
    "run": "dgm.cli.launching:run",
    "resume": "dgm.cli.launching:resume",
    "pause": "dgm.cli.overseeing:pause",
    "stop": "dgm.cli.overseeing:stop",
    "veto": "dgm.cli.overseeing:veto",
    "approve": "dgm.cli.overseeing:approve",
    "audit": "dgm.cli.auditing:audit",
    "runs": "dgm.cli.inspecting:runs",
    "status": "dgm.cli.inspecting:status",
    "tree": "dgm.cli.inspecting:tree",
    "show": "dgm.cli.inspecting:show",
    "diff": "dgm.cli.inspecting:diff",
    "log": "dgm.cli.inspecting:log",
    "replay": "dgm.cli.replaying:replay",
    "confirm": "dgm.cli.confirming:confirm",
    "export": "dgm.cli.exporting:export",
    "plan": "dgm.cli.planning:plan",
    "simulate": "dgm.cli.simulating:simulate",
    "init": "dgm.cli.exporting:init",
    "agent": "dgm.cli.upkeep:agent",
    "suite": "dgm.cli.upkeep:suite",
    "model": "dgm.cli.upkeep:model",
    "image": "dgm.cli.upkeep:image",
    "reap": "dgm.cli.upkeep:reap_command",
    "doctor": "dgm.cli.doctor:doctor",
}
"""Name to where the command is, in the order of `--help`."""


@click.group(cls=Edge, lazy=COMMANDS, epilog=exit_code_help(), context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="dgm", message="%(prog)s %(version)s")
def main() -> None:
    """Evolve coding agents that rewrite their own code, measured in isolation.

    A first run: `dgm init`, `dgm model pull` where you have no model of your own, `dgm run`. Commands that read a run
    take the one that --run or $DGM_RUN names, else the newest.
    """
    logging.getLogger("dgm").addHandler(logging.NullHandler())  # a run adds its log file; stderr is for `Edge`
