"""Who made something that may be left behind, so that a sweep knows when nobody will come back for it."""

from pathlib import Path

from dgm.sandbox.cache import is_gone, owner_name


def owner() -> str:
    """Return this process in words that no other has: the boot, the process namespace, the process and its start."""
    return f"{_place()}/{owner_name()}"


def is_orphan(made_by: str, deadline_s: float, now_s: float) -> bool:
    """Whether nobody will come back for something.

    Args:
        made_by: what `owner` returned where it was made.
        deadline_s: Unix seconds after which its maker does not want it either.
    """
    place, _, name = made_by.rpartition("/")
    return now_s > deadline_s or (place == _place() and is_gone(name))


def _place() -> str:
    boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="utf-8").strip()
    return f"{boot}/{Path('/proc/self/ns/pid').stat().st_ino}"
