"""Whether a text is a copy of another: printed again, also cut, retitled or with another dateline.

A sketch (MinHash) of either says at small cost whether they may be; then their runs of words are
compared one by one.  A teaser is never taken for a copy: there is too little of it.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from rensa import RMinHash

from monitor.text import Kind, Scan, tokens

WORDS_OF_A_RUN = 4
FEWEST_WORDS = 40
# Of the shorter text's runs: a change of one word in ten breaks a third of them.
FEWEST_SHARED = 0.6
FEWEST_SHARED_OF_FEW = 0.8
_FEW = 100  # runs: reports by one pattern, each with its own figures, are short
_PERMUTATIONS = 128
_SEED = 1
_FEWEST_ALIKE = 0.08  # as the sketches tell it: a fifth of a text, copied whole, less their error
_REMEMBERED = 512
_RUNS_REMEMBERED = 16  # these are a hundred times as large


class Copied(NamedTuple):
    """`share`: of the shorter text's runs of words, those that stand in the other."""

    share: float
    runs: int


@lru_cache(maxsize=_REMEMBERED)
def sketch(body: str) -> RMinHash | None:
    """None where there is too little to tell a copy by."""
    found = runs(body)
    if len(found) < FEWEST_WORDS - WORDS_OF_A_RUN + 1:
        return None
    made = RMinHash(num_perm=_PERMUTATIONS, seed=_SEED)
    made.update(list(found))
    return made


def copied(one: str, other: str) -> Copied | None:
    """How much of the shorter text the other has, where that makes it a copy."""
    sketches = sketch(one), sketch(other)
    if sketches[0] is None or sketches[1] is None:
        return None
    if sketches[0].jaccard(sketches[1]) < _FEWEST_ALIKE:
        return None
    return compared(runs(one), runs(other))


def compared(one: frozenset[str], other: frozenset[str]) -> Copied | None:
    shared, fewest = len(one & other), min(len(one), len(other))
    share = shared / fewest if fewest else 0.0
    needed = FEWEST_SHARED_OF_FEW if fewest < _FEW else FEWEST_SHARED
    return Copied(share, shared) if share >= needed else None


@lru_cache(maxsize=_RUNS_REMEMBERED)
def runs(body: str) -> frozenset[str]:
    """Every run of words of the text."""
    words = _words(body)
    return frozenset(
        " ".join(words[at : at + WORDS_OF_A_RUN]) for at in range(len(words) - WORDS_OF_A_RUN + 1)
    )


def _words(body: str) -> list[str]:
    scan = Scan(body)
    if scan.is_foreign:
        return [token.form for token in tokens(body) if token.kind is Kind.WORD]
    return scan.run.split()
