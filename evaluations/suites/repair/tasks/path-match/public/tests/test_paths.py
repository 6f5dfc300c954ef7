from paths import ignored, matches


def test_a_star_stays_in_a_folder():
    assert matches("src/a.py", "src/*.py")
    assert not matches("src/lib/a.py", "src/*.py")


def test_a_pattern_without_a_slash_holds_everywhere():
    assert matches("a/b/c.tmp", "*.tmp")


def test_a_pattern_can_be_taken_back():
    assert ignored("a.tmp", ["*.tmp"])
    assert not ignored("keep.tmp", ["*.tmp", "!keep.*"])
