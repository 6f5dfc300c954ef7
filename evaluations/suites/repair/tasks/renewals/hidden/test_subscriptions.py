from datetime import date

from subscriptions import add_months, due_dates


def later(year, month, day, months):
    return add_months(date(year, month, day), months).isoformat()


def test_the_last_day_of_a_leap_february():
    assert later(2024, 1, 31, 1) == "2024-02-29"


def test_the_last_day_of_a_common_february():
    assert later(2023, 1, 30, 1) == "2023-02-28"


def test_a_month_of_thirty_days():
    assert later(2024, 8, 31, 1) == "2024-09-30"


def test_over_the_end_of_a_year():
    assert later(2023, 12, 31, 2) == "2024-02-29"


def test_to_december():
    assert later(2023, 10, 31, 2) == "2023-12-31"


def test_a_leap_day_a_year_later():
    assert later(2024, 2, 29, 12) == "2025-02-28"


def test_the_day_comes_back_in_longer_months():
    days = [day.isoformat() for day in due_dates(date(2024, 1, 31), 1, 4)]
    assert days == ["2024-01-31", "2024-02-29", "2024-03-31", "2024-04-30"]


def test_days_that_every_month_has():
    assert later(2023, 11, 15, 3) == "2024-02-15"
