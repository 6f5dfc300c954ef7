"""Results in a file of JSON lines, one a search, so that a benchmark that was stopped goes on where it was."""

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from pathlib import Path

from dgm.simulation import Case, Moment, SimulatedRun

Key = tuple[str, str, int, int]
"""Family, strategy, seed, trials."""

_ROOT = Path(__file__).resolve().parents[2]
_CODE = ("dgm/simulation", "dgm/evolve", "dgm/improve", "dgm/evaluations", "dgm/config.py")


def key_of(case: Case) -> Key:
    """Return what tells a search from the others."""
    config = case.config
    return case.family.name, config.evolve.strategy, config.seed, config.budget.trials or 0


def code_digest() -> str:
    """Return a digest of all code that a result could depend on."""
    whole = hashlib.sha256()
    for path in _code_files():
        whole.update(path.relative_to(_ROOT).as_posix().encode() + path.read_bytes())
    return whole.hexdigest()[:16]


def _code_files() -> Iterator[Path]:
    for name in _CODE:
        path = _ROOT / name
        yield from sorted(path.rglob("*.py")) if path.is_dir() else [path]


class Store:
    """The results so far.

    Args:
        keep: take results of other code too.
        again: strategies whose earlier results are not taken.
    """

    def __init__(self, path: Path, *, keep: bool = False, again: Iterable[str] = ()) -> None:
        self._path, self._code = path, code_digest()
        self.runs: dict[Key, SimulatedRun] = {}
        self.of_other_code = 0
        skipped = set(again)
        for line in path.read_text().splitlines() if path.exists() else ():
            try:
                result = json.loads(line)
            except json.JSONDecodeError:
                continue  # cut off by a kill
            key = (result["family"], result["strategy"], result["seed"], result["trials"])
            same = result["code"] == self._code
            if key[1] not in skipped and (keep or same):
                self.runs[key] = _run_of(result["run"])
                self.of_other_code += not same
        path.parent.mkdir(parents=True, exist_ok=True)

    def add(self, case: Case, run: SimulatedRun) -> None:
        """Keep a result, at once."""
        family, strategy, seed, trials = key_of(case)
        line = {"family": family, "strategy": strategy, "seed": seed, "trials": trials, "code": self._code}
        with self._path.open("a") as file:
            file.write(json.dumps({**line, "run": asdict(run)}) + "\n")
        self.runs[key_of(case)] = run


def _run_of(fields: dict[str, object]) -> SimulatedRun:
    course = tuple(Moment(**moment) for moment in fields.pop("course"))  # type: ignore[attr-defined]
    return SimulatedRun(course=course, **fields)  # type: ignore[arg-type]
