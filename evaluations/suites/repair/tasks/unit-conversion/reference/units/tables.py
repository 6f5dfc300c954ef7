"""The units that are known, each with its kind and how many base units it is."""

LENGTHS = {"m": 1.0, "km": 1000.0, "cm": 0.01, "in": 0.0254, "ft": 0.3048, "mi": 1609.344, "yd": 0.9144}
MASSES = {"kg": 1.0, "g": 0.001, "lb": 0.45359237, "oz": 0.028349523125, "st": 6.35029318}

KINDS = {"length": LENGTHS, "mass": MASSES}


def find(unit: str) -> tuple[str, float]:
    """Return the kind of a unit and how many base units it is. Raises ValueError for an unknown unit."""
    for kind, table in KINDS.items():
        if unit in table:
            return kind, table[unit]
    raise ValueError(f"unknown unit {unit!r}")
