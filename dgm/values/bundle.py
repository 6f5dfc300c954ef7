"""Files that one piece of work left, as one zip: made where the work was done, so that the driver only writes it."""

import hashlib
import io
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple, Self

LEVEL = 1
"""Of deflate: transcripts shrink to a fifth even so."""


class Part(NamedTuple):
    """One file of a bundle. `sha256` and `size` are of its content."""

    name: str
    sha256: str
    size: int


@dataclass(frozen=True, slots=True, eq=False)
class Bundle(Mapping[str, bytes]):
    """A mapping of names to contents that is held, pickled and kept as the bytes of a zip, which any unzip opens."""

    data: bytes = field(repr=False)
    parts: tuple[Part, ...]

    @classmethod
    def of(cls, files: Mapping[str, bytes]) -> Self:
        """Bundle files: the same bytes for the same files."""
        if isinstance(files, cls):
            return files
        raw = io.BytesIO()
        with zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED, compresslevel=LEVEL) as bundle:
            for name, content in sorted(files.items()):
                bundle.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED, LEVEL)
        parts = (Part(name, hashlib.sha256(content).hexdigest(), len(content)) for name, content in files.items())
        return cls(raw.getvalue(), tuple(parts))

    def __getitem__(self, name: str) -> bytes:
        with zipfile.ZipFile(io.BytesIO(self.data)) as bundle:
            return bundle.read(name)

    def __iter__(self) -> Iterator[str]:
        return (part.name for part in self.parts)

    def __len__(self) -> int:
        return len(self.parts)
