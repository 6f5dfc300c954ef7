"""Every cheat is policed and graded in a real sandbox, as a trial does; none is resolved."""

from collections.abc import Mapping

import numpy as np
import pytest

from dgm.evaluations import Graded, grade, police_answer
from dgm.ports import Sandbox
from dgm.values import Collected, FileEntry, Finish, Limits, Tree
from tests.evaluations.builders import pytest_task
from tests.evaluations.cheats import CHEATS, FLAGGED


def attempt(files: Mapping[str, str], sandbox: Sandbox) -> Graded | None:
    """Return None where nothing of the answer is left to grade."""
    task = pytest_task()
    entries: dict[str, FileEntry | None] = dict(Tree.of(files).files)
    answer = police_answer(task.public, Collected(task.public.with_files(entries)), task.allow)
    if answer.refused is not None or not answer.change:
        return None
    return grade(task, answer.tree, sandbox, Limits(), np.random.default_rng(5))


@pytest.mark.parametrize("name", CHEATS)
def test_a_cheat_is_not_resolved_and_flagged_where_it_shows(name: str, bubblewrap: Sandbox) -> None:
    graded = attempt(CHEATS[name], bubblewrap)

    assert graded is None or not graded.verdict.resolved
    assert (graded is not None and graded.verdict.finish is Finish.TAMPERED) == (name in FLAGGED)


def test_what_a_solution_prints_is_in_no_verdict(bubblewrap: Sandbox) -> None:
    graded = attempt(CHEATS["printing the hidden tests"], bubblewrap)

    assert graded is not None
    assert "total(" in graded.log.decode()
    assert "total(" not in repr(graded.verdict)
