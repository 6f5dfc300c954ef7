from roster import order


def test_week_four_of_three_people():
    assert order("Ann, Ben, Cid", 4) == ["Cid", "Ben", "Ann", "Cid"]


def test_many_people():
    assert order("Ann, Ben, Cid, Dora, Eli, Fay, Gus, Hal", 11) == ["Fay", "Ann", "Hal", "Cid", "Gus", "Dora", "Ben", "Eli"]


def test_many_weeks():
    assert order("Ida, Jon, Kim, Lea, Max, Nia, Oto", 500) == ["Max", "Jon", "Oto", "Ida", "Nia", "Lea", "Kim"]


def test_as_many_weeks_as_people():
    assert order("Pia, Quin, Ria, Sam, Tom, Una", 6) == ["Sam", "Pia", "Una", "Ria", "Tom", "Quin"]


def test_in_the_first_week():
    assert order("Vic, Wim, Xia, Yan, Zoe", 0) == ["Yan", "Vic", "Zoe", "Xia", "Wim"]
