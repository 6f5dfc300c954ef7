"""Wrong values that look like right ones. Pure.

A wrong value stands where the right one stood, so a solution that reads what a test expects cannot tell them apart:
numbers are drawn so that the right one may be any in the row, texts keep their length and their kinds of letters.
"""

import math
import string
from typing import Any

from numpy.random import Generator

ALPHABETS = (string.ascii_lowercase, string.ascii_uppercase, string.digits, "()[]{}<>", " ,.;:-_/")

MAX_STEP = 10**9


def lookalikes(value: Any, rng: Generator, n: int) -> list[Any]:
    """Return up to `n` different values of the same kind that are not equal to a literal's.

    Args:
        value: what `ast.literal_eval` gives. A truth value has only one other; other kinds may have fewer than `n`.
    """
    wrong: list[Any] = []
    for candidate in _candidates(value, rng, n):
        if candidate != value and candidate not in wrong:
            wrong.append(candidate)
    return wrong[:n]


def _candidates(value: Any, rng: Generator, n: int) -> list[Any]:
    if isinstance(value, bool):
        return [not value]
    if isinstance(value, int):
        step = int(rng.integers(1, min(MAX_STEP, max(10, abs(value) // 50 + 2))))
        return [value + rank * step for rank in _ranks(rng, n)]
    if isinstance(value, float):
        return _floats(value, rng, n)
    if isinstance(value, str):
        return _texts(value, rng)
    if isinstance(value, bytes):
        return [bytes([*value[:-1], int(last)]) for last in rng.permutation(256)]
    if isinstance(value, list | tuple | set):
        return _collections(value, rng, n)
    if isinstance(value, dict):
        return _mappings(value, rng, n)
    return [0, "", False] if value is None else []


def _ranks(rng: Generator, n: int) -> list[int]:
    """Return the offsets of a row of `n` + 1 evenly spaced values in which the right one has a random place."""
    place = int(rng.integers(0, n + 1))
    return [rank - place for rank in range(n + 1) if rank != place]


def _floats(value: float, rng: Generator, n: int) -> list[Any]:
    if not math.isfinite(value):
        return []
    digits = max(1, len(repr(value).partition(".")[2])) if "e" not in repr(value) else 17
    step = round(float(rng.uniform(0.1, 1.0)) * max(1.0, abs(value)), digits) or 1.0
    return [round(value + rank * step, digits) for rank in _ranks(rng, n)]


def _texts(value: str, rng: Generator) -> list[Any]:
    """Return texts with another character in one place, the same for all: else the right one would be the one that is
    most like the others."""
    places = [place for place, character in enumerate(value) if any(character in a for a in ALPHABETS)]
    place = int(rng.choice(places or range(max(1, len(value)))))
    alphabet = next((a for a in ALPHABETS if value[place : place + 1] in a), string.ascii_lowercase)
    return [value[:place] + alphabet[int(at)] + value[place + 1 :] for at in rng.permutation(len(alphabet))]


def _collections(value: list[Any] | tuple[Any, ...] | set[Any], rng: Generator, n: int) -> list[Any]:
    kind = type(value)
    items = sorted(value, key=repr) if isinstance(value, set) else list(value)
    if not items:
        return [kind([int(number)]) for number in rng.integers(0, 100, size=n)]
    place = int(rng.integers(0, len(items)))
    others = lookalikes(items[place], rng, n)
    return [kind([*items[:place], other, *items[place + 1 :]]) for other in others if _fits(kind, other)]


def _fits(kind: type, item: Any) -> bool:
    return kind is not set or isinstance(item, int | float | str | bytes | tuple | None)


def _mappings(value: dict[Any, Any], rng: Generator, n: int) -> list[Any]:
    if not value:
        return [{int(number): int(number)} for number in rng.integers(0, 100, size=n)]
    key = list(value)[int(rng.integers(0, len(value)))]
    return [{**value, key: other} for other in lookalikes(value[key], rng, n)]
