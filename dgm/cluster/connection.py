"""Joins a Ray cluster, or starts one on this machine: quiet, no statistics sent, nothing in the home folder."""

import logging
import os
import secrets
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from tempfile import TemporaryDirectory

import ray

from dgm.errors import ConfigError

SLOT = "sandbox"
"""The custom resource of a node: how many pieces of work it takes at once."""

LOCAL = "local"
OBJECT_STORE_BYTES = 256 << 20


@contextmanager
def connected(address: str, slots: int) -> Iterator[None]:
    """Hold a connection to Ray.

    Args:
        address: `local` starts a cluster of this machine alone, which ends with the connection; else the address of
            one that runs.
        slots: of this machine, when it is local.

    Raises:
        ConfigError: nothing answers at the address.
    """
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    os.environ.setdefault("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")
    with TemporaryDirectory(prefix="dgm-", dir="/tmp", ignore_cleanup_errors=True) as folder:
        try:
            with _own_signals():
                _start(slots, folder) if address == LOCAL else _join(address)
            yield
        finally:
            ray.shutdown()


def _start(slots: int, folder: str) -> None:
    """Start a cluster on this machine.

    The token that guards it stands in the environment of its processes: else Ray writes one into the home folder.
    The folder's path is short, since Unix sockets in it must fit 107 characters.
    """
    os.environ.setdefault("RAY_AUTH_TOKEN", secrets.token_hex(32))
    ray.init(
        address=LOCAL,
        num_cpus=1,
        resources={SLOT: float(slots)},
        include_dashboard=False,
        object_store_memory=OBJECT_STORE_BYTES,
        log_to_driver=False,
        logging_level=logging.ERROR,
        _temp_dir=folder,
    )


def _join(address: str) -> None:
    try:
        ray.init(address=address, log_to_driver=False, logging_level=logging.ERROR)
    except (ConnectionError, RuntimeError, ValueError) as error:
        raise ConfigError(
            f"no Ray cluster answers at {address!r}: {error}. Start one with `ray start --head`, or use `local`."
        ) from error


@contextmanager
def _own_signals() -> Iterator[None]:
    """Keep the handler of SIGTERM, which Ray replaces."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.getsignal(signal.SIGTERM)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
