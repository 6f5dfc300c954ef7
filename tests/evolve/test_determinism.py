"""The same seed, script and clock give the same run, bit for bit, with the real archive."""

from pathlib import Path

import pytest

from tests.evolve.worlds import World, config_of, searching_by


def commits_of(world: World) -> list[str]:
    with world.open() as run:
        return [agent.commit for agent in run.archive.agents()]


def trials_of(world: World) -> list[tuple[int, str]]:
    with world.open() as run:
        return [(trial.agent, trial.task_id) for trial in run.archive.trials()]


def test_the_same_seed_gives_the_same_commits(tmp_path: Path) -> None:
    worlds = [World(tmp_path / name, config_of(attempts=3)) for name in ("one", "two")]

    for world in worlds:
        world.run()

    assert commits_of(worlds[0]) == commits_of(worlds[1])
    assert len(commits_of(worlds[0])) == 4


def test_another_seed_gives_another_lineage(tmp_path: Path) -> None:
    config = config_of(attempts=4)
    one = World(tmp_path / "one", config)
    other = World(tmp_path / "other", config.model_copy(update={"seed": 1}))

    one.run()
    other.run()

    assert commits_of(one) != commits_of(other)


@pytest.mark.parametrize("strategy", ["dgm", "hgm", "sica", "no-self-improvement"])
def test_a_run_stopped_after_every_step_and_resumed_makes_the_same_commits(tmp_path: Path, strategy: str) -> None:
    config = searching_by(strategy, config_of(attempts=2), racing=0.1)
    whole, pieces = (World(tmp_path / name, config) for name in ("whole", "pieces"))
    whole.run()

    for _ in range(16):
        steps = iter([False, True])
        pieces.run(stop=lambda steps=steps: next(steps))

    assert commits_of(pieces) == commits_of(whole)
    assert trials_of(pieces) == trials_of(whole)
