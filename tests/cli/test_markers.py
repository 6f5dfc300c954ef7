"""A whole search with a marked key, marked hidden tests, marked references and a marked holdout, on each engine.

Everything that the search left and everything that went anywhere is looked through: a mark stands where it must, or
nowhere.
"""

import io
import json
import pickle
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import astuple
from pathlib import Path

import pytest

from dgm.errors import ConfigError
from dgm.evaluations import suite_from_tree
from dgm.evolve import Reason, staging_of
from dgm.values import AttemptState, Tree, TrialOrder
from tests.cli.marked import (
    HIDDEN,
    HOLDOUT,
    KEY,
    MARKS,
    PUBLIC,
    Searched,
    config_of,
    marked_suite,
    searched,
)
from tests.engines import opened

PRIVATE = "grading.log"
"""The one artifact in which a hidden test may stand: only the user opens it."""


@pytest.fixture(scope="module", params=[pytest.param("docker", marks=pytest.mark.docker), "bubblewrap"])
def search(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Searched]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OPENAI_API_KEY", KEY)
        for sandbox in opened(request.param):
            with searched(request.param, sandbox, tmp_path_factory.mktemp("marked") / "run") as ended:
                yield ended


def marks_in(data: bytes | str) -> set[str]:
    raw = data.encode() if isinstance(data, str) else data
    return {mark for mark in MARKS if mark.encode() in raw}


def kept_by(search: Searched) -> Iterator[tuple[str, bytes]]:
    """Yield everything in the run's folder by its name: compressed files and bundles as what is in them."""
    for path in sorted(search.run.folder.rglob("*")):
        if path.is_file():
            name, data = str(path.relative_to(search.run.folder)), path.read_bytes()
            yield name, name.encode() + data + inflated(data)
            if zipfile.is_zipfile(io.BytesIO(data)):
                with zipfile.ZipFile(io.BytesIO(data)) as bundle:
                    yield from ((f"{name}/{member}", bundle.read(member)) for member in bundle.namelist())


def inflated(data: bytes) -> bytes:
    for window in (zlib.MAX_WBITS, zlib.MAX_WBITS | 16):
        try:
            return zlib.decompressobj(window).decompress(data)
        except zlib.error:
            continue
    return b""


def is_copy_of_the_suite(name: str) -> bool:
    return name.startswith("assets/")


def test_the_search_did_what_a_search_does(search: Searched) -> None:
    archive = search.run.archive
    kinds = {job.label for job in search.jobs}

    assert search.end.reason is Reason.FINISHED, search.end
    assert [attempt.state for attempt in archive.attempts()] == [AttemptState.CHILD], archive.attempts()
    assert [(t.agent, t.task_id, t.verdict.resolved) for t in archive.trials() if t.verdict] == [
        (agent, task, task != "doubling") for agent in (0, 1) for task in ("adding", "doubling", "shouting")
    ]
    assert {"solve", "grade", "improve", "screen-start"} <= kinds


def test_every_trial_ran_the_tree_that_the_archive_has(search: Searched) -> None:
    archive = search.run.archive
    digests = {agent.number: agent.digest for agent in archive.agents()}

    assert [trial.agent_digest for trial in archive.trials()] == [digests[trial.agent] for trial in archive.trials()]
    assert digests[0] != digests[1]


def test_no_mark_is_kept_where_it_must_not_be(search: Searched) -> None:
    wrong = {
        name: found
        for name, data in kept_by(search)
        if (found := marks_in(data) - {PUBLIC} - ({HIDDEN} if name.endswith(PRIVATE) else set()))
        and not is_copy_of_the_suite(name)
    }

    assert wrong == {}


def test_the_key_is_not_even_in_the_copies_at_the_start(search: Searched) -> None:
    assert [name for name, data in kept_by(search) if KEY in marks_in(data)] == []


def test_what_grading_printed_is_where_a_hidden_test_can_be_found(search: Searched) -> None:
    assert [name for name, data in kept_by(search) if HIDDEN in marks_in(data) and name.endswith(PRIVATE)]


def test_a_prompt_holds_public_marks_only(search: Searched) -> None:
    assert len(search.prompts) >= 8
    assert marks_in("\n".join(search.prompts)) == {PUBLIC}


def test_what_is_told_while_it_runs_holds_no_mark(search: Searched) -> None:
    assert marks_in("\n".join(search.told)) == set()


def test_a_job_of_an_agent_is_given_public_marks_only(search: Searched) -> None:
    for job in search.jobs:
        if job.label != "grade":
            given = pickle.dumps(astuple(job)) + b"".join(mount.tree.to_tar() for mount in job.mounts)
            assert marks_in(given) <= {PUBLIC}, job.label


def test_a_grading_job_is_given_hidden_tests_and_nothing_to_reach_a_model_with(search: Searched) -> None:
    grading = [job for job in search.jobs if job.label == "grade"]

    assert len(grading) == 6
    assert all(job.gateway_socket is None for job in grading)
    assert all(marks_in(pickle.dumps(job.mounts)) == {PUBLIC, HIDDEN} for job in grading)
    assert all(marks_in(json.dumps(dict(job.environment))) == set() for job in grading)


def test_an_order_holds_neither_the_key_nor_a_reference_nor_a_task_of_the_holdout(search: Searched) -> None:
    for order in search.orders:
        allowed = {PUBLIC, HIDDEN} if isinstance(order, TrialOrder) else {PUBLIC}
        assert marks_in(pickle.dumps(order)) <= allowed, order


def test_an_agent_that_looks_everywhere_finds_public_marks_only(search: Searched) -> None:
    archive = search.run.archive
    left = [trial.artifacts["out.tar"] for trial in archive.trials()]
    left += [attempt.artifacts["out.tar"] for attempt in archive.attempts()]
    seen = [Tree.from_tar(archive.artifact(sha256)).text("found.json") for sha256 in left]

    assert len(seen) == 7
    assert set(seen[:6]) == {json.dumps([PUBLIC[::-1]])}
    assert set(json.loads(seen[6])) <= {PUBLIC[::-1]}


def test_a_task_of_the_holdout_cannot_be_asked_for(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=HOLDOUT):
        staging_of(config_of("bubblewrap", f"suite.tasks=['{HOLDOUT}']"), suite_from_tree(marked_suite()))
