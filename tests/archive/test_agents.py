"""Agents in git: planted, added, read."""

import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from dgm.archive import Run, create_run
from tests.archive.examples import (
    CONFIG,
    FOCUS,
    FOUNDER,
    LEASE,
    add_child,
    child_of,
    decision,
    git_dir,
    open_attempt,
    plant,
    success,
)
from tests.fakes import FakeClock


def git(run: Run, *arguments: str) -> str:
    done = subprocess.run(["git", "--git-dir", git_dir(run), *arguments], capture_output=True, text=True, check=True)
    return done.stdout.strip()


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
