"""Put a stored item into its story: part of the transaction that judges it, or in the background.

Candidates are what the index of words finds for the item's most telling words; how many are read
is bounded, so that an archive may grow.  What joins what is decided in `stories`.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from monitor.store import items, neighbours, stories, words
from monitor.store.db import Row, Tx
from monitor.store.stories import Join, Story
from monitor.stories import copies, rarity, telling
from monitor.stories.assign import CLOSES_AFTER_MS, Neighbour, Subject, assign, sought
from monitor.stories.copies import Copied
from monitor.stories.origins import Credits, origin_of
from monitor.stories.rarity import Rarity
from monitor.stories.telling import Telling
from monitor.text import indexed

WORDS_SOUGHT = 10
FOUND_PER_WORD = 50  # items, the newest
MOST_NEIGHBOURS = 16
LOOKS_BACK_MS = 14 * 86_400_000
_MOST_WAITING = 200
_counted: dict[str, Rarity] = {}


@dataclass(frozen=True, slots=True)
class Grouping:
    """Where an item belongs.  `joined`: to a story that another item founded; `how` and `why`
    say what told it.  `follows`: the closed story that its own takes up again."""

    story_key: str
    joined: bool = False
    how: str | None = None
    why: Mapping[str, Any] = field(default_factory=dict)
    follows: str | None = None


def group(tx: Tx, item_id: int, now: int) -> Grouping:
    """The item's story, found or founded.  Called again it changes nothing, but that an item whose
    page has come since, and which is alone, may still join another's story."""
    row = neighbours.to_group(tx, items.root(tx, item_id))
    assert row is not None, item_id
    if row["grouped_at"] is not None and not _may_join_yet(tx, row):
        return _as_it_is(tx, row)
    return _group(tx, row, now)


def group_missing(tx: Tx, limit: int, now: int) -> int:
    """Group some of what no rule asked for, oldest first; returns how many they were."""
    item_ids = neighbours.not_grouped(tx, limit)
    for item_id in item_ids:
        if items.root(tx, item_id) == item_id:
            group(tx, item_id, now)
        else:
            neighbours.grouped(tx, item_id, None, None, now)
    return len(item_ids)


def _may_join_yet(tx: Tx, row: Row) -> bool:
    changed = row["changed_at"] > row["grouped_at"]
    by_hand = changed and stories.splits(tx, row["item_id"])
    return changed and not by_hand and stories.is_alone(tx, row["item_id"], row["story_key"])


def _as_it_is(tx: Tx, row: Row) -> Grouping:
    key = stories.root(tx, row["story_key"])
    join, story = stories.last_join(tx, row["item_id"]), stories.find(tx, key)
    follows = story.follows if story is not None else None
    if join is None:
        return Grouping(key, follows=follows)
    return Grouping(key, True, join["how"], json.loads(join["why"]), follows)


def _group(tx: Tx, row: Row, now: int) -> Grouping:
    own = stories.root(tx, row["story_key"])
    counts = _rarity(tx, row["item_id"])
    told = telling.read(row["title"], row["body"])
    near = [one for one in _neighbours(tx, row, told, counts) if one["story_key"] != own]
    original, copied = _copied(row, near)
    origin = origin_of(
        Credits(row["wire"], row["byline"], row["body"], not row["partial"], row["site"]),
        original["origin"] if original is not None else None,
        is_copy=original is not None,
    )
    copy_of_id = original["copy_of_id"] or original["item_id"] if original is not None else None
    subject = Subject.of(told, row["first_seen_at"], counts)
    found = _joined(row, subject, near, original, copied)
    neighbours.grouped(tx, row["item_id"], copy_of_id, origin, now)
    if found is None:
        return _as_it_is(tx, row)
    if found.follows is not None:
        at = row["first_seen_at"]
        stories.put(tx, Story(own, at, at, follows=found.follows))
        return found
    _join(tx, row, own, found, now)
    return found


def _join(tx: Tx, row: Row, own: str, found: Grouping, now: int) -> None:
    item_id, key = row["item_id"], found.story_key
    if stories.may_have_been_told(tx, item_id, own):
        stories.put(tx, Story(own, row["first_seen_at"], row["first_seen_at"]))
        stories.merge(tx, own, key)
    stories.join(tx, Join(item_id, now, key, found.how or "", found.why))


def _joined(
    row: Row,
    subject: Subject,
    near: Sequence[Row],
    original: Row | None,
    copied: Copied | None,
) -> Grouping | None:
    """Where it goes: a copy to its original's story, else to the most alike, open ones first."""
    at = subject.at
    if original is not None and copied is not None:
        why = {"item": original["item_id"], "share": round(copied.share, 3), "runs": copied.runs}
        key, closed = original["story_key"], _is_closed(original, at)
        return (
            Grouping(row["story_key"], follows=key) if closed else Grouping(key, True, "copy", why)
        )
    for closed in (False, True):
        those = [_neighbour(one) for one in near if _is_closed(one, at) is closed]
        found = assign(subject, those)
        if found is not None:
            if closed:
                return Grouping(row["story_key"], follows=found.story_key)
            return Grouping(found.story_key, True, "event", {"item": found.item_id, **found.why})
    return None


def _is_closed(row: Row, at: int) -> bool:
    return bool(at - row["active_at"] > CLOSES_AFTER_MS)


def _neighbour(row: Row) -> Neighbour:
    return Neighbour(
        row["item_id"], row["story_key"], row["first_seen_at"],
        telling.read(row["title"], row["body"]),
    )  # fmt: skip


def _copied(row: Row, near: Sequence[Row]) -> tuple[Row | None, Copied | None]:
    """The text that this one copies most of, and how much."""
    best: tuple[Row | None, Copied | None] = None, None
    for one in near:
        found = copies.copied(row["body"] or "", one["body"] or "")
        if found is not None and (best[1] is None or found.share > best[1].share):
            best = one, found
    return best


def _neighbours(tx: Tx, row: Row, told: Telling, counts: Rarity) -> Sequence[Row]:
    """The items that have most of its telling words, each word by its rarity."""
    since = neighbours.first_seen_since(tx, row["first_seen_at"] - LOOKS_BACK_MS)
    waiting = words.waiting(tx, _MOST_WAITING)
    shared: Counter[int] = Counter()
    for form in sought(told, counts, WORDS_SOUGHT):
        word, worth = indexed(form), counts.of(form) ** 2
        holding = set(words.holding(tx, word, since, FOUND_PER_WORD))
        holding.update(item_id for item_id, forms in waiting if f" {word} " in forms)
        for item_id in holding:
            shared[item_id] += worth  # type: ignore[assignment]
    del shared[row["item_id"]]
    nearest = sorted(shared, key=lambda item_id: (-shared[item_id], -item_id))
    found = neighbours.of(tx, nearest[:MOST_NEIGHBOURS], row["item_id"])
    return sorted(found, key=lambda one: int(one["item_id"]))


def _rarity(tx: Tx, item_id: int) -> Rarity:
    """How rare words are, counted anew when enough has come in since."""
    up_to, digest = neighbours.counted_words(tx)
    due = rarity.counted_up_to(item_id)
    if due > up_to:
        before = _known(tx, digest)
        rows = neighbours.sample(tx, max(up_to, due - rarity.TEXTS), due)
        tellings = (telling.read(row["title"], row["body"]) for row in rows)
        counted = before.and_of(one.lead | one.rest for one in tellings).dump()
        digest = hashlib.sha256(counted.encode()).hexdigest()
        neighbours.keep_word_counts(tx, due, digest, counted)
    return _known(tx, digest)


def known_rarity(tx: Tx) -> Rarity:
    """How rare words are, as counted last."""
    _, digest = neighbours.counted_words(tx)
    return _known(tx, digest)


def _known(tx: Tx, digest: str) -> Rarity:
    if not digest:
        return rarity.COMMON
    if digest not in _counted:
        _counted.clear()
        _counted[digest] = rarity.load(neighbours.word_counts(tx))
    return _counted[digest]
