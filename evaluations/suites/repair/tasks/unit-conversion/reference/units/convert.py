"""From one unit to another."""

from units.tables import find

ROUNDING = 1e-9  # what an exact 0 K may miss it by


def convert(value: float, unit: str, target: str) -> float:
    """Return what `value` of `unit` is in `target`.

    Raises:
        ValueError: the units do not go together, or a temperature is below 0 K.
    """
    source, goal = find(unit), find(target)
    if source.kind != goal.kind:
        raise ValueError(f"cannot convert {unit!r} ({source.kind}) to {target!r} ({goal.kind})")
    base = value * source.factor + source.zero
    if source.kind == "temperature" and base < -ROUNDING:
        raise ValueError(f"there is no temperature of {value} {unit}")
    return (base - goal.zero) / goal.factor
