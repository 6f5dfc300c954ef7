"""The command's process: how it starts, and how everything in the sandbox ends."""

import os
import resource
import time
from _ctypes import call_function, dlopen, dlsym
from _signal import SIG_DFL, SIGINT, SIGKILL, SIGPIPE, signal

from order import Order

_PR_SET_DUMPABLE = 4
_PR_SET_NO_NEW_PRIVS = 38


def guard() -> None:
    """Make the runner deaf to the command's signals and opaque to its eyes: it is pid 1 and not dumpable."""
    signal(SIGINT, SIG_DFL)
    prctl = dlsym(dlopen(None, 0), "prctl")
    for option, value in ((_PR_SET_DUMPABLE, 0), (_PR_SET_NO_NEW_PRIVS, 1)):
        if call_function(prctl, (option, value, 0, 0, 0)) != 0:
            raise OSError(f"prctl {option} failed")
    if os.getpid() != 1:
        raise OSError("the runner must be process 1 of a sandbox of its own")


def start(order: Order, stdout: int, stderr: int) -> int:
    """Start the command in a session of its own; returns its process id. Where it cannot start it exits 126 or 127."""
    child = os.fork()
    if child:
        return child
    try:
        _become(order, stdout, stderr)
    except FileNotFoundError as error:
        _give_up(127, error)
    except BaseException as error:
        _give_up(126, error)


def _become(order: Order, stdout: int, stderr: int) -> None:
    os.setsid()
    signal(SIGPIPE, SIG_DFL)
    with open(os.devnull, "rb") as nothing:
        os.dup2(nothing.fileno(), 0)
    os.dup2(stdout, 1)
    os.dup2(stderr, 2)
    _offer_to_the_oom_killer()
    for name, value in order.limits.items():
        _limit(getattr(resource, name), value)
    os.chdir(order.workdir)
    os.execvpe(order.command[0], order.command, order.environment)


def _offer_to_the_oom_killer() -> None:
    """Let the kernel choose the command, not the runner, when memory runs out."""
    try:
        with open("/proc/self/oom_score_adj", "w") as score:
            score.write("500")
    except OSError:
        return


def _limit(which: int, value: int) -> None:
    hard = resource.getrlimit(which)[1]
    value = value if hard == resource.RLIM_INFINITY else min(value, hard)
    resource.setrlimit(which, (value, value))


def _give_up(code: int, error: BaseException) -> None:
    os.write(2, f"cannot start the command: {error}\n".encode("utf-8", "replace"))
    os._exit(code)


def reap() -> dict[int, int]:
    """Collect the dead without waiting; returns process ids and their exit codes, 128 + the signal where one killed."""
    dead = {}
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return dead
        if pid == 0:
            return dead
        code = os.waitstatus_to_exitcode(status)
        dead[pid] = code if code >= 0 else 128 - code


def end_all(patience_s: float) -> dict[int, int]:
    """Kill everything else in the sandbox until nobody is left; returns exit codes as `reap` does."""
    dead = {}
    until = time.monotonic() + patience_s
    while time.monotonic() < until:
        try:
            os.kill(-1, SIGKILL)
        except ProcessLookupError:
            dead.update(reap())
            break
        dead.update(reap())
        time.sleep(0.001)
    return dead
