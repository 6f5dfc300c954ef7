from datetime import date

from subscriptions import add_months, due_dates


def test_a_quarterly_plan():
    assert due_dates(date(2023, 11, 15), 3, 3) == [date(2023, 11, 15), date(2024, 2, 15), date(2024, 5, 15)]


def test_the_last_day_of_february():
    assert add_months(date(2024, 1, 31), 1) == date(2024, 2, 29)
