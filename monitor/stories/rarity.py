"""How rare a word is, counted over a sample of what was stored before.

The counts fade: of what was counted before, three quarters stay at each new sample.  Pure: the
store keeps what `dump` gives.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib import resources
from itertools import chain
from math import log

from monitor.text import fold

EVERY = 4096  # items, a sample is counted
TEXTS = 512  # in a sample
FIRST = 64
_KEPT = 0.75  # of what was counted before, at each new sample
_FEWEST = 1.5  # below it a word is as rare as one that was never seen


class _Known(dict[str, float]):
    def __missing__(self, form: str) -> float:
        return 1.0


@dataclass(frozen=True, eq=False)
class Rarity:
    """`texts` were counted, so many of them held each of `counts`."""

    texts: float
    counts: Mapping[str, float]

    @cached_property
    def of(self) -> Callable[[str], float]:
        """1 for a word that was never seen, 0 for one that every text has."""
        most = log(self.texts + 2)
        known = {form: (most - log(seen + 1)) / most for form, seen in self.counts.items()}
        return _Known(known).__getitem__

    def and_of(self, texts: Iterable[frozenset[str]]) -> Rarity:
        """With one more sample counted."""
        sample = list(texts)
        counts = Counter(chain.from_iterable(sample))
        faded = {form: count * _KEPT for form, count in self.counts.items()}
        for form, count in counts.items():
            faded[form] = faded.get(form, 0.0) + count
        return Rarity(
            self.texts * _KEPT + len(sample),
            {form: round(count, 2) for form, count in faded.items() if count >= _FEWEST},
        )

    def dump(self) -> str:
        return json.dumps([self.texts, dict(self.counts)], ensure_ascii=False)


def _common() -> Rarity:
    """What is known before anything was counted."""
    text = resources.files("monitor.stories").joinpath("common.txt").read_text(encoding="utf-8")
    lines = [line.split() for line in text.splitlines() if not line.startswith("#")]
    counts = {fold(word): float(count) for count, *words in reversed(lines) for word in words}
    return Rarity(256.0, counts)


def load(dumped: str) -> Rarity:
    texts, counts = json.loads(dumped)
    return Rarity(texts, counts)


def counted_up_to(item_id: int) -> int:
    """The last item of the newest sample that is due once there is `item_id`.

    At first often, then at every so many items: 0, 64, 128 ... 2048, 4096, 8192, 12288 ...
    """
    if item_id < FIRST:
        return 0
    if item_id >= EVERY:
        return item_id // EVERY * EVERY
    return 1 << (item_id.bit_length() - 1)


COMMON = _common()
