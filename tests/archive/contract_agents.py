"""What every archive does with agents, attempts and its log. Each test is one claim of the port."""

import pytest

from dgm.errors import AgentNotFound, ArchiveError
from dgm.ports import Archive
from dgm.values import AttemptState, Failure, FileEntry, Focus, FocusKind, SourceSketch, Tree
from tests.archive.examples import (
    FOUNDER,
    LEASE,
    MANIFEST,
    SPENT,
    add_child,
    child_of,
    decision,
    failure,
    open_attempt,
    success,
)


class AgentsContract:
    """Subclasses give a fixture `archive`, planted with one founder."""

    def test_a_founder_has_no_parent(self, archive: Archive) -> None:
        founder = archive.agent(0)

        assert (founder.parent, founder.attempt, founder.digest, founder.manifest) == (
            None,
            None,
            FOUNDER.digest,
            MANIFEST,
        )

    def test_an_agents_tree_comes_back_byte_for_byte(self, archive: Archive) -> None:
        assert Tree.from_tar(archive.tree_tar(0)) == FOUNDER

    def test_the_diff_of_a_child_is_to_its_parent(self, archive: Archive) -> None:
        diff = archive.diff(add_child(archive))

        assert [line for line in diff.splitlines() if line.startswith(("+p", "-p"))] == [
            "-print('one')",
            "+print('two')",
        ]

    def test_the_diff_of_a_founder_is_everything(self, archive: Archive) -> None:
        assert archive.diff(0).count("diff --git") == len(FOUNDER)

    def test_undecodable_bytes_in_a_diff_are_replaced(self, archive: Archive) -> None:
        child = FOUNDER.with_files({"basic/loop.py": FileEntry(b"# \xff\xfe\n")})
        archive.close_attempt(success(open_attempt(archive), child))

        assert "+# \ufffd\ufffd" in archive.diff(1)

    def test_a_childs_removed_files_are_gone(self, archive: Archive) -> None:
        child = FOUNDER.with_files({"basic/deep/er/picture.bin": None})
        archive.close_attempt(success(open_attempt(archive), child))

        assert archive.tree(1) == child

    def test_an_agent_needs_files(self, archive: Archive) -> None:
        with pytest.raises(ArchiveError, match="without files"):
            archive.add_founder(Tree(), MANIFEST)

    def test_lineage_goes_from_the_founder_to_the_agent(self, archive: Archive) -> None:
        first = add_child(archive, 0, "a")
        second = add_child(archive, first, "b")
        add_child(archive, 0, "c")

        assert [agent.number for agent in archive.lineage(second)] == [0, first, second]

    def test_children_come_in_order(self, archive: Archive) -> None:
        children = [add_child(archive, 0, text) for text in "abc"]

        assert [agent.number for agent in archive.children(0)] == children

    @pytest.mark.parametrize("read", ["agent", "lineage", "tree_tar", "diff"])
    def test_an_agent_that_is_not_there_is_named(self, archive: Archive, read: str) -> None:
        with pytest.raises(AgentNotFound, match="a7"):
            getattr(archive, read)(7)

    def test_a_dangerous_path_is_refused_and_the_attempt_stays_open(self, archive: Archive) -> None:
        attempt = open_attempt(archive)
        child = FOUNDER.with_files({".git/hooks/post-checkout": FileEntry(b"#!/bin/sh\n", executable=True)})

        with pytest.raises(ArchiveError, match="that git gives a meaning to"):
            archive.close_attempt(success(attempt, child))

        assert archive.attempt(attempt).state is AttemptState.OPEN

    def test_an_attempt_with_a_child_says_which(self, archive: Archive) -> None:
        child = add_child(archive)

        (attempt,) = archive.attempts()

        assert (attempt.state, attempt.child, attempt.failure) == (AttemptState.CHILD, child, None)

    def test_the_attempts_on_some_agents_come_alone_and_with_their_artifacts(self, archive: Archive) -> None:
        first = add_child(archive)
        second = add_child(archive, first)
        archive.close_attempt(failure(open_attempt(archive, second)))

        assert [attempt.parent for attempt in archive.attempts([second, 0])] == [0, second]
        assert archive.attempts([first]) == archive.attempts()[1:2]
        assert archive.attempts([]) == ()

    def test_a_focus_on_a_cluster_comes_back(self, archive: Archive) -> None:
        focus = Focus(FocusKind.CLUSTER, "t2", ("t1", "t2"))
        archive.open_attempt(0, focus, LEASE, decision())

        assert archive.attempts()[0].focus == focus

    def test_a_failed_attempt_keeps_its_reason_and_its_cost(self, archive: Archive) -> None:
        attempt = archive.close_attempt(failure(open_attempt(archive), "no\nedit"))

        assert (attempt.failure, attempt.detail, attempt.spent) == (Failure.NO_CHANGE, "no\nedit", SPENT)

    def test_closing_an_attempt_twice_changes_nothing(self, archive: Archive) -> None:
        outcome = success(open_attempt(archive))
        first = archive.close_attempt(outcome)
        again = archive.close_attempt(success(outcome.attempt_id, child_of(FOUNDER, "other")))

        assert (again, len(archive.agents()), archive.totals().spent) == (first, 2, SPENT)

    def test_an_attempts_artifacts_come_back(self, archive: Archive) -> None:
        add_child(archive)
        (attempt,) = archive.attempts()

        assert {name: archive.artifact(sha) for name, sha in attempt.artifacts.items()} == success(0).artifacts

    def test_retention_can_change(self, archive: Archive) -> None:
        archive.set_retention(0, eligible=False, reason="resolved nothing", figures={"p_better": 0.25, "common": 10})

        founder = archive.agent(0)

        assert (founder.eligible, founder.retention) == (False, "resolved nothing")
        assert founder.figures == {"p_better": 0.25, "common": 10}

    def test_an_agent_that_was_not_judged_has_no_figures(self, archive: Archive) -> None:
        assert archive.agent(0).figures == {}

    def test_the_sketches_of_sources_come_back(self, archive: Archive) -> None:
        archive.add_source(0, SourceSketch(b"\0\1\xff", 30, 20))

        assert archive.sources() == {0: SourceSketch(b"\0\1\xff", 30, 20)}

    def test_a_child_is_kept_as_retention_says(self, archive: Archive) -> None:
        archive.close_attempt(success(open_attempt(archive)), eligible=False, retention="no better")

        assert (archive.agent(1).eligible, archive.agent(1).retention) == (False, "no better")

    def test_events_come_oldest_first(self, archive: Archive) -> None:
        for text in ("one", "two", "three"):
            archive.add_event("note", text)

        assert [event.text for event in archive.events()] == ["one", "two", "three"]

    def test_the_last_events_are_the_newest(self, archive: Archive) -> None:
        for text in ("one", "two", "three"):
            archive.add_event("note", text)

        assert [event.text for event in archive.events(2)] == ["two", "three"]

    def test_an_event_keeps_its_data(self, archive: Archive) -> None:
        archive.add_event("trial", "a0 on t1", {"agent": 0, "share": 0.5, "ids": ["x"], "none": None, "yes": True})

        assert archive.events()[0].data == {"agent": 0, "share": 0.5, "ids": ["x"], "none": None, "yes": True}

    def test_the_newest_decision_comes_back_whole(self, archive: Archive) -> None:
        assert archive.last_decision() is None

        open_attempt(archive)

        assert archive.last_decision() == decision()
