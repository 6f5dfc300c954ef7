from datetime import date

from subscriptions import due_dates


def due(*arguments, **named):
    return [day.isoformat() for day in due_dates(date(2024, 11, 15), *arguments, **named)]


def test_the_example():
    assert due(1, 3, free=2) == ["2025-01-15", "2025-02-15", "2025-03-15"]


def test_four_times_a_year():
    assert due(3, 3, free=1) == ["2024-12-15", "2025-03-15", "2025-06-15"]


def test_a_free_year():
    assert due(6, 2, free=12) == ["2025-11-15", "2026-05-15"]


def test_by_position():
    assert due(1, 1, 3) == ["2025-02-15"]


def test_without_free_months():
    assert due(3, 3) == ["2024-11-15", "2025-02-15", "2025-05-15"]


def test_short_months_as_before():
    assert [day.isoformat() for day in due_dates(date(2024, 1, 31), 1, 3)] == ["2024-01-31", "2024-02-29", "2024-03-31"]
