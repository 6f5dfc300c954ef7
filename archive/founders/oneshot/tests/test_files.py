from oneshot.files import choose, read

TEXTS = {"README.md": "x" * 50, "a.py": "x" * 50, "b.py": "x" * 50, "tests/test_a.py": "x" * 50}


def test_what_the_instruction_names_comes_first():
    assert next(iter(choose(TEXTS, "Fix b.py.", 1000))) == "b.py"


def test_a_file_that_uses_words_of_the_instruction_comes_before_others():
    assert next(iter(choose({**TEXTS, "c.py": "def median(): ..."}, "The median() is wrong", 1000))) == "c.py"


def test_tests_are_left_out_first():
    assert list(choose(TEXTS, "Fix it.", 170)) == ["a.py", "b.py", "README.md"]


def test_one_file_is_shown_even_if_it_is_too_long():
    assert list(choose(TEXTS, "Fix it.", 1)) == ["a.py"]


def test_binary_and_hidden_files_are_not_read(tmp_path):
    (tmp_path / "a.py").write_text("x = 1\n")
    (tmp_path / "a.bin").write_bytes(b"\0")
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git/config").write_text("[core]\n")

    assert read(tmp_path) == {"a.py": "x = 1\n"}
