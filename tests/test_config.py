"""run.toml: what is taken, and how a mistake is named."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dgm.config import EvolveSection, dump_config, load_config, parse_config
from dgm.errors import ConfigError

MINIMAL = "[budget]\nattempts = 1\n"


def test_the_defaults_need_only_a_budget() -> None:
    config = parse_config(MINIMAL)

    assert config.suite.name == "repair"


def test_a_run_without_any_limit_is_refused() -> None:
    with pytest.raises(ConfigError, match="give one limit at least"):
        parse_config("[budget]\n")


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("seed = 'x'\n" + MINIMAL, "seed"),
        ("sed = 1\n" + MINIMAL, "sed"),
        ("[sandbox]\nengine = 'chroot'\n" + MINIMAL, "sandbox.engine"),
        ("[budget]\nhours = 0\n", "budget.hours"),
        ("name = '../x'\n" + MINIMAL, "name"),
    ],
)
def test_a_wrong_value_is_named(text: str, named: str) -> None:
    with pytest.raises(ConfigError, match=named):
        parse_config(text)


def test_broken_toml_is_one_line() -> None:
    with pytest.raises(ConfigError, match="is not TOML") as caught:
        parse_config("[budget\n")

    assert "\n" not in str(caught.value)


def test_an_override_changes_one_value() -> None:
    config = parse_config(MINIMAL, ["budget.attempts=7", "suite.name=humaneval", "suite.stages=[2, 4]"])

    assert (config.budget.attempts, config.suite.name, config.suite.stages) == (7, "humaneval", [2, 4])


def test_an_override_reaches_a_name_with_a_dot() -> None:
    config = parse_config(MINIMAL, ['models.prices."gpt-4.1".input_usd=2', 'models.prices."gpt-4.1".output_usd=8'])

    assert config.models.prices["gpt-4.1"].output_usd == 8


@pytest.mark.parametrize("text", ["seed = " + "9" * 5000, "x = " + "[" * 5000])
def test_numbers_and_nesting_without_end_are_refused(text: str) -> None:
    with pytest.raises(ConfigError, match="is not TOML"):
        parse_config(text)


@pytest.mark.parametrize("override", ["budget", "=1", "budget.attempts.x=1"])
def test_an_override_that_is_not_key_and_value_is_refused(override: str) -> None:
    with pytest.raises(ConfigError, match="--set"):
        parse_config(MINIMAL, [override])


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"nothing\.toml"):
        load_config(tmp_path / "nothing.toml")


def test_a_file_that_is_not_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "run.toml").write_bytes(b"\xff\xfe")

    with pytest.raises(ConfigError, match="cannot read"):
        load_config(tmp_path / "run.toml")


@given(st.integers(1, 10**9), st.floats(0.01, 1000), st.sampled_from(["auto", "docker", "bubblewrap"]))
def test_what_is_kept_in_the_run_reads_back_the_same(tokens: int, hours: float, engine: str) -> None:
    config = parse_config(MINIMAL, [f"budget.tokens={tokens}", f"budget.hours={hours}", f"sandbox.engine={engine}"])

    assert parse_config(dump_config(config)) == config


@pytest.mark.parametrize(("strategy", "rule"), [("dgm", "improving_or_novel"), ("latent", "keep_all")])
def test_a_retention_that_is_left_out_is_the_strategys(strategy: str, rule: str) -> None:
    assert EvolveSection(strategy=strategy).retention == rule
    assert EvolveSection().searching_by(strategy).retention == rule


def test_a_retention_that_is_given_stays_with_every_strategy() -> None:
    given = EvolveSection(strategy="latent", retention="keep_better")

    assert (given.retention, given.searching_by("hgm").retention) == ("keep_better", "keep_better")
