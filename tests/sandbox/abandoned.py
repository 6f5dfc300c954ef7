"""Starts a job in a process that the test then kills: `python abandoned.py ENGINE LABEL IMAGE`."""

import signal
import sys

from dgm.sandbox import open_sandbox
from dgm.values import Job, Limits, Mount, Tree

signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background job ignores it


def main() -> None:
    engine, label, image = sys.argv[1:]
    sandbox = open_sandbox(engine, image=image)
    sys.stdout.write("opened\n")
    sys.stdout.flush()
    sandbox.run(
        Job(
            command=("sh", "-c", f"trap '' TERM; setsid sleep 3{label} & sleep 3{label}"),
            mounts=(Mount("/agent", Tree.of({"f": "x"})), Mount("/workspace", writable=True)),
            limits=Limits(timeout_s=300, memory_mib=256),
            label=label,
        )
    )


main()
