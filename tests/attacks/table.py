"""Prints what each engine contains, by family: `python -m tests.attacks.table [ENGINE ...]`, `plain` among them."""

import os
import signal
import sys
from collections import Counter
from collections.abc import Mapping
from contextlib import closing

import click

from dgm.errors import SandboxUnavailable
from dgm.ports import Sandbox
from dgm.sandbox import open_sandbox
from tests.attacks.attack import Attack, Family
from tests.attacks.outside import new_survivor, planted, survivors
from tests.attacks.plainly import PlainSubprocess
from tests.attacks.test_attacks import ATTACKS, contained
from tests.engines import IMAGE

PLAIN = "plain"


def outcome(attack: Attack, sandbox: Sandbox | PlainSubprocess, outside: Mapping[str, str]) -> str:
    """Return `contained`, `said` where the engine says that it does not hold it, or `missed`."""
    survivor = new_survivor()
    job = attack.job({**outside, "SURVIVOR": survivor}, plain=isinstance(sandbox, PlainSubprocess))
    holds = contained(attack, sandbox.run(job), survivor)
    for pid in survivors(survivor):
        os.kill(pid, signal.SIGKILL)
    return "contained" if holds else "said" if attack.is_admitted(sandbox.level) else "missed"


def measure(engine: str, outside: Mapping[str, str]) -> None:
    """Run every attack on one engine and print a line for each family."""
    sandbox = PlainSubprocess() if engine == PLAIN else open_sandbox(engine, image=IMAGE)
    tried, found = Counter[Family](), Counter[tuple[Family, str]]()
    with closing(sandbox):
        for attack in ATTACKS:
            if engine != PLAIN or attack.can_succeed_plainly:
                tried[attack.family] += 1
                found[attack.family, outcome(attack, sandbox, outside)] += 1
    click.echo(engine)
    for family, n in tried.items():
        said = found[family, "said"]
        click.echo(
            f"  {family.value:10} {found[family, 'contained']:3} of {n}"
            + (f", {said} said not to hold" if said else "")
        )
    click.echo(f"  {'all':10} {sum(found[f, 'contained'] for f in tried):3} of {sum(tried.values())}")


def main() -> None:
    with planted() as outside:
        for engine in sys.argv[1:] or ("docker", "bubblewrap", PLAIN):
            try:
                measure(engine, outside)
            except SandboxUnavailable as error:
                click.echo(f"{engine}: left out: {error}")


if __name__ == "__main__":
    main()
