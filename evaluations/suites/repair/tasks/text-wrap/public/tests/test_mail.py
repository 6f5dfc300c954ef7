from mailtext import format_mail


def test_paragraphs_are_kept_apart():
    assert format_mail("one two\n\nthree", width=5) == "one\ntwo\n\nthree"


def test_the_second_example_of_the_report():
    assert format_mail("the quick brown foxes", width=14) == "the quick\nbrown foxes"
