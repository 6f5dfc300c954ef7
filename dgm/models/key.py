"""The endpoint's key: where it is read, and how it is kept out of every text."""

import stat
from collections.abc import Mapping
from pathlib import Path

from dgm.errors import ConfigError

DUMMY = "no-key"
"""Sent to servers that ask for none."""
_SECRET_LENGTH = 8
"""A shorter key is a placeholder of a local server; taking it out of texts would only destroy them."""


class ApiKey:
    """Holds a key and shows it to nobody but the client."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def __repr__(self) -> str:
        return "ApiKey(***)"

    def __reduce__(self) -> str:
        raise TypeError("a key is never pickled: each machine reads its own")

    def reveal(self) -> str:
        """Return the key itself: for the client, and nothing else."""
        return self._value

    @property
    def is_secret(self) -> bool:
        """Whether it must be kept out of texts: not a placeholder."""
        return self._value != DUMMY and len(self._value) >= _SECRET_LENGTH

    def scrub(self, text: str) -> str:
        """Return text without the key."""
        return text.replace(self._value, "[key]") if self.is_secret else text


def read_key(key_file: Path | None, key_env: str, environ: Mapping[str, str]) -> ApiKey | None:
    """Read the key of this machine: from the file where one is named, else from the environment variable.

    Returns:
        None when no file is named and the variable is unset or empty.

    Raises:
        ConfigError: the file cannot be read, is empty, or others may read it.
    """
    value = _read_file(key_file) if key_file is not None else environ.get(key_env, "").strip()
    if any(not character.isprintable() or not character.isascii() for character in value):
        raise ConfigError(f"the key in {str(key_file or key_env)!r} holds characters that no header can carry")
    return ApiKey(value) if value else None


def _read_file(path: Path) -> str:
    path = path.expanduser()
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
        if mode != 0o600:
            raise ConfigError(
                f"the key file {str(path)!r} has mode {mode:04o}: `chmod 600` it, so that only you read it"
            )
        value = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"cannot read the key file {str(path)!r}: {error}. Put the key alone in it.") from error
    if not value:
        raise ConfigError(f"the key file {str(path)!r} is empty: put the key alone in it")
    return value
