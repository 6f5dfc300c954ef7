"""The screening's canary: a small edit of the candidate's own source. The host looks at the bytes."""

from pathlib import PurePosixPath

from dgm.errors import ConfigError
from dgm.evaluations.policy import police_child
from dgm.evaluations.solving import WORKSPACE
from dgm.improve.bench import Bench
from dgm.improve.checks import Candidate, screening_work, within
from dgm.improve.manifest import MANIFEST_PATH, manifest_of
from dgm.improve.setback import Setback
from dgm.values import Collected, Failure, Tree

TIMEOUT_S = 300.0
MAX_FILE_BYTES = 16 * 1024
"""A larger file is not chosen for the edit: the check is of the skill to edit, not to read."""


def check_self_edit(bench: Bench, candidate: Candidate, number: int) -> Setback | None:
    """Ask for one line with a random marker in one file of its own source."""
    marker = candidate.marker("self edit", number)
    path = _chosen_path(candidate.agent, marker)
    line = _line(path, marker)
    lease = within(bench.account.left(), TIMEOUT_S)
    instruction, model = _instruction(path, line), candidate.improve_model
    run = bench.run_agent(
        screening_work(candidate, "screen-self-edit", candidate.agent, instruction, lease, model=model)
    )
    if isinstance(run, Setback):
        return run
    fault = edit_fault(candidate.agent, run.result.collected[WORKSPACE], path, line)
    return run.blame(Failure.SELF_EDIT, f"try {number}: {fault}") if fault else None


def edit_fault(before: Tree, collected: Collected, path: str, line: str) -> str | None:
    """Return what is wrong with the edit, or None: the line is in its place, and all else is as it was.

    New files are no fault; blank lines and white space at the end of a line do not count.
    """
    policed = police_child(before, collected)
    if policed.refused is not None:
        return policed.refused
    if path not in policed.tree or line not in _lines(policed.tree, path):
        return f"{path!r} does not hold the line that was asked for"
    if not _contains(_lines(policed.tree, path), _lines(before, path)):
        return f"{path!r} lost lines that should have stayed"
    others = [other for other in policed.change if other in before and other != path]
    if others:
        return f"{others[0]!r} was changed too"
    return _manifest_fault(policed.tree)


def _manifest_fault(after: Tree) -> str | None:
    try:
        manifest_of(after)
    except ConfigError as error:
        return str(error)
    return None


def _chosen_path(agent: Tree, marker: str) -> str:
    """Choose a source file by the marker; agent.toml itself where there is no other text."""
    fitting = [path for path in agent if _is_source(agent, path)]
    python = [path for path in fitting if path.endswith(".py")]
    paths = python or fitting or [MANIFEST_PATH]
    return paths[int(marker, 16) % len(paths)]


def _is_source(agent: Tree, path: str) -> bool:
    data = agent[path].data
    return path != MANIFEST_PATH and "test" not in path and b"\0" not in data and 0 < len(data) <= MAX_FILE_BYTES


def _line(path: str, marker: str) -> str:
    return f'CANARY_{marker} = "{marker[::-1]}"' if PurePosixPath(path).suffix == ".py" else f"# canary {marker}"


def _instruction(path: str, line: str) -> str:
    where = "as a constant of the module, at the top level, " if path.endswith(".py") else ""
    return f"Add this one line to the file `{path}`, {where}and change nothing else:\n\n    {line}\n"


def _lines(tree: Tree, path: str) -> list[str]:
    return [line.rstrip() for line in tree.text(path).splitlines() if line.strip()]


def _contains(lines: list[str], wanted: list[str]) -> bool:
    """Tell whether `wanted` stands in `lines` in this order, with anything between."""
    rest = iter(lines)
    return all(line in rest for line in wanted)
