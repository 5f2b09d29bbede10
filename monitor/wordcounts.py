"""How rare words are in what is stored, by which stories are told apart: counted in samples, mostly
in the background."""

from __future__ import annotations

import hashlib

from monitor.store import arrivals, neighbours
from monitor.store.db import Tx
from monitor.stories import rarity, telling
from monitor.stories.rarity import Rarity

_counted: dict[str, Rarity] = {}


def as_of(tx: Tx, item_id: int) -> Rarity:
    """How rare words are when an item is to be told apart; counted at once only where that is far
    behind."""
    up_to, _ = neighbours.counted_words(tx)
    if rarity.counted_up_to(item_id) > 2 * up_to:
        count(tx)
    return known(tx)


def count(tx: Tx) -> None:
    """How rare words are, counted anew when enough has come in since.  Takes a tenth of a second,
    so that it is asked for in the background, where no alert waits."""
    up_to, digest = neighbours.counted_words(tx)
    due = rarity.counted_up_to(arrivals.next_id(tx) - 1)
    if due <= up_to:
        return
    rows = neighbours.sample(tx, max(up_to, due - rarity.TEXTS), due)
    counted = _known(tx, digest).and_of(telling.forms(row["title"], row["body"]) for row in rows)
    dumped = counted.dump()
    digest = hashlib.sha256(dumped.encode()).hexdigest()
    neighbours.keep_word_counts(tx, due, digest, dumped)
    _remember(digest, counted)


def known(tx: Tx) -> Rarity:
    """How rare words are, as counted last."""
    _, digest = neighbours.counted_words(tx)
    return _known(tx, digest)


def _known(tx: Tx, digest: str) -> Rarity:
    if not digest:
        return rarity.COMMON
    if digest not in _counted:
        _remember(digest, rarity.load(neighbours.word_counts(tx)))
    return _counted[digest]


def _remember(digest: str, counted: Rarity) -> None:
    _counted.clear()
    _counted[digest] = counted
