import pytest

from basic.edit import EditError, Editor

TEXT = "def f():\n    return 1\n\n\ndef g():\n    return 1\n"


@pytest.fixture
def editor(tmp_path):
    (tmp_path / "a.py").write_text(TEXT)
    return Editor(tmp_path)


def test_a_view_numbers_the_lines(editor):
    assert editor.view("a.py", 1, 2) == "     1\tdef f():\n     2\t    return 1"


def test_a_view_beyond_the_end_stops_at_it(editor):
    assert editor.view("a.py", 6, 100).startswith("     6\t    return 1")


def test_a_view_that_begins_beyond_the_end_says_how_long_the_file_is(editor):
    with pytest.raises(EditError, match="lines 1 to 7"):
        editor.view("a.py", 50)


def test_a_folder_is_listed(editor):
    editor.create("b/c.txt", "x")

    assert editor.view(".") == "a.py\nb/"


def test_a_file_is_created_with_its_folders(editor, tmp_path):
    editor.create("b/c.txt", "x")

    assert (tmp_path / "b/c.txt").read_text() == "x\n"


def test_a_unique_text_is_replaced(editor, tmp_path):
    editor.replace("a.py", "def g():\n    return 1", "def g():\n    return 2")

    assert (tmp_path / "a.py").read_text() == TEXT[:-2] + "2\n"


@pytest.mark.parametrize(("old", "times"), [("return 1", 2), ("return 3", 0), ("", 0)])
def test_a_text_that_is_not_unique_is_refused(editor, tmp_path, old, times):
    with pytest.raises(EditError, match=f"occurs {times} times"):
        editor.replace("a.py", old, "x")

    assert (tmp_path / "a.py").read_text() == TEXT


def test_an_edit_that_breaks_python_is_made_and_reported(editor):
    assert "no Python now" in editor.replace("a.py", "def f():", "def f(:")


def test_an_edit_is_taken_back(editor, tmp_path):
    editor.replace("a.py", "def f", "def h")

    editor.undo("a.py")

    assert (tmp_path / "a.py").read_text() == TEXT


def test_a_new_file_is_taken_back(editor, tmp_path):
    editor.create("b.py", "x = 1\n")

    editor.undo("b.py")

    assert not (tmp_path / "b.py").exists()


def test_without_an_edit_there_is_nothing_to_take_back(editor):
    with pytest.raises(EditError, match="no edit"):
        editor.undo("a.py")


def test_line_ends_are_kept(editor, tmp_path):
    (tmp_path / "dos.txt").write_bytes(b"a\r\nb\r\n")

    editor.replace("dos.txt", "b", "c")

    assert (tmp_path / "dos.txt").read_bytes() == b"a\r\nc\r\n"


@pytest.mark.parametrize("path", ["nothing.py", "a.py/b"])
def test_a_file_that_cannot_be_read_is_named(editor, path):
    with pytest.raises(EditError, match="cannot read"):
        editor.view(path)
