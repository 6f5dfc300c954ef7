"""Several writes as one transaction."""

from pathlib import Path

from dgm.archive import Run, Step, create_run, open_run
from tests.archive.examples import CONFIG, open_trial, plant, scored
from tests.fakes import FakeClock

CLOCK = FakeClock()


def test_what_is_written_together_is_one_transaction(tmp_path: Path) -> None:
    steps: list[Step] = []
    with create_run(tmp_path, CONFIG, {}, CLOCK, watch=steps.append) as run:
        plant(run.archive)
        open_trial(run.archive)
        steps.clear()

        with run.archive.together():
            run.archive.close_trial(scored(1))
            open_trial(run.archive, "t2")

    assert steps.count(Step.ROW) == 1


def test_nothing_is_seen_of_it_before_it_ends(run: Run) -> None:
    with open_run(run.folder, CLOCK, readonly=True) as beside:
        with run.archive.together():
            open_trial(run.archive)
            during = beside.archive.trials()

        assert (len(during), len(beside.archive.trials())) == (0, 1)
