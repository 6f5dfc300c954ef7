"""A seccomp profile in Docker's JSON, compiled into the classic BPF program that bubblewrap loads.

Covers what `sandbox/seccomp.json` uses: everything is allowed but what a rule names, with at most one condition on an
argument. A foreign architecture kills the process; so does the x32 table, which has other numbers for the same calls.
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
    if profile["defaultAction"] != "SCMP_ACT_ALLOW":
        raise SandboxError(f"the seccomp profile's default {profile['defaultAction']!r} is not SCMP_ACT_ALLOW")
    done = [
        Instruction(_LOAD, 0, 0, _MACHINE_AT),
        Instruction(_EQUAL, 1, 0, _AUDIT[machine]),
        Instruction(_RETURN, 0, 0, _KILL),
        Instruction(_LOAD, 0, 0, _NUMBER_AT),
    ]
    if machine == "x86_64":
        done += [Instruction(_AT_LEAST, 0, 1, _X32), Instruction(_RETURN, 0, 0, _KILL)]
    for rule in profile["syscalls"]:
        for name in rule["names"]:
            done += _rule(rule, name, machine)
    return [*done, Instruction(_RETURN, 0, 0, _ALLOW)]


def _rule(rule: Mapping[str, Any], name: str, machine: str) -> list[Instruction]:
    if not any(name in numbers for numbers in NUMBERS.values()):
        raise SandboxError(f"the seccomp profile names {name!r}, whose number is not in dgm/sandbox/syscalls.py")
    if (number := NUMBERS[machine].get(name)) is None:
        return []
    test = [step for argument in rule.get("args", ()) for step in _argument(argument)]
    refuse = [*test, Instruction(_RETURN, 0, 0, _action(rule))]
    if test:
        refuse.append(Instruction(_LOAD, 0, 0, _NUMBER_AT))
    return [Instruction(_EQUAL, 0, len(refuse), number), *refuse]


def _action(rule: Mapping[str, Any]) -> int:
    if rule["action"] != "SCMP_ACT_ERRNO":
        raise SandboxError(f"the seccomp profile's action {rule['action']!r} is not SCMP_ACT_ERRNO")
    return _ERRNO | int(rule.get("errnoRet", 1))


def _argument(argument: Mapping[str, Any]) -> list[Instruction]:
    """Return a test that goes on to the next instruction on a match, and skips it else.

    Arguments are 64 bits wide and compared in two halves.
    """
    low_at = _ARGUMENTS_AT + 8 * int(argument["index"])
    value = int(argument["value"])
    low, high = value & _LOW, value >> 32
    load_low, load_high = Instruction(_LOAD, 0, 0, low_at), Instruction(_LOAD, 0, 0, low_at + 4)
    match argument["op"]:
        case "SCMP_CMP_NE":
            return [load_high, Instruction(_EQUAL, 0, 2, high), load_low, Instruction(_EQUAL, 1, 0, low)]
        case "SCMP_CMP_GT":
            return [
                load_high,
                Instruction(_GREATER, 3, 0, high),
                Instruction(_EQUAL, 0, 3, high),
                load_low,
                Instruction(_GREATER, 0, 1, low),
            ]
        case "SCMP_CMP_MASKED_EQ" if high == 0:
            wanted = int(argument["valueTwo"])
            return [load_low, Instruction(_AND, 0, 0, low), Instruction(_EQUAL, 0, 1, wanted)]
        case other:
            raise SandboxError(f"the seccomp profile's comparison {other!r} is not known")
