"""The named landscapes, and their split into halves."""

import pytest

from dgm.errors import ConfigError
from dgm.simulation import FAMILIES, Half, family_of, half_of


def test_the_halves_alternate_in_alphabetical_order() -> None:
    assert {name: half_of(name).value for name in sorted(FAMILIES)} == {
        "broken-30": "tuning",
        "broken-70": "reporting",
        "calibrated": "tuning",
        "irt-hard": "reporting",
        "jumps": "tuning",
        "noisy": "reporting",
        "plateau": "tuning",
        "steady": "reporting",
        "tied": "tuning",
        "untied": "reporting",
        "valley-deep": "tuning",
        "valley-wide": "reporting",
    }


def test_half_of_the_families_is_kept_for_the_report() -> None:
    assert [half_of(name) for name in FAMILIES].count(Half.REPORTING) == len(FAMILIES) // 2


@pytest.mark.parametrize("name", FAMILIES)
def test_a_founder_is_as_skilled_as_its_family_says(name: str) -> None:
    family = FAMILIES[name]

    assert family.pool.share(family.pool.skill_at(family.founder)) == pytest.approx(family.founder, abs=1e-3)


def test_an_unknown_family_is_named_with_the_known_ones() -> None:
    with pytest.raises(ConfigError, match=r"'flat'.*steady"):
        family_of("flat")
