"""From one unit to another."""

from units.tables import find


def convert(value: float, unit: str, target: str) -> float:
    """Return what `value` of `unit` is in `target`. Raises ValueError for units that do not go together."""
    kind, factor = find(unit)
    target_kind, target_factor = find(target)
    if kind != target_kind:
        raise ValueError(f"cannot convert {unit!r} ({kind}) to {target!r} ({target_kind})")
    return value * factor / target_factor
