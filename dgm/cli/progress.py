"""What work on a run shows: a live panel on a terminal, plain lines elsewhere."""

from collections import deque
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Generic, Protocol, Self, TypeVar

from rich.console import Console, Group
from rich.live import Live
from rich.text import Text

from dgm.cli.views import duration, percent
from dgm.evolve import Progress
from dgm.evolve.confirming import ConfirmationProgress
from dgm.values import plain

LAST_EVENTS = 6


class Told(Protocol):
    """What any progress has."""

    @property
    def events(self) -> tuple[str, ...]:
        """What happened since the last one."""


Seen = TypeVar("Seen", bound=Told)


class LivePanel(Generic[Seen]):
    """Redraws a panel at each progress; on leaving, the last one stays."""

    def __init__(self, console: Console, lines: Callable[[Seen], list[str]]) -> None:
        self._lines = lines
        self._live = Live(console=console, refresh_per_second=4, transient=False)
        self._events: deque[str] = deque(maxlen=LAST_EVENTS)

    def __enter__(self) -> Self:
        self._live.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._live.__exit__(kind, error, trace)

    def __call__(self, progress: Seen) -> None:
        """Show the newest state."""
        self._events.extend(plain(event) for event in progress.events)
        lines = [Text(line, overflow="ellipsis", no_wrap=True) for line in self._lines(progress)]
        events = [Text(f"  {event}", style="dim", overflow="ellipsis", no_wrap=True) for event in self._events]
        self._live.update(Group(*lines, *events))


class PlainLines(Generic[Seen]):
    """Prints each event as a line, and a summary whenever what is done has changed."""

    def __init__(self, console: Console, lines: Callable[[Seen], list[str]], done: Callable[[Seen], object]) -> None:
        self._console, self._lines, self._done = console, lines, done
        self._last: object = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        pass

    def __call__(self, progress: Seen) -> None:
        """Show what is new."""
        for event in progress.events:
            self._console.print(plain(event), soft_wrap=True)
        if (done := self._done(progress)) != self._last:
            self._last = done
            self._console.print("  " + "; ".join(self._lines(progress)), soft_wrap=True)


def watcher(
    console: Console, lines: Callable[[Seen], list[str]], done: Callable[[Seen], object]
) -> LivePanel[Seen] | PlainLines[Seen]:
    """Return what fits the console.

    Args:
        lines: the state in a few short lines.
        done: what has ended; the lines are printed anew when it changes.
    """
    return LivePanel(console, lines) if console.is_terminal else PlainLines(console, lines, done)


def ended(progress: Progress) -> object:
    """Return what of a search has ended."""
    return (progress.trials, progress.attempts)


def summary(progress: Progress) -> list[str]:
    """Return the state of a search in a few short lines."""
    best = "nothing measured yet"
    if progress.best is not None:
        best = f"best so far a{progress.best} {percent(progress.best_score)}"
    waits = [plain(progress.waits_for)] if progress.waits_for else []
    return [
        *waits,
        f"{progress.busy}/{progress.slots} slots busy, {progress.trials} trials, {progress.attempts} attempts, "
        f"{progress.agents} agents, {duration(progress.hours * 3600)}",
        best,
        spent_of(progress.spent_of_budget),
    ]


def summary_of_confirmation(progress: ConfirmationProgress) -> list[str]:
    """Return the state of a confirmation in a few short lines: never who resolved what."""
    spent = spent_of(progress.spent_of_budget)
    return [
        f"{progress.busy}/{progress.slots} slots busy, {progress.ended} of {progress.known} trials known so far, "
        f"{progress.tokens:,} tokens, {duration(progress.hours * 3600)}",
        *([spent] if spent else []),
    ]


def spent_of(budget: Mapping[str, tuple[float, float]]) -> str:
    """Return what was used of each limit, as `tokens 1,200/20,000 (6 %)`."""
    used = (
        f"{name} {used:,.4g}/{limit:,.4g} ({used / max(limit, 1e-9) * 100:.0f} %)"
        for name, (used, limit) in budget.items()
    )
    return ", ".join(used)
