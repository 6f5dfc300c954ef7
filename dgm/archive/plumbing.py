"""Runs git on one bare repository: no index, no work tree, no hook, no settings of the machine or the user."""

import os
import subprocess
from pathlib import Path

from dgm.archive.durable import full_disk, names_full_disk
from dgm.errors import ArchiveError
from dgm.values import plain

_SETTINGS = (
    "core.fsync=all",
    "core.hooksPath=/dev/null",
    "core.fsmonitor=false",
    "core.attributesFile=/dev/null",
    "core.logAllRefUpdates=false",
    "core.quotePath=false",
    "gc.auto=0",
    "tar.umask=0022",
)
_TIMEOUT_S = 600.0
_OLDEST = (2, 36)
"""The first with `core.fsync`."""


class Plumbing:
    """Callable: `git(command, *arguments)` returns its standard output."""

    def __init__(self, git_dir: Path, *, inherit: tuple[int, ...] = ()) -> None:
        """Args:
        inherit: descriptors that the commands keep open, such as a lock's.
        """
        self._git_dir = git_dir
        self._inherit = inherit
        self._prefix = ["git", *(word for setting in _SETTINGS for word in ("-c", setting))]
        self._environment = {
            "PATH": os.environ.get("PATH", os.defpath),
            "HOME": "/nonexistent",
            "LC_ALL": "C",
            "GIT_DIR": str(git_dir),
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_CONFIG_GLOBAL": "/dev/null",
            "GIT_ATTR_NOSYSTEM": "1",
            "GIT_NO_REPLACE_OBJECTS": "1",
            "GIT_OPTIONAL_LOCKS": "0",
            "GIT_TERMINAL_PROMPT": "0",
        }

    def __call__(self, *arguments: str, stdin: bytes = b"") -> bytes:
        """Run one git command.

        Raises:
            StorageFull: git found no room to write.
            ArchiveError: git is missing, hangs or fails.
        """
        try:
            done = subprocess.run(
                [*self._prefix, *arguments],
                input=stdin,
                capture_output=True,
                env=self._environment,
                pass_fds=self._inherit,
                start_new_session=True,  # Ctrl-C in a terminal reaches the driver only
                timeout=_TIMEOUT_S,
            )
        except FileNotFoundError as error:
            raise ArchiveError("git is not installed, or not on PATH: install git 2.36 or newer.") from error
        except subprocess.TimeoutExpired as error:
            raise ArchiveError(
                f"`git {arguments[0]}` did not end in {_TIMEOUT_S:.0f} s: check the run's disk."
            ) from error
        if done.returncode:
            raise self._failure(arguments[0], done.stderr.decode("utf-8", "replace"))
        return done.stdout

    def check_version(self) -> None:
        """Refuse a git that cannot make its writes durable. Raises ArchiveError."""
        words = self("version").decode().split()
        major, minor = (int(part) for part in words[2].split(".")[:2])
        if (major, minor) < _OLDEST:
            raise ArchiveError(f"git {words[2]} cannot sync what it writes: install git 2.36 or newer.")

    def _failure(self, command: str, stderr: str) -> ArchiveError:
        if names_full_disk(stderr):
            return full_disk(self._git_dir.parent)
        said = plain(stderr.replace(str(self._git_dir), self._git_dir.name).strip(), limit=500)
        return ArchiveError(f"`git {command}` failed in the run {self._git_dir.parent.name!r}: {said or 'no message'}")
