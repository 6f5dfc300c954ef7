"""What trials and attempts leave behind, kept in the run's `artifacts/` folder.

What one trial or attempt left is one zip file, named by the SHA-256 of its bytes and synced once: any unzip opens it.
Each artifact in it is asked for by the SHA-256 of its own content.
"""

import errno
import hashlib
import io
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from dgm.archive.durable import TEMPORARY, write_durably
from dgm.archive.steps import Step, Watch
from dgm.errors import ArchiveError
from dgm.values import Bundle


@dataclass(frozen=True, slots=True)
class Kept:
    """An artifact that is on the disk. `bundle` is the SHA-256 of the zip file it lies in."""

    name: str
    sha256: str
    size: int
    bundle: str


class Artifacts:
    """The run's folder of bundles."""

    def __init__(self, folder: Path, watch: Watch) -> None:
        self._folder = folder
        self._watch = watch
        self._opened = lru_cache(maxsize=1)(self._open)

    def keep(self, artifacts: Mapping[str, bytes]) -> tuple[Kept, ...]:
        """Write artifacts as one bundle, durable when this returns. Writing the same again changes nothing."""
        if not artifacts:
            return ()
        bundle = Bundle.of(artifacts)
        sha256 = hashlib.sha256(bundle.data).hexdigest()
        write_durably(self._path(sha256), bundle.data, staged=lambda: self._watch(Step.STAGED))
        self._watch(Step.ARTIFACTS)
        return tuple(Kept(part.name, part.sha256, part.size, sha256) for part in bundle.parts)

    def read(self, kept: Kept) -> bytes:
        """Return an artifact's content.

        Raises:
            ArchiveError: the bundle is missing or damaged, or the content is not what was kept.
        """
        try:
            content = self._opened(kept.bundle).read(kept.name)
        except OSError as error:
            raise _damaged(kept) from error
        if hashlib.sha256(content).hexdigest() != kept.sha256:
            raise _damaged(kept)
        return content

    def _open(self, bundle: str) -> zipfile.ZipFile:
        """Return a bundle, the one that was opened last as it was then: what a trial left is asked for together."""
        data = self._path(bundle).read_bytes()
        if hashlib.sha256(data).hexdigest() != bundle:
            raise OSError(errno.EBADMSG, "not the bytes that were kept")
        return zipfile.ZipFile(io.BytesIO(data))

    def sweep(self) -> None:
        """Remove what a crash left half written."""
        for path in self._folder.glob(f"*{TEMPORARY}"):
            path.unlink()

    def _path(self, bundle: str) -> Path:
        return self._folder / f"{bundle}.zip"


def _damaged(kept: Kept) -> ArchiveError:
    return ArchiveError(
        f"the artifact {kept.name!r} ({kept.sha256[:12]}) is missing or damaged: "
        f"look for artifacts/{kept.bundle[:12]}... in a backup of the run."
    )
