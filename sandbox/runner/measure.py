"""What is mounted: a digest over every file of a folder, read before the command starts.

The host makes the same one of the tree that it gave (`Tree.digest` in `dgm/values/tree.py`) and compares. Anything but
a folder or a regular file has a part in it too, which no tree of the host's has.
"""

import os
import stat

from frames import CHUNK, DIGEST, Channel

try:
    from _sha2 import sha256  # Python 3.12; `hashlib` alone takes five milliseconds
except ImportError:
    try:
        from _sha256 import sha256
    except ImportError:
        from hashlib import sha256


def measure(channel: Channel, mounts: list[bytes]) -> str:
    """Send the digest of each mount. Returns what went wrong, or nothing."""
    for mount in mounts:
        try:
            digest = tree_digest(mount)
        except OSError as error:
            return str(error)
        channel.send(DIGEST, digest.encode() + mount)
    return ""


def tree_digest(root: bytes) -> str:
    """Return the SHA-256 over paths, modes and contents, as hex. Raises OSError where something cannot be read."""
    whole = sha256()
    for path in sorted(_below(root)):
        mode, content = _about(os.path.join(root, path))
        whole.update(mode + b" " + content.encode() + b" " + path + b"\0")
    return whole.hexdigest()


def _below(root: bytes) -> list[bytes]:
    """Return the paths of everything in a folder that is not a folder, relative to it."""
    paths, folders = [], [b""]
    while folders:
        folder = folders.pop()
        with os.scandir(os.path.join(root, folder)) as entries:
            for entry in entries:
                path = os.path.join(folder, entry.name)
                (folders if entry.is_dir(follow_symlinks=False) else paths).append(path)
    return paths


def _about(path: bytes) -> tuple[bytes, str]:
    """Return a file's mode and the digest of its content."""
    mode = os.lstat(path).st_mode
    if not stat.S_ISREG(mode):
        return b"?", ""
    content = sha256()
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
    while data := os.read(descriptor, CHUNK):
        content.update(data)
    os.close(descriptor)
    return (b"x" if mode & 0o100 else b"-"), content.hexdigest()
