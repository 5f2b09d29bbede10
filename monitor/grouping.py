"""Put a stored item into its story: part of the transaction that judges it, or in the background.

Candidates are what the index of words finds for the item's most telling words; how many are read
is bounded, so that an archive may grow.  What joins what is decided in `stories`.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import Any

from monitor import hushing, reopening, wordcounts
from monitor.settings import Config
from monitor.store import conversations, items, neighbours, stories, words
from monitor.store.db import Row, Tx
from monitor.store.stories import AGAIN, Join, Story
from monitor.stories import copies, events, telling
from monitor.stories.assign import CLOSES_AFTER_MS, Neighbour, Subject, assign, sought
from monitor.stories.copies import Copied
from monitor.stories.origins import Credits, origin_of
from monitor.stories.telling import Telling
from monitor.text import indexed

WORDS_SOUGHT = 8
FOUND_PER_WORD = 30  # items, the newest
MOST_NEIGHBOURS = 8
LOOKS_BACK_MS = 14 * 86_400_000
_MOST_WAITING = 200
_FEWEST_SHARED = 2  # of the words sought for a text: one says little, and reading costs
_MOST_COMPARED = 4  # as copies
_SHARE_OF_A_COPY = 0.4  # of the words sought, at least: a copy of half a text has most of them


@dataclass(frozen=True, slots=True)
class Grouping:
    """Where an item belongs.  `joined`: to a story that another item founded; `how` and `why`
    say what told it.  `follows`: the closed story that its own takes up again."""

    story_key: str
    joined: bool = False
    how: str | None = None
    why: Mapping[str, Any] = field(default_factory=dict)
    follows: str | None = None


def group(tx: Tx, config: Config, item_id: int, now: int) -> Grouping:
    """The item's story, found or founded.  Called again it changes nothing, but that an item whose
    page has come since, and which is alone, may still join another's story."""
    row = neighbours.to_group(tx, items.root(tx, item_id))
    assert row is not None, item_id
    if row["grouped_at"] is not None and not _may_join_yet(tx, row):
        return _as_it_is(tx, row)
    return _group(tx, config, row, now, as_of=now)


def group_missing(tx: Tx, config: Config, limit: int, now: int) -> int:
    """Group some of what no rule asked for, oldest first; returns how many they were."""
    item_ids = neighbours.not_grouped(tx, limit)
    for item_id in item_ids:
        row = neighbours.to_group(tx, item_id)
        if row is not None:
            # However late it is its turn: nobody is told of it by this.
            _group(tx, config, row, now, as_of=row["first_seen_at"])
        else:
            neighbours.grouped(tx, item_id, None, None, now)
    return len(item_ids)


def merge(tx: Tx, config: Config, story_key: str, other: str, now: int) -> str:
    """By hand: `other` is part of the story from now on; where only the other is open, it is the
    story of which this one is a part.  Returns the key of the whole.

    The items of either keep their keys; what was told of one counts as told of both.
    """
    whole, part = stories.root(tx, story_key), stories.root(tx, other)
    if reopening.is_closed(tx, whole, now) and reopening.is_open(tx, part, now):
        whole, part = part, whole
    if whole != part:
        for key in (whole, part):
            stories.found(tx, key, now)
        unite(tx, config, part, whole, now)
    return whole


def unite(tx: Tx, config: Config, part: str, whole: str, now: int) -> None:
    """One story is part of another.  What waits to be told of both opens one conversation, and what
    people said of either keeps back what waits about the other."""
    matched_at, closed = stories.matched_at(tx, part), reopening.is_closed(tx, whole, now)
    stories.merge(tx, part, whole, now)
    if matched_at is not None and not closed:
        stories.matched(tx, whole, matched_at)
    keys = stories.union(tx, whole)
    conversations.unite(tx, keys)
    hushing.hush_united(tx, config, keys, now)


def split(tx: Tx, item_id: int, now: int) -> str | None:
    """By hand: the item is a story of its own from now on, and joins no other by itself.

    Returns the key of that story, never used before; None where the item was alone.
    """
    item_id = items.root(tx, item_id)
    row = neighbours.to_group(tx, item_id)
    assert row is not None, item_id
    if stories.is_alone(tx, item_id, row["story_key"]):
        return None
    old = stories.root(tx, row["story_key"])
    stories.found(tx, old, now)
    new = f"split:{item_id}.{stories.splits(tx, item_id) + 1}"
    stories.put(tx, Story(new, now, now))
    stories.join(tx, Join(item_id, now, new, "hand", {"split_from": old}))
    if row["grouped_at"] is None:
        neighbours.grouped(tx, item_id, None, _origin(row, None), now)
    return new


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


@dataclass(frozen=True, slots=True)
class _Near:
    """A stored item with words in common, and the share of those that were sought."""

    row: Row
    share: float

    def neighbour(self) -> Neighbour:
        row = self.row
        return Neighbour(
            row["item_id"], row["story_key"], row["first_seen_at"], self.telling(), row["site"]
        )

    def telling(self) -> Telling:
        return telling.read(self.row["title"], self.row["body"])

    def is_closed(self, at: int) -> bool:
        return bool(at - self.row["active_at"] > CLOSES_AFTER_MS)


@dataclass(frozen=True, slots=True)
class _Copy:
    """The text that an item copies."""

    near: _Near
    copied: Copied

    @property
    def of_id(self) -> int:
        """The first of all copies, where this one is known to be a copy itself."""
        return int(self.near.row["copy_of_id"] or self.near.row["item_id"])

    def why(self) -> dict[str, Any]:
        share = round(self.copied.share, 3)
        return {"item": self.near.row["item_id"], "share": share, "runs": self.copied.runs}


def _group(tx: Tx, config: Config, row: Row, now: int, as_of: int) -> Grouping:
    """`as_of`: what was closed by then is taken up again, not joined."""
    own, at = stories.root(tx, row["story_key"]), row["first_seen_at"]
    told = telling.read(row["title"], row["body"])
    subject = Subject(told, at, wordcounts.as_of(tx, row["item_id"]), row["site"])
    near = [one for one in _find_near(tx, row, subject) if one.row["story_key"] != own]
    copy = _find_copy(row, told, near)
    found = _choose(subject, near, copy, as_of)
    neighbours.grouped(tx, row["item_id"], copy.of_id if copy else None, _origin(row, copy), now)
    if found is None:
        return _as_it_is(tx, row)
    if found.follows is not None:
        stories.put(tx, Story(own, at, at, follows=found.follows))
        return replace(found, story_key=own)
    if reopening.is_closed(tx, own, now):
        # Its story stays closed, and what was told there stays told there.
        brings_its_story, found = False, replace(found, how=AGAIN)
    else:
        brings_its_story = stories.may_have_been_told(tx, row["item_id"], own)
    stories.join(tx, Join(row["item_id"], now, found.story_key, found.how or "", found.why))
    if brings_its_story:
        stories.put(tx, Story(own, at, at))
        unite(tx, config, own, found.story_key, now)
    return found


def _choose(
    subject: Subject, near: Sequence[_Near], copy: _Copy | None, as_of: int
) -> Grouping | None:
    """Where it goes: a copy to its original's story, else to the most alike; what is still open
    comes first."""
    if copy is not None:
        key = copy.near.row["story_key"]
        if copy.near.is_closed(as_of):
            return Grouping("", follows=key)
        return Grouping(key, True, "copy", copy.why())
    for closed in (False, True):
        those = [one.neighbour() for one in near if one.is_closed(as_of) is closed]
        found = assign(subject, those)
        if found is not None:
            if closed:
                return Grouping("", follows=found.story_key)
            return Grouping(found.story_key, True, "event", {"item": found.item_id, **found.why})
    return None


def _origin(row: Row, copy: _Copy | None) -> str | None:
    stated = Credits(row["wire"], row["byline"], row["body"], not row["partial"], row["site"])
    copied = copy.near.row["origin"] if copy is not None else None
    return origin_of(stated, copied, is_copy=copy is not None)


def _find_copy(row: Row, told: Telling, near: Sequence[_Near]) -> _Copy | None:
    """The text that this one copies most of, the first of several."""
    likely = sorted(near, key=lambda one: (-one.share, one.row["item_id"]))[:_MOST_COMPARED]
    best: _Copy | None = None
    for one in likely:
        if one.share >= _SHARE_OF_A_COPY:
            found = copies.copied(row["body"] or "", one.row["body"] or "")
            if found is None or events.of_one_pattern(told, one.telling()):
                continue
            if best is None or found.share > best.copied.share:
                best = _Copy(one, found)
    return best


def _find_near(tx: Tx, row: Row, subject: Subject) -> list[_Near]:
    """The items that have most of its telling words, each word by its rarity."""
    since = neighbours.first_seen_since(tx, subject.at - LOOKS_BACK_MS)
    forms = sought(subject.telling, subject.rarity, WORDS_SOUGHT)
    sought_words = [indexed(form) for form in forms]
    worths = [subject.rarity.of(form) ** 2 for form in forms]
    stored = words.holding(tx, sought_words, since, FOUND_PER_WORD)
    waiting = words.waiting(tx, sought_words, _MOST_WAITING)
    held = [one | other for one, other in zip(stored, waiting, strict=True)]
    times = Counter(chain.from_iterable(held))
    del times[row["item_id"]]
    fewest = _FEWEST_SHARED if subject.telling.has_text else 1
    shared = {
        item_id: sum(worth for worth, ids in zip(worths, held, strict=True) if item_id in ids)
        for item_id, number in times.items()
        if number >= fewest
    }
    nearest = sorted(shared, key=lambda item_id: (-shared[item_id], -item_id))[:MOST_NEIGHBOURS]
    sought_for = sum(worths)
    found = neighbours.of(tx, nearest, row["item_id"])
    return [_Near(one, shared[one["item_id"]] / sought_for) for one in found]
