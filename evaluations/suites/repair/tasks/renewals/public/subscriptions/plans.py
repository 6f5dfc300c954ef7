"""Subscriptions that are paid every few months."""

from datetime import date

from subscriptions.months import add_months


def due_dates(start: date, every: int, count: int) -> list[date]:
    """Return the first `count` dates on which a subscription is due that is paid `every` so many months."""
    return [add_months(start, every * number) for number in range(count)]
