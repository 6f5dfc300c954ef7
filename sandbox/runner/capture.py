"""What a command printed: the beginning and the end of it, in bounded memory."""

import os


class Capture:
    """Reads a pipe and keeps at most `limit` bytes, half from the start and half from the end."""

    def __init__(self, descriptor: int, limit: int) -> None:
        self.descriptor = descriptor
        self._limit = limit
        self._head = bytearray()
        self._tail = bytearray()
        self._total = 0
        os.set_blocking(descriptor, False)

    def read(self) -> bool:
        """Take what is there now; False at the end of the pipe."""
        try:
            piece = os.read(self.descriptor, 1 << 16)
        except BlockingIOError:
            return True
        self._add(piece)
        return bool(piece)

    def drain(self) -> None:
        """Take what is left in the pipe after every writer is dead. Bounded by the size of a pipe."""
        for _ in range(64):
            before = self._total
            if not self.read() or self._total == before:
                return

    def result(self) -> bytes:
        """Return what was kept, with a note between the halves when something was left out."""
        if self._total <= self._limit:
            return bytes(self._head + self._tail)
        note = f"\n[... {self._total} bytes in all, the middle left out ...]\n".encode()
        keep = max(0, self._limit - len(self._head) - len(note))
        return bytes(self._head + note + self._tail[len(self._tail) - keep :])[: self._limit]

    def _add(self, piece: bytes) -> None:
        self._total += len(piece)
        room = self._limit // 2 - len(self._head)
        self._head += piece[:room]
        self._tail += piece[room:]
        if len(self._tail) > 2 * self._limit + (1 << 16):
            self._trim()

    def _trim(self) -> None:
        del self._tail[: len(self._tail) - self._limit]
