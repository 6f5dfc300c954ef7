"""What a running search shows: a live panel on a terminal, plain lines elsewhere."""

from collections import deque
from types import TracebackType
from typing import Self

from rich.console import Console, Group
from rich.live import Live
from rich.text import Text

from dgm.cli.views import duration, percent
from dgm.evolve import Progress
from dgm.values import plain

LAST_EVENTS = 6


class LivePanel:
    """Redraws a panel at each progress; on leaving, the last one stays."""

    def __init__(self, console: Console) -> None:
        self._live = Live(console=console, refresh_per_second=4, transient=False)
        self._events: deque[str] = deque(maxlen=LAST_EVENTS)

    def __enter__(self) -> Self:
        self._live.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._live.__exit__(kind, error, trace)

    def __call__(self, progress: Progress) -> None:
        """Show the newest state."""
        self._events.extend(plain(event) for event in progress.events)
        lines = [Text(line, overflow="ellipsis", no_wrap=True) for line in summary(progress)]
        events = [Text(f"  {event}", style="dim", overflow="ellipsis", no_wrap=True) for event in self._events]
        self._live.update(Group(*lines, *events))


class PlainLines:
    """Prints each event as a line, and a summary whenever a trial or an attempt has ended."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._done = (-1, -1)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        pass

    def __call__(self, progress: Progress) -> None:
        """Show what is new."""
        for event in progress.events:
            self._console.print(plain(event), soft_wrap=True)
        done = (progress.trials, progress.attempts)
        if done != self._done:
            self._done = done
            self._console.print("  " + "; ".join(summary(progress)), soft_wrap=True)


def watcher(console: Console) -> LivePanel | PlainLines:
    """Return what fits the console."""
    return LivePanel(console) if console.is_terminal else PlainLines(console)


def summary(progress: Progress) -> list[str]:
    """Return the state in a few short lines."""
    best = "nothing measured yet"
    if progress.best is not None:
        best = f"best so far a{progress.best} {percent(progress.best_score)}"
    spent = [f"{name} {used}" for name, used in spent_of(progress)]
    return [
        f"{progress.busy}/{progress.slots} slots busy, {progress.trials} trials, {progress.attempts} attempts, "
        f"{progress.agents} agents, {duration(progress.hours * 3600)}",
        best,
        ", ".join(spent),
    ]


def spent_of(progress: Progress) -> list[tuple[str, str]]:
    """Return what was used of each limit, as `1,200/20,000 (6 %)`."""
    return [
        (name, f"{used:,.4g}/{limit:,.4g} ({used / max(limit, 1e-9) * 100:.0f} %)")
        for name, (used, limit) in progress.spent_of_budget.items()
    ]
