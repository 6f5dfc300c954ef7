"""Agents in git: planted, added, read."""

import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from dgm.archive import Run, RunArchive, create_run
from dgm.errors import AgentNotFound, ArchiveError
from dgm.values import AttemptState, Failure, FileEntry, Tree
from tests.archive.examples import (
    CONFIG,
    FOCUS,
    FOUNDER,
    LEASE,
    MANIFEST,
    SPENT,
    add_child,
    child_of,
    decision,
    failure,
    git_dir,
    open_attempt,
    plant,
    success,
)
from tests.fakes import FakeClock


def git(run: Run, *arguments: str) -> str:
    done = subprocess.run(["git", "--git-dir", git_dir(run), *arguments], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def test_a_founder_has_no_parent(archive: RunArchive) -> None:
    founder = archive.agent(0)

    assert (founder.parent, founder.attempt, founder.digest, founder.manifest) == (None, None, FOUNDER.digest, MANIFEST)


def test_an_agents_tree_comes_back_byte_for_byte(archive: RunArchive) -> None:
    assert Tree.from_tar(archive.tree_tar(0)) == FOUNDER


def test_a_childs_commit_has_its_parents_commit_as_parent(run: Run) -> None:
    child = run.archive.agent(add_child(run.archive))

    assert git(run, "rev-parse", f"{child.commit}^") == run.archive.agent(0).commit


def test_each_agent_has_a_ref(run: Run) -> None:
    add_child(run.archive)

    refs = git(run, "for-each-ref", "--format=%(refname) %(objectname)", "refs/agents").splitlines()

    assert refs == [f"refs/agents/{agent.label} {agent.commit}" for agent in run.archive.agents()]


def test_git_finds_nothing_wrong(run: Run) -> None:
    add_child(run.archive)

    assert git(run, "fsck", "--full", "--strict") == ""


def test_an_attempt_remembers_another_agent_that_edited_the_parent(run: Run) -> None:
    first = run.archive.agent(add_child(run.archive))
    attempt = run.archive.open_attempt(first.number, FOCUS, LEASE, replace(decision(first.number), editor=0))

    child = run.archive.close_attempt(success(attempt, child_of(FOUNDER, "three"))).child

    assert child is not None
    assert [record.editor for record in run.archive.attempts()] == [None, 0]
    assert git(run, "log", "-1", "--format=%(trailers:key=Editor,valueonly)", f"refs/agents/a{child}") == "a0"


def test_trailers_name_the_attempt_the_focus_and_the_model(run: Run) -> None:
    child = run.archive.agent(add_child(run.archive))

    trailers = git(run, "log", "-1", "--format=%(trailers:only,unfold)", child.commit).splitlines()

    assert trailers == ["Attempt: 1", "Focus: task t1", "Model: small-model"]


@pytest.mark.parametrize(
    "proposal",
    [
        "better\n\nAttempt: 99\nModel: huge",
        "Attempt: 99",
        "---\nAttempt: 99",
        "x\u2028Attempt: 99",
        "\x1b[2J\x00",
        "\udc80 broken",
        "",
    ],
)
def test_a_proposal_cannot_pass_for_a_trailer(run: Run, proposal: str) -> None:
    attempt = open_attempt(run.archive)
    child = run.archive.close_attempt(success(attempt, proposal=proposal)).child

    parsed = git(run, "log", "-1", "--format=%(trailers:key=Attempt,valueonly)", f"refs/agents/a{child}")

    assert parsed == str(attempt)


def test_a_commit_message_has_no_control_characters(run: Run) -> None:
    run.archive.close_attempt(success(open_attempt(run.archive), proposal="\x1b]0;owned\x07 \u202e \x9b31m"))

    message = git(run, "log", "-1", "--format=%B", "refs/agents/a1")

    assert all(character == "\n" or character.isprintable() for character in message)


def test_the_same_run_gives_the_same_commits(tmp_path: Path) -> None:
    commits = []
    for name in ("one", "two"):
        with create_run(tmp_path / name, CONFIG, {}, FakeClock()) as run:
            plant(run.archive)
            add_child(run.archive)
            commits.append([agent.commit for agent in run.archive.agents()])

    assert commits[0] == commits[1]


def test_the_diff_of_a_child_is_to_its_parent(archive: RunArchive) -> None:
    diff = archive.diff(add_child(archive))

    assert [line for line in diff.splitlines() if line.startswith(("+p", "-p"))] == ["-print('one')", "+print('two')"]


def test_the_diff_of_a_founder_is_everything(archive: RunArchive) -> None:
    assert archive.diff(0).count("diff --git") == len(FOUNDER)


def test_undecodable_bytes_in_a_diff_are_replaced(archive: RunArchive) -> None:
    child = FOUNDER.with_files({"basic/loop.py": FileEntry(b"# \xff\xfe\n")})
    archive.close_attempt(success(open_attempt(archive), child))

    assert "+# \ufffd\ufffd" in archive.diff(1)


def test_a_childs_removed_files_are_gone(archive: RunArchive) -> None:
    child = FOUNDER.with_files({"basic/deep/er/picture.bin": None})
    archive.close_attempt(success(open_attempt(archive), child))

    assert archive.tree(1) == child


def test_an_agent_needs_files(archive: RunArchive) -> None:
    with pytest.raises(ArchiveError, match="without files"):
        archive.add_founder(Tree(), MANIFEST)


def test_lineage_goes_from_the_founder_to_the_agent(archive: RunArchive) -> None:
    first = add_child(archive, 0, "a")
    second = add_child(archive, first, "b")
    add_child(archive, 0, "c")

    assert [agent.number for agent in archive.lineage(second)] == [0, first, second]


def test_children_come_in_order(archive: RunArchive) -> None:
    children = [add_child(archive, 0, text) for text in "abc"]

    assert [agent.number for agent in archive.children(0)] == children


@pytest.mark.parametrize("read", ["agent", "lineage", "tree_tar", "diff", "tree"])
def test_an_agent_that_is_not_there_is_named(archive: RunArchive, read: str) -> None:
    with pytest.raises(AgentNotFound, match="a7"):
        getattr(archive, read)(7)


def test_a_dangerous_path_is_refused_and_the_attempt_stays_open(archive: RunArchive) -> None:
    attempt = open_attempt(archive)
    child = FOUNDER.with_files({".git/hooks/post-checkout": FileEntry(b"#!/bin/sh\n", executable=True)})

    with pytest.raises(ArchiveError, match="that git gives a meaning to"):
        archive.close_attempt(success(attempt, child))

    assert archive.attempt(attempt).state is AttemptState.OPEN


def test_an_attempt_with_a_child_says_which(archive: RunArchive) -> None:
    child = add_child(archive)

    (attempt,) = archive.attempts()

    assert (attempt.state, attempt.child, attempt.failure) == (AttemptState.CHILD, child, None)


def test_a_failed_attempt_keeps_its_reason_and_its_cost(archive: RunArchive) -> None:
    attempt = archive.close_attempt(failure(open_attempt(archive), "no\nedit"))

    assert (attempt.failure, attempt.detail, attempt.spent) == (Failure.NO_CHANGE, "no\nedit", SPENT)


def test_closing_an_attempt_twice_changes_nothing(archive: RunArchive) -> None:
    outcome = success(open_attempt(archive))
    first = archive.close_attempt(outcome)
    again = archive.close_attempt(success(outcome.attempt_id, child_of(FOUNDER, "other")))

    assert (again, len(archive.agents()), archive.totals().spent) == (first, 2, SPENT)


def test_an_attempts_artifacts_come_back(archive: RunArchive) -> None:
    add_child(archive)
    (attempt,) = archive.attempts()

    assert {name: archive.artifact(sha) for name, sha in attempt.artifacts.items()} == success(0).artifacts


def test_retention_can_change(archive: RunArchive) -> None:
    archive.set_retention(0, eligible=False, reason="resolved nothing")

    founder = archive.agent(0)

    assert (founder.eligible, founder.retention) == (False, "resolved nothing")


def test_a_child_is_kept_as_retention_says(archive: RunArchive) -> None:
    archive.close_attempt(success(open_attempt(archive)), eligible=False, retention="no better")

    assert (archive.agent(1).eligible, archive.agent(1).retention) == (False, "no better")
