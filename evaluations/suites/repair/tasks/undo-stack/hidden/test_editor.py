from editor import Document


def play(*steps):
    """Run the steps, `+word` appends, `-3` cuts the end, `<` undoes, `>` redoes; return the text after each."""
    doc = Document()
    texts = []
    for step in steps:
        if step == "<":
            doc.undo()
        elif step == ">":
            doc.redo()
        elif step.startswith("+"):
            doc.insert(len(doc.text), step[1:])
        else:
            doc.delete(len(doc.text) - int(step[1:]), len(doc.text))
        texts.append(doc.text)
    return texts


def test_the_example():
    assert play("+good", "+ morning", "<", "+ night", ">")[-1] == "good night"


def test_redo_says_that_there_was_nothing():
    doc = Document("a")
    doc.insert(1, "b")
    doc.undo()
    doc.insert(1, "c")
    assert doc.redo() is False


def test_a_deletion_is_a_new_edit_too():
    assert play("+abc", "+def", "<", "-1", ">") == ["abc", "abcdef", "abc", "ab", "ab"]


def test_without_a_new_edit_redo_still_works():
    assert play("+a", "+b", "+c", "<", "<", ">", ">", ">")[-3:] == ["ab", "abc", "abc"]


def test_the_new_edit_can_be_undone_and_redone():
    assert play("+a", "+b", "<", "+c", "<", ">") == ["a", "ab", "a", "ac", "a", "ac"]


def test_undo_goes_on_past_the_new_edit():
    assert play("+a", "+b", "<", "+c", "<", "<", "<") == ["a", "ab", "a", "ac", "a", "", ""]
