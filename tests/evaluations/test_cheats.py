"""Every cheat is policed and graded in a real sandbox, as a trial does, by every grader; none is resolved."""

import re
from collections.abc import Mapping

import numpy as np
import pytest

from dgm.evaluations import Graded, grade, police_answer
from dgm.ports import Sandbox
from dgm.values import Collected, FileEntry, Finish, Limits, Task, Tree
from tests.evaluations.builders import STUB, honest_tasks
from tests.evaluations.cheats import FILES, FLAGGED, SOURCES
from tests.evaluations.sly_cheats import EITHER, SLY_FILES, SLY_FLAGGED, SLY_SOURCES

TASKS = honest_tasks()
MODULES = {name: {"tally.py": f"{STUB}\n{source}\n"} for name, source in {**SOURCES, **SLY_SOURCES}.items()}
CHEATS: Mapping[str, Mapping[str, str | bytes]] = {**MODULES, **FILES, **SLY_FILES}
ON_FUNCTIONS = [name for name, files in MODULES.items() if not re.search("pytest|pluggy", files["tally.py"])]
"""Those that do not need pytest."""
LIMITS = Limits(memory_mib=512, disk_mib=32)
ON_COMMANDS = (
    *("os._exit(0) at import", "equality that is always true", "sys.modules changed", "killing the first process"),
    *("a forged report by a survivor", "the runner's frames printed", "values that lie about their type"),
    *("every descriptor closed", "another file in the report's place", "a package over the module"),
)
"""Those that could mean anything to a program that is run for itself."""


def attempt(task: Task, files: Mapping[str, str | bytes], sandbox: Sandbox) -> Graded | None:
    """Return None where nothing of the answer is left to grade."""
    entries: dict[str, FileEntry | None] = dict(Tree.of(files).files)
    answer = police_answer(task.public, Collected(task.public.with_files(entries)), task.allow)
    if answer.refused is not None or not answer.change:
        return None
    return grade(task, answer.tree, sandbox, LIMITS, np.random.default_rng(5))


def is_resolved(graded: Graded | None) -> bool:
    return graded is not None and graded.verdict.resolved


def is_flagged(graded: Graded | None) -> bool:
    return graded is not None and graded.verdict.finish is Finish.TAMPERED


@pytest.mark.parametrize("name", CHEATS)
def test_a_cheat_is_not_resolved_and_flagged_where_it_shows(name: str, bubblewrap: Sandbox) -> None:
    graded = attempt(TASKS["pytest"], CHEATS[name], bubblewrap)

    assert not is_resolved(graded)
    assert name in EITHER or is_flagged(graded) == (name in {*FLAGGED, *SLY_FLAGGED})


@pytest.mark.docker
@pytest.mark.parametrize("name", CHEATS)
def test_a_cheat_is_not_resolved_in_docker(name: str, docker: Sandbox) -> None:
    assert not is_resolved(attempt(TASKS["pytest"], CHEATS[name], docker))


@pytest.mark.parametrize("name", ON_FUNCTIONS)
def test_a_cheat_does_not_make_a_function_right(name: str, bubblewrap: Sandbox) -> None:
    assert not is_resolved(attempt(TASKS["function"], CHEATS[name], bubblewrap))


@pytest.mark.parametrize("name", ON_COMMANDS)
def test_a_cheat_does_not_make_a_program_right(name: str, bubblewrap: Sandbox) -> None:
    assert not is_resolved(attempt(TASKS["command"], CHEATS[name], bubblewrap))


def test_what_a_solution_prints_is_in_no_verdict(bubblewrap: Sandbox) -> None:
    graded = attempt(TASKS["pytest"], CHEATS["printing the hidden tests"], bubblewrap)

    assert graded is not None
    assert "total(" in graded.log.decode()
    assert "total(" not in repr(graded.verdict)
