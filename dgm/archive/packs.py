"""Git objects as git stores them, and several of them as one pack, which one command takes in."""

import hashlib
import zlib
from collections.abc import Collection
from enum import IntEnum
from typing import NamedTuple


class ObjectKind(IntEnum):
    """What an object is, by its number in a pack."""

    COMMIT = 1
    TREE = 2
    BLOB = 3


class GitObject(NamedTuple):
    """One object."""

    kind: ObjectKind
    data: bytes

    @property
    def object_id(self) -> str:
        """The id that git gives it."""
        header = f"{self.kind.name.lower()} {len(self.data)}\0".encode()
        return hashlib.sha1(header + self.data, usedforsecurity=False).hexdigest()


def pack(objects: Collection[GitObject]) -> bytes:
    """Return a pack of whole objects (gitformat-pack, version 2)."""
    parts = [b"PACK", (2).to_bytes(4), len(objects).to_bytes(4)]
    for kind, data in objects:
        parts += [_head(kind, len(data)), zlib.compress(data, 1)]
    body = b"".join(parts)
    return body + hashlib.sha1(body, usedforsecurity=False).digest()


def _head(kind: ObjectKind, size: int) -> bytes:
    """Return an entry's kind and size: four bits of the size, then seven in each byte while there are more."""
    head, rest = [kind << 4 | size & 15], size >> 4
    while rest:
        head[-1] |= 128
        head.append(rest & 127)
        rest >>= 7
    return bytes(head)
