"""Makes output fit for a model to read: text, its head and its tail kept where it is long."""

from typing import IO

SHOWN = 8_000
"""Characters of one result that the model sees; of a command's output, bytes."""


def clip(text: str, limit: int = SHOWN) -> str:
    """Cut the middle out of a text that is longer than `limit` characters, and say how much that was."""
    if len(text) <= limit:
        return text
    half = limit // 2
    return _join(text[:half], len(text) - 2 * half, "characters", text[-half:])


def read_clipped(file: IO[bytes], limit: int = SHOWN) -> str:
    """Read a file of any size: what it holds as text, without control characters, or only its size if it is no text."""
    size = file.seek(0, 2)
    file.seek(0)
    head = file.read(limit if size <= limit else limit // 2)
    file.seek(max(size - limit // 2, len(head)))
    tail = file.read(limit // 2)
    if b"\0" in head + tail:
        return f"[binary output: {size} bytes]"
    cut = size - len(head) - len(tail)
    return _join(_plain(head), cut, "bytes", _plain(tail)) if cut > 0 else _plain(head)


def _join(head: str, cut: int, unit: str, tail: str) -> str:
    return f"{head}\n[{cut} {unit} cut out here]\n{tail}"


def _plain(data: bytes) -> str:
    return "".join(letter for letter in data.decode(errors="replace") if letter.isprintable() or letter in "\n\t")
