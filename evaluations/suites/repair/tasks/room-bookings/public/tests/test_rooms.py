from bookings import Room, Slot


def test_meetings_that_overlap_take_the_time_of_both():
    room = Room("Elm")
    room.book(540, 600)
    room.book(570, 660)
    assert room.free() == [Slot(480, 540), Slot(660, 1080)]
