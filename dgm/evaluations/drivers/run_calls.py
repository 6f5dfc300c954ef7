"""Runs inside a grading sandbox: the answer's functions on a list of calls, or its programs on a list of commands.

Started as `python -P -s -B run_calls.py CALLS REPOSITORY REPORT`. It is given inputs only, never what is expected; the
host compares. Writes a JSON list with one entry for each: `{"value"}`, `{"raised": [class names]}`,
`{"unusable": class}`, or for a command `{"exit_code", "stdout"}`.
"""

import importlib
import json
import os
import subprocess
import sys
import tempfile
from functools import reduce
from pathlib import Path
from typing import Any

MAX_STDOUT = 1 << 20


def call(item: dict[str, Any]) -> dict[str, Any]:
    """Call one function and return what it gave, as JSON if it can be."""
    module, _, attribute = item["function"].partition(":")
    try:
        function: Any = reduce(getattr, attribute.split("."), importlib.import_module(module))
        value = function(*item["args"], **item["kwargs"])
    except BaseException as error:  # noqa: BLE001 - whatever the answer raises is its result
        return {"raised": [kind.__name__ for kind in type(error).__mro__]}
    try:
        return {"value": json.loads(json.dumps(value))}
    except Exception:  # noqa: BLE001 - an answer's own class may raise anything
        return {"unusable": type(value).__name__}


def execute(item: dict[str, Any], repository: str) -> dict[str, Any]:
    """Run one command in a fresh folder."""
    folder = Path(tempfile.mkdtemp())
    for name, text in item["files"].items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    argv = [sys.executable if item["argv"][0] == "python" else item["argv"][0], *item["argv"][1:]]
    environment = {**os.environ, "PYTHONPATH": repository}
    try:
        done = subprocess.run(
            argv, input=item["stdin"].encode(), stdout=subprocess.PIPE, cwd=folder, env=environment, check=False
        )
    except OSError as error:
        return {"unusable": type(error).__name__}
    return {"exit_code": done.returncode, "stdout": done.stdout[:MAX_STDOUT].decode("utf-8", "replace")}


def main() -> None:
    """Do all, write the report, and end without what the answer may have left to run at exit."""
    items, repository, report_path = sys.argv[1:4]
    end, write, dumps = os._exit, os.write, json.dumps
    report_file = os.open(report_path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    os.chdir("/tmp")
    sys.path.append(repository)
    work = json.loads(Path(items).read_bytes())
    results = [execute(item, repository) if "argv" in item else call(item) for item in work]
    data = dumps(results).encode()
    while data:
        data = data[write(report_file, data) :]
    sys.stdout.flush()
    sys.stderr.flush()
    end(0)


if __name__ == "__main__":
    main()
