"""`dgm simulate`: strategies on landscapes."""

import json
from pathlib import Path

from tests.cli.toy import dgm

SMALL = ("simulate", "--seeds", "2", "--trials", "80", "--slots", "2", "--processes", "1")


def test_the_same_seeds_give_the_same_numbers(tmp_path: Path) -> None:
    first, again = (dgm(*SMALL, "--json", folder=tmp_path) for _ in range(2))

    assert first.stdout == again.stdout
    (row,) = json.loads(first.stdout)
    assert (row["family"], row["strategy"], row["seeds"], row["trials"]["value"]) == ("calibrated", "dgm", 2, 80)


def test_a_table_shows_n_and_intervals(tmp_path: Path) -> None:
    shown = dgm(*SMALL, "--family", "tied", "--family", "noisy", folder=tmp_path).stdout

    assert [line.split()[:3] for line in shown.splitlines() if "dgm" in line] == 2 * [
        ["tied", "dgm", "2"],
        ["noisy", "dgm", "2"],
    ]
    assert "95 % intervals by bootstrap over 2 seeds" in shown


def test_processes_do_not_change_the_numbers(tmp_path: Path) -> None:
    alone, together = (dgm(*SMALL[:-1], n, "--json", folder=tmp_path).stdout for n in ("1", "2"))

    assert alone == together


def test_an_unknown_family_is_a_usage_error(tmp_path: Path) -> None:
    assert dgm("simulate", "--family", "flat", folder=tmp_path).returncode == 2


def test_how_a_strategy_is_set_changes_the_numbers(tmp_path: Path) -> None:
    default, other = (
        json.loads(dgm(*SMALL, "--trials", "200", *options, "--json", folder=tmp_path).stdout)
        for options in ((), ("--set", "evolve.racing=0.5"))
    )

    assert default != other
