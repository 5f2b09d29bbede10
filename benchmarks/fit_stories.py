"""Fits what tells two long texts of one event: prints `WEIGHTS` of monitor/stories/assign.py.

The texts of `stream/reuters-21578-april` under WIREWATCH_REAL_DATA go through a real store in the
order of time, as in stories.py, so that words are as rare as they were when the later text of a
pair came.  Logistic regression on what `agreement.compare` finds in the pairs of
`tests/data/reuters_dev_pairs.csv`: by Newton's method, with a weak pull to nought (Hoerl and
Kennard 1970) of all but the constant, each figure in its own spread.  The log loss printed is of
pairs that a fit to the others has not seen.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Sequence
from math import exp, log, sqrt
from statistics import fmean, pstdev

import kit
import stories
from monitor import wordcounts
from monitor.stories import agreement, assign, telling
from monitor.stories.agreement import Agreement

PAIRS = kit.HERE.parent / "tests" / "data" / "reuters_dev_pairs.csv"
PULL = 1.0
PARTS = 6
STEPS = 30
Figures = Sequence[float]


class Fit:
    """The log odds of one event are `constant` and the sum of the weighed figures."""

    def __init__(self, rows: Sequence[Figures], same: Sequence[bool]) -> None:
        columns = list(zip(*rows, strict=True))
        means, spreads = [fmean(one) for one in columns], [pstdev(one) or 1.0 for one in columns]
        scaled = [
            [1.0, *((v - m) / s for v, m, s in zip(row, means, spreads, strict=True))]
            for row in rows
        ]
        constant, *weights = _newton(scaled, same)
        self.weights = [weight / s for weight, s in zip(weights, spreads, strict=True)]
        self.constant = constant - sum(w * m for w, m in zip(self.weights, means, strict=True))

    def chance(self, row: Figures) -> float:
        odds = self.constant + sum(w * v for w, v in zip(self.weights, row, strict=True))
        return 1.0 / (1.0 + exp(-odds))


def _newton(rows: Sequence[Figures], same: Sequence[bool]) -> list[float]:
    width = len(rows[0])
    weights = [0.0] * width
    for _ in range(STEPS):
        slope = [-PULL * weight if at else 0.0 for at, weight in enumerate(weights)]
        bend = [[PULL * (at == to) * bool(at) for to in range(width)] for at in range(width)]
        for row, is_same in zip(rows, same, strict=True):
            chance = 1.0 / (1.0 + exp(-sum(w * v for w, v in zip(weights, row, strict=True))))
            for at, value in enumerate(row):
                slope[at] += (is_same - chance) * value
                for to, other in enumerate(row):
                    bend[at][to] += chance * (1.0 - chance) * value * other
        steps = _solved(bend, slope)
        weights = [weight + step for weight, step in zip(weights, steps, strict=True)]
    return weights


def _solved(matrix: list[list[float]], result: list[float]) -> list[float]:
    """By elimination: the matrix is positive, so that no row need be looked for."""
    rows = [[*row, value] for row, value in zip(matrix, result, strict=True)]
    for at, row in enumerate(rows):
        pivot = [value / row[at] for value in row]
        rows = [
            pivot if to == at else [v - other[at] * p for v, p in zip(other, pivot, strict=True)]
            for to, other in enumerate(rows)
        ]
    return [row[-1] for row in rows]


def agreements() -> list[tuple[Agreement, bool]]:
    """Of each pair of two long texts, and whether it is the same event."""
    articles = stories.reuters()
    place = {article.name: at for at, article in enumerate(articles)}
    earlier: dict[int, list[tuple[int, bool]]] = defaultdict(list)
    for one, other, same in stories.labelled(PAIRS):
        first, last = sorted((place[one], place[other]))
        earlier[last].append((first, same))
    found = []
    with stories.archive() as kept:
        for at, article in enumerate(articles):
            (item_id,) = kept.store([article])
            kept.group(item_id, article.at)
            for first, same in earlier[at]:
                other = articles[first]
                with kept.transaction() as tx:
                    rarity = wordcounts.known(tx)
                tellings = [telling.read(text.title, text.body) for text in (article, other)]
                if all(told.is_long for told in tellings):
                    hours = (article.at - other.at) / assign.HOUR_MS
                    found.append((agreement.compare(*tellings, rarity, hours), same))
    return found


def held_out_loss(rows: Sequence[Figures], same: Sequence[bool]) -> tuple[float, float]:
    """Its mean over the pairs, and the error of that."""
    part = [at % PARTS for at in range(len(rows))]
    random.Random(1).shuffle(part)
    losses = []
    for out in range(PARTS):
        fit = Fit(
            [row for row, p in zip(rows, part, strict=True) if p != out],
            [one for one, p in zip(same, part, strict=True) if p != out],
        )
        for row, one, p in zip(rows, same, part, strict=True):
            if p == out:
                losses.append(-log(fit.chance(row) if one else 1.0 - fit.chance(row)))
    return fmean(losses), pstdev(losses) / sqrt(len(losses))


def main() -> int:
    rows, same = zip(*agreements(), strict=True)
    fit = Fit(rows, same)
    loss, error = held_out_loss(rows, same)
    print(f"{len(rows)} pairs, {sum(same)} the same; held-out log loss {loss:.4f} +- {error:.4f}")
    for name, weight in zip(Agreement._fields, fit.weights, strict=True):
        print(f"{name}={weight:.1f},")
    print(f"the odds are even at {-fit.constant:.1f}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
