import pytest
from bookings import Room, Slot
from bookings.slots import merge


def room_with(*meetings):
    room = Room("Elm")
    for start, end in meetings:
        room.book(start, end)
    return room


def test_a_call_inside_a_workshop_does_not_free_the_room():
    assert room_with((540, 720), (570, 600)).free() == [(480, 540), (720, 1080)]


def test_minutes_of_the_longer_meeting_count():
    assert room_with((540, 720), (570, 600)).busy_minutes() == 180


def test_several_meetings_inside_a_long_one():
    assert room_with((500, 900), (510, 520), (530, 540), (890, 950)).free() == [(480, 500), (950, 1080)]


def test_the_order_of_booking_does_not_matter():
    assert room_with((570, 600), (540, 720)).busy_minutes() == 180


def test_meetings_that_follow_one_another_are_joined():
    assert merge([Slot(600, 660), Slot(540, 600), Slot(700, 720)]) == [(540, 660), (700, 720)]


def test_a_room_without_meetings_is_free_all_day():
    assert room_with().free() == [(480, 1080)]


def test_outside_the_opening_hours_nothing_is_booked():
    room = Room("Elm")
    with pytest.raises(ValueError):
        room.book(400, 500)
    assert room.busy_minutes() == 0
