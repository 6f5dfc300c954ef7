"""What a user requires of a sandbox is compared with what it proved."""

import pytest

from dgm.errors import SandboxUnavailable
from dgm.sandbox.requiring import check_level
from dgm.values import SandboxLevel


def level(engine: str) -> SandboxLevel:
    return SandboxLevel(engine, "0" * 64, proved=("no network", "memory of all processes together"))


@pytest.mark.parametrize(
    ("engine", "required"),
    [
        ("bubblewrap", []),
        ("bubblewrap", ["bubblewrap"]),
        ("docker", ["bubblewrap"]),
        ("docker", ["docker", "no network"]),
        ("docker+runsc", ["docker", "memory of all processes together"]),
        ("docker+runsc", ["docker+runsc"]),
    ],
)
def test_a_level_that_is_required_or_stronger_is_enough(engine: str, required: list[str]) -> None:
    check_level(level(engine), required)


@pytest.mark.parametrize(
    ("engine", "required", "lacking"),
    [
        ("none", ["bubblewrap"], "'bubblewrap'"),
        ("bubblewrap", ["docker"], "'docker'"),
        ("docker", ["no network", "docker+runsc"], "'docker\\+runsc'"),
        ("docker+runsc", ["cores are limited"], "'cores are limited'"),
        ("docker", ["Docker", "gvisor"], "'Docker', 'gvisor'"),
    ],
)
def test_a_level_below_is_refused_with_what_is_lacking(engine: str, required: list[str], lacking: str) -> None:
    with pytest.raises(SandboxUnavailable, match=f"less than is required: {lacking}. It proved: no network"):
        check_level(level(engine), required)
