"""Tasks that are functions or programs: the inputs that enter the sandbox, and the comparison on the host. Pure.

What is expected never leaves the host, so an answer can only be right or wrong; it may special-case inputs that it was
shown, which is why hidden calls use others.
"""

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, JsonValue, ValidationError, model_validator

from dgm.errors import SuiteError
from dgm.values import Grader, Task


class Strict(BaseModel):
    """Base of the hidden files: unknown keys are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Call(Strict):
    """One call of a function."""

    name: str = Field(min_length=1)
    function: str = Field(pattern=r"^[A-Za-z_][\w.]*:[A-Za-z_][\w.]*$")
    args: list[JsonValue] = []
    kwargs: dict[str, JsonValue] = {}
    expected: JsonValue = None
    raises: str | None = None
    tolerance: float | None = Field(default=None, ge=0)

    @model_validator(mode="after")
    def _one_of_two(self) -> Self:
        if ("expected" in self.model_fields_set) == (self.raises is not None):
            raise ValueError("give `expected` or `raises`")
        return self

    def inputs(self) -> dict[str, Any]:
        """Return what the sandbox is given."""
        return {"function": self.function, "args": self.args, "kwargs": self.kwargs}

    def passes(self, result: Mapping[str, Any], tolerance: float) -> bool:
        """Tell whether a result is the expected one."""
        if self.raises is not None:
            raised = result.get("raised")
            return isinstance(raised, list) and self.raises in raised
        return "value" in result and same(self.expected, result["value"], tolerance)


class Expectation(Strict):
    """What a command must give."""

    exit_code: int = 0
    stdout: str | None = None
    value: JsonValue = Field(default=None, alias="json")


class Command(Strict):
    """One run of a program."""

    name: str = Field(min_length=1)
    argv: list[str] = Field(min_length=1)
    stdin: str = ""
    files: dict[str, str] = {}
    expected: Expectation
    tolerance: float | None = Field(default=None, ge=0)

    def inputs(self) -> dict[str, Any]:
        """Return what the sandbox is given."""
        return {"argv": self.argv, "stdin": self.stdin, "files": self.files}

    def passes(self, result: Mapping[str, Any], tolerance: float) -> bool:
        """Tell whether a result is the expected one."""
        stdout = result.get("stdout")
        if result.get("exit_code") != self.expected.exit_code or not isinstance(stdout, str):
            return False
        if self.expected.stdout is not None and stdout != self.expected.stdout:
            return False
        return "value" not in self.expected.model_fields_set or _same_json(self.expected.value, stdout, tolerance)


class CallsFile(Strict):
    """`hidden/calls.json`."""

    tolerance: float = Field(default=0.0, ge=0)
    calls: list[Call] = Field(min_length=1)


class CommandsFile(Strict):
    """`hidden/commands.json`."""

    tolerance: float = Field(default=0.0, ge=0)
    commands: list[Command] = Field(min_length=1)


def read_calls(task: Task) -> tuple[Sequence[Call | Command], float]:
    """Return the calls or commands of a task, and its tolerance. Raises SuiteError."""
    name = "calls.json" if task.grader is Grader.FUNCTION else "commands.json"
    try:
        items, tolerance = _parsed(task, name)
    except (KeyError, ValidationError) as error:
        reason = "is missing" if isinstance(error, KeyError) else f"is wrong: {error}"
        raise SuiteError(f"task {task.task_id!r}: hidden/{name} {reason}. docs/suites.md describes it") from error
    if tuple(item.name for item in items) != task.expected:
        raise SuiteError(
            f"task {task.task_id!r}: `expected` in task.toml must list the names in hidden/{name}, in order"
        )
    return items, tolerance


def _parsed(task: Task, name: str) -> tuple[Sequence[Call | Command], float]:
    data = task.hidden[name].data
    if task.grader is Grader.FUNCTION:
        calls = CallsFile.model_validate_json(data)
        return calls.calls, calls.tolerance
    commands = CommandsFile.model_validate_json(data)
    return commands.commands, commands.tolerance


def inputs(items: Sequence[Call | Command]) -> bytes:
    """Return what the sandbox is given, as JSON: neither names nor anything expected."""
    return json.dumps([item.inputs() for item in items]).encode()


def passed(items: Sequence[Call | Command], results: Sequence[object], tolerance: float) -> Iterator[str]:
    """Yield the names of the calls whose results are right."""
    for item, result in zip(items, results, strict=True):
        allowed = tolerance if item.tolerance is None else item.tolerance
        if isinstance(result, dict) and item.passes(result, allowed):
            yield item.name


def same(expected: object, value: object, tolerance: float) -> bool:
    """Compare two JSON values. Numbers within the tolerance (absolute and relative) are the same; `true` is not 1."""
    if isinstance(expected, bool) or isinstance(value, bool):
        return expected is value
    if isinstance(expected, int | float) and isinstance(value, int | float):
        return expected == value or _close(expected, value, tolerance)
    if isinstance(expected, list) and isinstance(value, list):
        return len(expected) == len(value) and all(map(same, expected, value, [tolerance] * len(expected)))
    if isinstance(expected, dict) and isinstance(value, dict):
        return expected.keys() == value.keys() and all(same(expected[k], value[k], tolerance) for k in expected)
    return type(expected) is type(value) and expected == value


def _close(expected: float, value: float, tolerance: float) -> bool:
    try:
        return math.isclose(expected, value, rel_tol=tolerance, abs_tol=tolerance) if tolerance else False
    except OverflowError:
        return False


def _same_json(expected: object, text: str, tolerance: float) -> bool:
    try:
        return same(expected, json.loads(text), tolerance)
    except (ValueError, RecursionError):
        return False
