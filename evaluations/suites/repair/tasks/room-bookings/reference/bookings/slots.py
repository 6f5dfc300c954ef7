"""Slots of time and what can be done with many of them."""

from typing import NamedTuple


class Slot(NamedTuple):
    """The time from `start` up to `end`, in minutes since midnight."""

    start: int
    end: int


def merge(slots: list[Slot]) -> list[Slot]:
    """Return the slots in order, those that touch or overlap joined into one."""
    merged: list[Slot] = []
    for slot in sorted(slots):
        if merged and slot.start <= merged[-1].end:
            merged[-1] = Slot(merged[-1].start, max(merged[-1].end, slot.end))
        else:
            merged.append(slot)
    return merged


def gaps(slots: list[Slot], opening: int, closing: int) -> list[Slot]:
    """Return what is left between `opening` and `closing` when the slots are taken."""
    free = []
    at = opening
    for slot in merge(slots):
        if slot.start > at:
            free.append(Slot(at, slot.start))
        at = slot.end
    if at < closing:
        free.append(Slot(at, closing))
    return free
