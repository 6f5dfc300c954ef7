"""Every attack on every engine, through the public port; and on a plain subprocess, to show that these tests can fail.

What an engine does not contain it must say in `SandboxLevel.not_held`.
"""

import os
import signal
import time
from collections.abc import Iterator, Mapping

import pytest

from dgm.ports import Sandbox
from dgm.values import JobResult
from tests.attacks.attack import Attack
from tests.attacks.handover import HAND_OVER
from tests.attacks.kernel import KERNEL
from tests.attacks.network import NETWORK
from tests.attacks.outside import new_survivor, survivors
from tests.attacks.plainly import PlainSubprocess
from tests.attacks.processes import PROCESSES
from tests.attacks.resources import DISK, KERNEL_MEMORY, MEMORY, OUTPUT, TIME
from tests.attacks.secrecy import SECRETS
from tests.attacks.shared import SHARED

ATTACKS = (
    *(*PROCESSES, *MEMORY, *KERNEL_MEMORY, *DISK, *OUTPUT, *TIME),
    *(*KERNEL, *SHARED, *NETWORK, *SECRETS, *HAND_OVER),
)
BOUND_S = 10.0
"""Three seconds of an attack at most, and what a busy machine needs to start and end it."""


def named(attack: Attack) -> str:
    return f"{attack.family.value}: {attack.name}"


@pytest.fixture
def survivor() -> Iterator[str]:
    """How long this attack's `sleep` sleeps; what is left of it is killed, since a plain subprocess leaves it."""
    seconds = new_survivor()
    yield seconds
    for pid in survivors(seconds):
        os.kill(pid, signal.SIGKILL)


def contained(attack: Attack, result: JobResult, survivor: str) -> bool:
    return attack.contained(result) and not survivors(survivor)


@pytest.mark.parametrize("attack", ATTACKS, ids=named)
def test_an_attack_is_contained(attack: Attack, sandbox: Sandbox, outside: Mapping[str, str], survivor: str) -> None:
    begun = time.monotonic()

    result = sandbox.run(attack.job({**outside, "SURVIVOR": survivor}))

    assert contained(attack, result, survivor) or attack.is_admitted(sandbox.level), result
    assert time.monotonic() - begun < BOUND_S


@pytest.mark.parametrize("attack", [a for a in ATTACKS if a.can_succeed_plainly], ids=named)
def test_a_plain_subprocess_does_not_contain_it(attack: Attack, outside: Mapping[str, str], survivor: str) -> None:
    result = PlainSubprocess().run(attack.job({**outside, "SURVIVOR": survivor}, plain=True))

    assert not contained(attack, result, survivor), result


def test_there_are_attacks_of_every_family() -> None:
    assert len(ATTACKS) >= 30
    assert len({attack.name for attack in ATTACKS}) >= 30
