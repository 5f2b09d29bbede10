"""Draws the 300 pairs of Reuters' texts that stories are judged by, and prints them as CSV.

The texts are those of `stream/reuters-21578-april.jsonl.gz` under WIREWATCH_REAL_DATA that have a
title and at least 40 words.  How alike two titles or two bodies are is the share of their words
that both have (Jaccard), of words that few texts have: no more of it, and nothing of the story
code, so that the draw favours nobody.  A pair is in one stratum:

    tT-bB     at most three days apart; T of 0 to 2 and B of 0 to 3 say how alike titles and bodies
              are: t0-b0 is any two texts that share a word or two, t2-b0 the daily report, t2-b3
              the copy; near misses and one event in other words stand between them
    far-tT    more than three days apart, titles as alike as T, any bodies
    far-bB    more than three days apart, bodies as alike as B, titles less alike than that

Within a stratum the pairs are taken in the order of a hash of seed and ids, the strata with the
fewest pairs first, and no text stands in two pairs.  So the draw is the same on every machine.
Labels are given by reading: tests/data/reuters_pairs.md.

With --to-fit it draws the others that the constants of stories are fitted to, eight times as the
300 with other seeds; a pair that was drawn before, or is of the 300, is not drawn again.  Texts may
be in both: a draw from what the 300 left would have far fewer pairs of reports by one pattern.
tests/data/reuters_dev_pairs.md.
"""

from __future__ import annotations

import csv
import gzip
import json
import os
import re
import sys
from bisect import bisect
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from itertools import combinations
from pathlib import Path

REAL_DATA = Path(
    os.environ.get("WIREWATCH_REAL_DATA") or Path(__file__).parents[2] / "shared" / "data"
)
REUTERS = Path("stream", "reuters-21578-april.jsonl.gz")
SEED = "reuters pairs 1"
SEEDS_TO_FIT = [f"whole {number}" for number in range(8)]
LEAST_WORDS = 40
NEAR = timedelta(days=3)
WORD = re.compile("[a-z]{3,}")
# A word that more texts have tells nothing of one event.
MOST_TITLES, MOST_BODIES = 120, 40
# Two bodies that share one rare word are not yet alike, and there are very many of them.
LEAST_IN_TITLES, LEAST_IN_BODIES = 1, 2
TITLE_LEVELS = (0.1, 0.4)
BODY_LEVELS = (0.04, 0.1, 0.3)
WANTED = {
    "t0-b0": 24,
    "t0-b1": 24,
    "t0-b2": 28,
    "t0-b3": 12,
    "t1-b0": 20,
    "t1-b1": 26,
    "t1-b2": 32,
    "t1-b3": 24,
    "t2-b0": 32,
    "t2-b1": 12,
    "t2-b2": 22,
    "t2-b3": 20,
    "far-t2": 8,
    "far-b1": 6,
    "far-b2": 6,
    "far-b3": 4,
}
Pair = tuple[int, int]


@dataclass(frozen=True)
class Text:
    id: str
    at: datetime
    title: frozenset[str]
    body: frozenset[str]


@dataclass(frozen=True)
class Drawn:
    id_a: str
    id_b: str
    stratum: str


def texts(path: Path) -> list[Text]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        told = [json.loads(line) for line in lines]
    return [
        Text(
            id=text["id"],
            at=datetime.strptime(text["date"].split("#")[0].strip(), "%d-%b-%Y %H:%M:%S.%f"),
            title=frozenset(WORD.findall(text["title"].lower())),
            body=frozenset(WORD.findall(text["body"].lower())),
        )
        for text in told
        if text.get("title") and len(text.get("body", "").split()) >= LEAST_WORDS
    ]


def alike(sets: list[frozenset[str]], most: int, least: int) -> dict[Pair, float]:
    """Jaccard of all pairs that share `least` words, over words that at most `most` sets have."""
    holders: dict[str, list[int]] = defaultdict(list)
    for place, words in enumerate(sets):
        for word in words:
            holders[word].append(place)
    size: Counter[int] = Counter()
    shared: Counter[Pair] = Counter()
    for places in holders.values():
        if len(places) <= most:
            size.update(places)
            shared.update(combinations(places, 2))
    return {(a, b): n / (size[a] + size[b] - n) for (a, b), n in shared.items() if n >= least}


def stratum(title: float, body: float, near: bool) -> str:
    t, b = bisect(TITLE_LEVELS, title), bisect(BODY_LEVELS, body)
    if near:
        return f"t{t}-b{b}"
    return f"far-t{t}" if t >= b else f"far-b{b}"


def strata(found: list[Text]) -> dict[str, list[Pair]]:
    titles = alike([text.title for text in found], MOST_TITLES, LEAST_IN_TITLES)
    bodies = alike([text.body for text in found], MOST_BODIES, LEAST_IN_BODIES)
    held: dict[str, list[Pair]] = defaultdict(list)
    for pair in titles.keys() | bodies.keys():
        near = abs(found[pair[0]].at - found[pair[1]].at) <= NEAR
        held[stratum(titles.get(pair, 0.0), bodies.get(pair, 0.0), near)].append(pair)
    return held


class Draws:
    """Of one set of texts, as many as there are seeds."""

    def __init__(self, found: list[Text]) -> None:
        self.found = found
        self.held = strata(found)

    def pairs(self, seed: str) -> list[Drawn]:
        """No text is in two of them; fewer of a stratum where there are no more."""
        used: set[int] = set()
        drawn: list[Drawn] = []
        for name in sorted(WANTED, key=lambda name: (len(self.held[name]), name)):
            taken = 0
            for pair in sorted(self.held[name], key=lambda pair: self.chance(seed, pair)):
                if taken < WANTED[name] and used.isdisjoint(pair):
                    used.update(pair)
                    drawn.append(Drawn(self.found[pair[0]].id, self.found[pair[1]].id, name))
                    taken += 1
        return in_order(drawn)

    def chance(self, seed: str, pair: Pair) -> bytes:
        one, other = (self.found[place].id for place in pair)
        return sha256(f"{seed} {one} {other}".encode()).digest()


def in_order(drawn: Iterable[Drawn]) -> list[Drawn]:
    order = list(WANTED)
    return sorted(drawn, key=lambda pair: (order.index(pair.stratum), pair.id_a, pair.id_b))


def draw(path: Path, to_fit: bool = False) -> list[Drawn]:
    draws = Draws(texts(path))
    drawn = draws.pairs(SEED)
    if len(drawn) < sum(WANTED.values()):
        raise ValueError("a stratum has too few pairs of texts that no other pair has")
    if to_fit:
        return in_order({pair for seed in SEEDS_TO_FIT for pair in draws.pairs(seed)} - {*drawn})
    return drawn


def main() -> int:
    path = REAL_DATA / REUTERS
    if not path.is_file():
        print(f"there is no {path}: set WIREWATCH_REAL_DATA", file=sys.stderr)
        return 77
    drawn = draw(path, to_fit="--to-fit" in sys.argv)
    rows = csv.writer(sys.stdout, lineterminator="\n")
    rows.writerow(("id_a", "id_b", "stratum"))
    rows.writerows((pair.id_a, pair.id_b, pair.stratum) for pair in drawn)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
