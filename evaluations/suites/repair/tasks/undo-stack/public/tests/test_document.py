from editor import Document


def test_what_was_undone_can_be_redone():
    doc = Document("abc")
    doc.delete(0, 1)
    doc.undo()
    assert doc.text == "abc"
    assert doc.redo()
    assert doc.text == "bc"
