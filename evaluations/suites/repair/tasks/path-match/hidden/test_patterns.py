from paths import ignored, matches


def test_two_stars_stand_for_no_folder_too():
    assert [matches("logs/debug.txt", "logs/**/debug.txt")] == [True]


def test_two_stars_stand_for_many_folders():
    assert [matches(path, "logs/**/debug.txt") for path in ("logs/a/debug.txt", "logs/a/b/c/debug.txt")] == [True, True]


def test_two_stars_do_not_reach_into_names():
    assert [matches(path, "logs/**/debug.txt") for path in ("logs/xdebug.txt", "old/logs/debug.txt")] == [False, False]


def test_two_stars_at_the_beginning_and_at_the_end():
    seen = [
        matches("a/b/c.py", "**/c.py"),
        matches("c.py", "**/c.py"),
        matches("a/b/c.py", "a/**"),
        matches("b/c", "a/**"),
    ]
    assert seen == [True, True, True, False]


def test_a_folder_and_all_in_it():
    assert [matches(path, "cache/") for path in ("cache/a.bin", "cache/old/b.bin", "cache")] == [True, True, False]


def test_a_folder_at_any_depth():
    assert [matches(path, "cache/") for path in ("home/ann/cache/a.bin", "home/cache2/a.bin")] == [True, False]


def test_a_folder_with_a_path_starts_at_the_top():
    assert [matches(path, "tmp/ca*/") for path in ("tmp/cache/x/a", "home/tmp/cache/a", "tmp/b/a")] == [
        True,
        False,
        False,
    ]


def test_what_worked_before():
    seen = [matches("src/a.py", "src/*.py"), matches("src/b/a.py", "src/*.py"), matches("x/y.tmp", "?.tmp")]
    assert seen == [True, False, True]


def test_lists_of_patterns():
    patterns = ["build/", "!build/**/keep.txt"]
    assert [ignored("build/a/b.o", patterns), ignored("build/a/keep.txt", patterns)] == [True, False]
