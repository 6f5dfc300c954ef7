"""A seccomp profile in Docker's JSON, compiled into the classic BPF program that bubblewrap loads.

Covers what `sandbox/seccomp.json` uses: what no rule names is refused; a rule allows or refuses, where all of its
conditions on arguments hold. A foreign architecture kills the process; so does the x32 table, which has other numbers
for the same calls. A call that is younger than our table is not there, as programs expect of an older kernel.
"""

import json
import struct
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from dgm.errors import SandboxError
from dgm.sandbox.syscalls import NUMBERS

_LOAD, _AND, _RETURN = 0x20, 0x54, 0x06
_EQUAL, _GREATER, _AT_LEAST = 0x15, 0x25, 0x35
_KILL, _ERRNO, _ALLOW = 0x80000000, 0x00050000, 0x7FFF0000
_NUMBER_AT, _MACHINE_AT, _ARGUMENTS_AT = 0, 4, 16
_AUDIT = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
_X32 = 0x40000000
_LOW = 0xFFFFFFFF
_ENOSYS = 38
_ELSE = -1
"""A jump to where the next rule is tried, until the length of its own rule is known."""


class Instruction(NamedTuple):
    """One instruction: code, jump distances when true and false, constant."""

    code: int
    if_true: int
    if_false: int
    constant: int


def load_profile(path: Path) -> Mapping[str, Any]:
    """Read a profile. Raises SandboxError."""
    try:
        profile: Mapping[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise SandboxError(f"cannot read the seccomp profile {str(path)!r}: {error}. Install dgm again.") from error
    return profile


def compile_profile(profile: Mapping[str, Any], machine: str) -> bytes:
    """Return the program for one machine, such as `x86_64`.

    Raises:
        SandboxError: the machine or something in the profile is not known.
    """
    if machine not in NUMBERS:
        raise SandboxError(f"no seccomp filter for {machine!r}: use docker here, or one of {sorted(NUMBERS)}")
    return b"".join(struct.pack("<HBBI", *instruction) for instruction in program(profile, machine))


def program(profile: Mapping[str, Any], machine: str) -> Sequence[Instruction]:
    """Return the instructions. Raises SandboxError."""
    if profile["defaultAction"] != "SCMP_ACT_ERRNO":
        raise SandboxError(f"the seccomp profile's default {profile['defaultAction']!r} is not SCMP_ACT_ERRNO")
    done = [
        Instruction(_LOAD, 0, 0, _MACHINE_AT),
        Instruction(_EQUAL, 1, 0, _AUDIT[machine]),
        Instruction(_RETURN, 0, 0, _KILL),
        Instruction(_LOAD, 0, 0, _NUMBER_AT),
    ]
    if machine == "x86_64":
        done += [Instruction(_AT_LEAST, 0, 1, _X32), Instruction(_RETURN, 0, 0, _KILL)]
    youngest = max(NUMBERS[machine].values())
    done += [Instruction(_GREATER, 0, 1, youngest), Instruction(_RETURN, 0, 0, _ERRNO | _ENOSYS)]
    for rule in profile["syscalls"]:
        for name in rule["names"]:
            done += _rule(rule, name, machine)
    return [*done, Instruction(_RETURN, 0, 0, _ERRNO | int(profile["defaultErrnoRet"]))]


def _rule(rule: Mapping[str, Any], name: str, machine: str) -> list[Instruction]:
    """Return one rule for one call: the number is loaded before it, and after it where it does not decide."""
    if not any(name in numbers for numbers in NUMBERS.values()):
        raise SandboxError(f"the seccomp profile names {name!r}, whose number is not in dgm/sandbox/syscalls.py")
    if (number := NUMBERS[machine].get(name)) is None:
        return []
    tests = [step for argument in rule.get("args", ()) for step in _argument(argument)]
    steps = [Instruction(_EQUAL, 0, _ELSE, number), *tests, Instruction(_RETURN, 0, 0, _action(rule))]
    last = len(steps) - 1
    placed = [s._replace(if_false=last - at) if s.if_false == _ELSE else s for at, s in enumerate(steps)]
    return [*placed, Instruction(_LOAD, 0, 0, _NUMBER_AT)] if tests else placed


def _action(rule: Mapping[str, Any]) -> int:
    match rule["action"]:
        case "SCMP_ACT_ALLOW":
            return _ALLOW
        case "SCMP_ACT_ERRNO":
            return _ERRNO | int(rule["errnoRet"])
        case other:
            raise SandboxError(f"the seccomp profile's action {other!r} is not SCMP_ACT_ALLOW or SCMP_ACT_ERRNO")


def _argument(argument: Mapping[str, Any]) -> list[Instruction]:
    """Return a test that goes on to the next instruction where it holds.

    Arguments are 64 bits wide and compared in two halves.
    """
    low_at = _ARGUMENTS_AT + 8 * int(argument["index"])
    value = int(argument["value"])
    low, high = value & _LOW, value >> 32
    load_low, load_high = Instruction(_LOAD, 0, 0, low_at), Instruction(_LOAD, 0, 0, low_at + 4)
    match argument["op"]:
        case "SCMP_CMP_EQ":
            return [load_high, Instruction(_EQUAL, 0, _ELSE, high), load_low, Instruction(_EQUAL, 0, _ELSE, low)]
        case "SCMP_CMP_GT":
            return [
                load_high,
                Instruction(_GREATER, 3, 0, high),
                Instruction(_EQUAL, 0, _ELSE, high),
                load_low,
                Instruction(_GREATER, 0, _ELSE, low),
            ]
        case "SCMP_CMP_MASKED_EQ" if high == 0:
            wanted = int(argument["valueTwo"])
            return [load_low, Instruction(_AND, 0, 0, low), Instruction(_EQUAL, 0, _ELSE, wanted)]
        case other:
            raise SandboxError(f"the seccomp profile's comparison {other!r} is not known")
