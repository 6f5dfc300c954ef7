"""Texts as sets of token shingles: what they share shows how alike they are, whatever the order of their parts. Pure.

A shingle is a run of tokens; it is kept as 64 bits that are the same on every machine. White space is no token, so
that a text that is only laid out anew stays the same.
"""

import re
from collections.abc import Iterable
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

Hashes = NDArray[np.uint64]
"""Sorted, each once."""

_TOKEN = re.compile(r"\w+|[^\w\s]")
_FACTOR = np.uint64(0x9E3779B97F4A7C15)
_MIXERS = (np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB))


def shingles(text: str, size: int) -> Hashes:
    """Return the shingles of `size` tokens in a text; of a shorter text, the one that is all of it."""
    tokens = _TOKEN.findall(text)
    if not tokens:
        return np.empty(0, np.uint64)
    codes = {token: _code(token) for token in set(tokens)}
    row = np.array([codes[token] for token in tokens], np.uint64)
    size = min(size, len(row))
    whole = np.zeros(len(row) - size + 1, np.uint64)
    for i in range(size):
        whole = whole * _FACTOR + row[i : i + len(whole)]
    return np.unique(_mixed(whole))


def union(parts: Iterable[Hashes]) -> Hashes:
    """Return the shingles that are in any of the sets."""
    return np.unique(np.concatenate([np.empty(0, np.uint64), *parts]))


def similarity(one: Hashes, other: Hashes) -> float:
    """Return the share of all shingles that both have (Jaccard); two empty sets are alike."""
    together = len(np.union1d(one, other))
    return len(np.intersect1d(one, other, assume_unique=True)) / together if together else 1.0


def _code(token: str) -> int:
    return int.from_bytes(blake2b(token.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "big")


def _mixed(codes: Hashes) -> Hashes:
    """Spread each code over all bits (the finalizer of SplitMix64, Steele, Lea and Flood 2014)."""
    for shift, mixer in zip((30, 27), _MIXERS, strict=True):
        codes = (codes ^ (codes >> np.uint64(shift))) * mixer
    return codes ^ (codes >> np.uint64(31))
