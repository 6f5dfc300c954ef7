"""The agent against a model that answers from a list."""

from types import SimpleNamespace

import pytest

from oneshot.__main__ import solve
from oneshot.prompt import STOP, first
from oneshot.reply import TICKS

FIX = f"### calc.py::add\n{TICKS}python\ndef add(a, b):\n    return a + b\n{TICKS}"


class Model:
    def __init__(self, *answers):
        self.answers = list(answers)
        self.asked = []
        self.stops = []
        self.chat = SimpleNamespace(completions=self)

    def create(self, *, messages, stop, **_):
        self.stops.append(stop)
        self.asked.append(messages[-1]["content"])
        return SimpleNamespace(choices=[SimpleNamespace(message=SimpleNamespace(content=self.answers.pop(0)))])


@pytest.fixture
def workspace(tmp_path):
    (tmp_path / "calc.py").write_text("def add(a, b):\n    return a - b\n")
    return tmp_path


def test_a_fix_is_put_in_place(workspace):
    solve(Model(FIX), workspace, "Fix add.", [])

    assert (workspace / "calc.py").read_text() == "def add(a, b):\n    return a + b\n"


def test_an_answer_that_fits_is_not_asked_for_again(workspace):
    model = Model(FIX)

    solve(model, workspace, "Fix add.", [])

    assert len(model.asked) == 1


@pytest.mark.parametrize(
    "bad", ["", "No.", FIX.replace("def", "fed"), FIX.replace("a + b", "a - b"), FIX.partition("\n")[2]]
)
def test_an_answer_without_effect_is_asked_for_once_more(workspace, bad):
    model = Model(bad, FIX)

    solve(model, workspace, "Fix add.", [])

    assert "could not be applied" in model.asked[1]
    assert "a + b" in (workspace / "calc.py").read_text()


@pytest.mark.parametrize("heading", ["calc.py::add", "calc.py"])
def test_an_answer_with_nothing_but_a_copied_import_is_asked_for_once_more(workspace, heading):
    model = Model(f"### {heading}\n{TICKS}python\nimport math\n\ndef add(a, b):\n    return a - b\n{TICKS}", FIX)

    solve(model, workspace, "Fix add.", [])

    assert "the answer changes nothing" in model.asked[1]
    assert (workspace / "calc.py").read_text() == "def add(a, b):\n    return a + b\n"


def test_an_import_that_was_missing_is_an_answer(workspace):
    (workspace / "calc.py").write_text("def root(a):\n    return math.sqrt(a)\n")
    model = Model(f"### calc.py\n{TICKS}python\nimport math\n{TICKS}")

    solve(model, workspace, "NameError in root.", [])

    assert (workspace / "calc.py").read_text().startswith("import math\n")


def test_an_import_into_a_package_for_others_is_an_answer(workspace):
    (workspace / "__init__.py").write_text("")
    model = Model(f"### __init__.py\n{TICKS}python\nfrom .calc import add\n{TICKS}")

    solve(model, workspace, "Export add.", [])

    assert "from .calc import add" in (workspace / "__init__.py").read_text()


def test_a_model_is_stopped_before_a_task_of_its_own(workspace):
    model = Model(FIX)

    solve(model, workspace, "Fix add.", [])

    assert model.stops == [STOP]
    assert STOP + "Fix add." in model.asked[0]


def test_nothing_is_imported_in_the_example_that_the_model_copies():
    assert "import" not in "".join(message["content"] for message in first("Fix add.", {}, [])[1:])


def test_the_conversation_ends_with_the_answer(workspace):
    talk = []

    solve(Model(FIX), workspace, "Fix add.", talk)

    assert talk[-1] == {"role": "assistant", "content": FIX}


def test_there_is_no_third_try(workspace):
    model = Model("No.", "No.", FIX)

    solve(model, workspace, "Fix add.", [])

    assert len(model.asked) == 2


def test_a_new_file_is_made(workspace):
    solve(Model(f"### pkg/new.py\n{TICKS}python\nX = 1\n{TICKS}"), workspace, "Add pkg/new.py.", [])

    assert (workspace / "pkg/new.py").read_text() == "X = 1\n"


def test_a_path_out_of_the_workspace_is_refused(workspace):
    model = Model(FIX.replace("calc.py::add", "../calc.py"), FIX)

    solve(model, workspace, "Fix add.", [])

    assert "inside the repository" in model.asked[1]


@pytest.mark.parametrize("heading", ["calc.py::Sum", "calc.py::Sum.of"])
def test_a_heading_names_the_class_of_a_new_method(workspace, heading):
    (workspace / "calc.py").write_text("class Sum:\n    start = 0\n")

    solve(Model(f"### {heading}\n{TICKS}\ndef of(self):\n    return 1\n{TICKS}"), workspace, "Add Sum.of.", [])

    assert "    def of(self):\n        return 1\n" in (workspace / "calc.py").read_text()


def test_a_module_named_as_if_it_were_a_class_is_the_module(workspace):
    model = Model(FIX.replace("::add", "::calc.add"))

    solve(model, workspace, "Fix add.", [])

    assert (workspace / "calc.py").read_text() == "def add(a, b):\n    return a + b\n"
