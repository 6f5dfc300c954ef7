"""What went wrong on a worker, in words that may be recorded: no path of the host, and so no user's name."""

import re
import sys
import tempfile
import traceback
from collections.abc import Iterator
from pathlib import Path

_HIDDEN = "..."

_HOME = re.compile(r"(?<![\w./])/(?:(?:home|Users)/[^\s/'\":]+|root\b)")

_FOLDERS = re.compile(rf"(?<![\w./])(?:{re.escape(_HIDDEN)})?/(?:[^\s/'\":]+/)+")
"""The folders of an absolute path; the path of a URL stands behind its host, and is left alone."""


def describe(error: BaseException) -> str:
    """Return where an error was raised, a line for each frame, then its causes, and last its type and message."""
    raised = [error, *_causes(error)]
    return "\n".join([*_frames(error), *(_summary(one) for one in reversed(raised))])


def without_paths(text: str) -> str:
    """Return text in which every absolute path is cut to its last part, and homes are cut out whole."""
    for folder in sorted(_folders_of_this_process(), key=len, reverse=True):
        text = re.sub(rf"(?<![\w./]){re.escape(folder)}(?![\w.-])", _HIDDEN, text)
    return _FOLDERS.sub(f"{_HIDDEN}/", _HOME.sub(_HIDDEN, text))


def _folders_of_this_process() -> set[str]:
    """Return the folders that may have a space in their names, which no pattern could follow."""
    known = (str(Path("~").expanduser()), str(Path.cwd()), tempfile.gettempdir(), sys.prefix)
    return {folder for folder in known if len(folder) > 1}


def _summary(error: BaseException) -> str:
    message = " ".join(without_paths(str(error)).split())
    return f"{type(error).__name__}: {message}" if message else type(error).__name__


def _frames(error: BaseException) -> Iterator[str]:
    """Name each frame by its package and file, as `dgm/cluster/node_worker.py:18 in run_work`."""
    for frame, line in traceback.walk_tb(error.__traceback__):
        package = str(frame.f_globals.get("__package__") or "").replace(".", "/")
        yield f"{Path(package, Path(frame.f_code.co_filename).name)}:{line} in {frame.f_code.co_name}"


def _causes(error: BaseException) -> Iterator[BaseException]:
    seen = {id(error)}
    cause = error.__cause__
    while cause is not None and id(cause) not in seen:
        seen.add(id(cause))
        yield cause
        cause = cause.__cause__
