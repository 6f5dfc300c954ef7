"""The units that are known, each with its kind and how it is brought to the base unit of that kind."""

from typing import NamedTuple

LENGTHS = {"m": 1.0, "km": 1000.0, "cm": 0.01, "in": 0.0254, "ft": 0.3048, "mi": 1609.344}
MASSES = {"kg": 1.0, "g": 0.001, "lb": 0.45359237, "oz": 0.028349523125}
TEMPERATURES = {"K": 1.0, "C": 1.0, "F": 1 / 1.8}

KINDS = {"length": LENGTHS, "mass": MASSES, "temperature": TEMPERATURES}

ZEROS = {"C": 273.15, "F": 273.15 - 32 / 1.8}


class Unit(NamedTuple):
    """A value is `factor` base units and `zero` more."""

    kind: str
    factor: float
    zero: float


def find(unit: str) -> Unit:
    """Return what is known of a unit. Raises ValueError for an unknown unit."""
    for kind, table in KINDS.items():
        if unit in table:
            return Unit(kind, table[unit], ZEROS.get(unit, 0.0))
    raise ValueError(f"unknown unit {unit!r}")
