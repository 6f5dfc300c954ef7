"""The compiled filter decides as the profile says. A small machine runs it here as the kernel would."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dgm.assets import sandbox_dir
from dgm.errors import SandboxError
from dgm.sandbox.seccomp import Instruction, compile_profile, load_profile, program
from dgm.sandbox.syscalls import NUMBERS

ALLOW, KILL = 0x7FFF0000, 0x80000000
MACHINES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
PROFILE = load_profile(sandbox_dir() / "seccomp.json")


def decide(steps: list[Instruction], machine: int, number: int, *arguments: int) -> int:
    """Run a program on one system call, as the kernel's interpreter does."""
    padded = (*arguments, 0, 0, 0, 0, 0, 0)[:6]
    data = struct.pack("<IIQ6Q", number, machine, 0, *padded)
    at = accumulator = 0
    while True:
        step = steps[at]
        at += 1
        match step.code:
            case 0x20:
                accumulator = struct.unpack_from("<I", data, step.constant)[0]
            case 0x54:
                accumulator &= step.constant
            case 0x06:
                return step.constant
            case _:
                tests = {0x15: accumulator == step.constant, 0x25: accumulator > step.constant}
                holds = tests.get(step.code, accumulator >= step.constant)
                at += step.if_true if holds else step.if_false


def errno(number: int) -> int:
    return 0x00050000 | number


@pytest.fixture(params=sorted(MACHINES))
def machine(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.mark.parametrize("name", ["ptrace", "io_uring_setup", "mount", "unshare", "bpf", "keyctl", "userfaultfd"])
def test_a_named_call_is_refused(machine: str, name: str) -> None:
    steps = list(program(PROFILE, machine))

    assert decide(steps, MACHINES[machine], NUMBERS[machine][name]) == errno(1)


@given(st.integers(0, 2**20))
def test_a_call_that_no_rule_names_is_allowed(number: int) -> None:
    if number not in NUMBERS["x86_64"].values():
        assert decide(list(program(PROFILE, "x86_64")), MACHINES["x86_64"], number) == ALLOW


def test_a_foreign_machine_is_killed(machine: str) -> None:
    assert decide(list(program(PROFILE, machine)), 0x40000003, 0) == KILL


@given(st.integers(0x40000000, 0xFFFFFFFF))
def test_the_x32_table_is_killed(number: int) -> None:
    assert decide(list(program(PROFILE, "x86_64")), MACHINES["x86_64"], number) == KILL


@given(st.integers(0, 2**64 - 1))
def test_clone_is_refused_exactly_with_a_new_user_namespace(flags: int) -> None:
    refused = bool(flags & 0x10000000)

    decision = decide(list(program(PROFILE, "x86_64")), MACHINES["x86_64"], NUMBERS["x86_64"]["clone"], flags)

    assert decision == (errno(1) if refused else ALLOW)


@given(st.integers(0, 2**64 - 1) | st.integers(0, 64))
def test_only_families_up_to_netlink_make_sockets(family: int) -> None:
    decision = decide(list(program(PROFILE, "x86_64")), MACHINES["x86_64"], NUMBERS["x86_64"]["socket"], family)

    assert decision == (errno(97) if family > 16 else ALLOW)


@given(st.integers(0, 2**64 - 1) | st.integers(0, 2))
def test_only_a_processs_own_limits_can_be_changed(pid: int) -> None:
    decision = decide(list(program(PROFILE, "x86_64")), MACHINES["x86_64"], NUMBERS["x86_64"]["prlimit64"], pid)

    assert decision == (errno(1) if pid else ALLOW)


def test_jumps_fit_their_bytes_and_the_program_fits_the_kernel(machine: str) -> None:
    assert len(compile_profile(PROFILE, machine)) <= 8 * 4096


def test_an_unknown_machine_is_named() -> None:
    with pytest.raises(SandboxError, match="riscv64"):
        compile_profile(PROFILE, "riscv64")


def test_an_unknown_call_is_named() -> None:
    rule = {"names": ["no_such_call"], "action": "SCMP_ACT_ERRNO"}

    with pytest.raises(SandboxError, match="no_such_call"):
        compile_profile({"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [rule]}, "x86_64")
