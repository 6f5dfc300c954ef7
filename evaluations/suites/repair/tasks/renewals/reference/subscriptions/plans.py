"""Subscriptions that are paid every few months."""

from datetime import date

from subscriptions.months import add_months


def due_dates(start: date, every: int, count: int, free: int = 0) -> list[date]:
    """Return the first `count` dates on which a subscription is due that is paid `every` so many months.

    The first is `free` months after the start.
    """
    return [add_months(start, free + every * number) for number in range(count)]
