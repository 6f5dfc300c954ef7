"""Handlers for executors: they run in this process or on a worker, so what they do is told by the work itself."""

import os
import signal
import threading
from dataclasses import dataclass
from pathlib import Path

from dgm.errors import SandboxUnavailable
from dgm.values import Lease, ScreeningOrder, ScreeningOutcome, Spent, Tree, Work, WorkKind


def work(work_id: str, what: str, *, deadline_s: float = 60.0) -> Work:
    return Work(work_id, WorkKind.SCREENING, ScreeningOrder(what, Tree(), "", Lease(0, 0.0, 0.0)), deadline_s)


def answer(text: str) -> ScreeningOutcome:
    return ScreeningOutcome(None, None, text, Spent())


@dataclass
class Obeying:
    """Does what the order is named: `echo X`, `fail`, `die-once FILE`, `die`, `fail-then-die FILE`, `meet`, `hang`."""

    meeting: threading.Barrier

    def __call__(self, work: Work) -> ScreeningOutcome:
        verb, _, argument = work.order.name.partition(" ")
        match verb:
            case "echo":
                return answer(argument)
            case "fail":
                raise RuntimeError(f"told to fail: {argument}")
            case "fail-once":
                return self._once(Path(argument), self._fail)
            case "pid":
                return answer(str(os.getpid()))
            case "environment":
                return answer(os.environ.get(argument, ""))
            case "die":
                os.kill(os.getpid(), signal.SIGKILL)
            case "die-once":
                return self._once(Path(argument), lambda: os.kill(os.getpid(), signal.SIGKILL))
            case "fail-then-die":
                with Path(argument).open("a") as starts:
                    starts.write("x")
                if Path(argument).stat().st_size == 1:
                    self._fail()
                os.kill(os.getpid(), signal.SIGKILL)
            case "meet":
                self.meeting.wait(timeout=30)
                return answer("met")
            case "hang":
                threading.Event().wait(timeout=30)
        return answer("done")

    def _once(self, mark: Path, act: object) -> ScreeningOutcome:
        first = not mark.exists()
        mark.touch()
        if first:
            act()
        return answer("second start")

    def _fail(self) -> None:
        raise RuntimeError("only once")

    def close(self) -> None:
        pass


@dataclass(frozen=True)
class ObeyingFactory:
    """Builds an obeying handler of which `together` pieces of work can meet."""

    together: int = 1

    def __call__(self) -> Obeying:
        return Obeying(threading.Barrier(self.together))


@dataclass(frozen=True)
class LackingFactory:
    """A machine that lacks what it needs."""

    def __call__(self) -> Obeying:
        raise SandboxUnavailable("no engine answers: start it")


@dataclass(frozen=True)
class OpensOnceFactory:
    """A machine on which a handler is built once; the next one never is."""

    mark: Path

    def __call__(self) -> Obeying:
        if self.mark.exists():
            threading.Event().wait()
        self.mark.touch()
        return ObeyingFactory()()
