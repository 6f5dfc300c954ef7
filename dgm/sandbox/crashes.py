"""What becomes of a process that crashes: on many hosts the kernel calls a handler outside of every sandbox, as root.

With a limit of 1 on the size of core dumps it calls no program, with any other one it does, 0 among them. The system
call filter keeps a command from changing the limit.
"""

import contextlib
import resource

CORE_BYTES = 1


def avoid_crash_handler() -> None:
    """Set the limit for all that this process starts, and for itself: its memory may hold a key."""
    with contextlib.suppress(ValueError, OSError):  # where not even 1 is allowed, nothing is proved
        resource.setrlimit(resource.RLIMIT_CORE, (CORE_BYTES, resource.getrlimit(resource.RLIMIT_CORE)[1]))


def calls_crash_handler(limit: int, pattern: str) -> bool:
    """Whether a crash is given to a program or a socket of the host.

    Args:
        limit: on the size of core dumps, as a process inside has it.
        pattern: what `/proc/sys/kernel/core_pattern` holds; empty: it is not known to a kernel of the sandbox's own.
    """
    return pattern.startswith("@") or (pattern.startswith("|") and limit != CORE_BYTES)
