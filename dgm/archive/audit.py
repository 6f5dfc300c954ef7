"""Proves that a run is whole. Commits are read through GitPython, not through the code that wrote them.

Not imported with the package: GitPython takes as long to load as everything else of the archive together.
"""

from collections.abc import Iterator

import git
from git.exc import BadName, BadObject, ODBError

from dgm.archive.run import Run
from dgm.errors import ArchiveError
from dgm.values import AgentRecord


def audit(run: Run) -> tuple[str, ...]:
    """Return what is wrong with a run, a sentence each; nothing when every agent and artifact is there and whole.

    Reads everything: minutes for a large run.
    """
    return (*_agents(run), *run.archive.check_artifacts(), *_repository(run))


def _agents(run: Run) -> Iterator[str]:
    agents = {agent.number: agent for agent in run.archive.agents()}
    with git.Repo(run.folder / "archive.git") as repository:
        for agent in agents.values():
            parent = None if agent.parent is None else agents[agent.parent].commit
            problem = _commit(repository, agent, parent) or _source(run, agent)
            if problem:
                yield f"{agent.label} {problem}"


def _commit(repository: git.Repo, agent: AgentRecord, parent: str | None) -> str | None:
    try:
        commit = repository.commit(agent.commit)
        parents = [str(above) for above in commit.parents]
    except (ODBError, BadName, BadObject, ValueError, OSError) as error:
        return f"has no readable commit {agent.commit[:12]}: {type(error).__name__}"
    if parents != ([] if parent is None else [parent]):
        return "does not have its parent's commit as parent"
    return None


def _source(run: Run, agent: AgentRecord) -> str | None:
    try:
        tree = run.archive.tree(agent.number)
    except ArchiveError as error:
        return f"cannot be read: {error}"
    return None if tree.digest == agent.digest else "has another source than the one that was recorded"


def _repository(run: Run) -> Iterator[str]:
    try:
        run.archive.check_objects()
    except ArchiveError as error:
        yield str(error)
