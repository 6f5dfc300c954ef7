"""`dgm plan`: what to expect of a run."""

import json
from pathlib import Path

from tests.cli.toy import dgm

RUN = """
[suite]
name = "repair"
[models]
endpoint = "openai"
name = "gpt-4.1-mini"
[budget]
trials = 40
[cluster]
slots = 2
"""


def plan(folder: Path, *options: str, run: str = RUN) -> object:
    (folder / "run.toml").write_text(run)
    done = dgm("plan", "--seeds", "2", "--json", *options, folder=folder)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_a_plan_comes_with_its_assumptions(tmp_path: Path) -> None:
    planned = plan(tmp_path, "--strategy", "dgm")

    assert [(row["strategy"], row["slots"], row["runs"]) for row in planned["rows"]] == [("dgm", 2, 2)]
    assert planned["rows"][0]["cost_usd"]["median"] > 0
    assert "a trial takes 20% of its lease and its time in the median (assumed)" in planned["assumptions"]


def test_what_else_could_be_done_stands_beside_it(tmp_path: Path) -> None:
    planned = plan(tmp_path, "--strategy", "hgm", "--slots", "4")

    assert [(row["strategy"], row["slots"]) for row in planned["rows"]] == [("dgm", 2), ("hgm", 2), ("dgm", 4)]


def test_dollars_are_not_told_where_a_price_is_not_known(tmp_path: Path) -> None:
    unpriced = RUN.replace("gpt-4.1-mini", "unheard-of")

    planned = plan(tmp_path, "--strategy", "dgm", run=unpriced)
    shown = dgm("plan", "--seeds", "2", "--strategy", "dgm", folder=tmp_path).stdout

    assert planned["rows"][0]["cost_usd"] is None
    assert "0.00" not in shown
    assert "dollars are not known" in shown


def test_a_budget_in_dollars_needs_a_price(tmp_path: Path) -> None:
    (tmp_path / "run.toml").write_text(RUN.replace("trials = 40", "cost_usd = 5").replace("gpt-4.1-mini", "unheard-of"))

    refused = dgm("plan", folder=tmp_path)

    assert refused.returncode == 2
    assert "the price of a model is not known" in refused.stderr
