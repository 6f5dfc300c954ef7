from mailtext import format_mail

TEXT = "a bb ccc dddd eeeee ffffff g hh iii jjjj kkkkk llllll m nn ooo pppp qqqqq rrrrrr"


def widest(text):
    return max(len(line) for line in text.splitlines())


def test_a_line_may_be_as_wide_as_the_width():
    assert format_mail("the quick brown fox jumps", width=15) == "the quick brown\nfox jumps"


def test_a_line_is_never_wider_by_one():
    assert format_mail("we meet at nine today", width=12) == "we meet at\nnine today"


def test_no_line_is_wider_than_the_width():
    for width in (6, 9, 14, 20, 33):
        assert widest(format_mail(TEXT, width)) <= width


def test_no_quoted_line_is_wider_than_the_width():
    for width in (8, 11, 16, 30):
        assert widest(format_mail(TEXT, width, quote=True)) <= width


def test_quoted_lines_use_all_of_the_width():
    assert format_mail("aa bb cc dd", width=7, quote=True) == "> aa bb\n> cc dd"


def test_a_word_that_does_not_fit_stands_alone():
    assert format_mail("a incomprehensible b", width=6) == "a\nincomprehensible\nb"


def test_quoted_paragraphs_are_parted_by_a_bare_mark():
    assert format_mail("one\n\ntwo", quote=True) == "> one\n>\n> two"
