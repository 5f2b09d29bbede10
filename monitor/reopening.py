"""What a closed story's own article says anew is told in a story that takes the closed one up.

Part of the transaction that judges the article.  Does not say what is new: `judge` does, and where
nothing is, the article stays where it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from monitor.store import items, stories
from monitor.store.db import Tx
from monitor.store.stories import AGAIN, Join, Story
from monitor.stories.assign import CLOSES_AFTER_MS


class Reopening(NamedTuple):
    """The closed story that an article is in, and the one in which it goes on."""

    closed: str
    story_key: str


class Known(NamedTuple):
    """The stories in which what was raised counts as told of an article: of a match that is new in
    it, and of one that stood there, which it may have told before it left a closed story."""

    new: Sequence[str]
    stood: Sequence[str]


def find(tx: Tx, item_id: int, now: int) -> Reopening | None:
    """None: the article's story is open.  What takes the closed one up already is gone on in."""
    keys = told_in(tx, item_id)
    if not is_closed(tx, keys[0], now):
        return None
    follower = stories.open_follower(tx, keys, now - CLOSES_AFTER_MS, now)
    return Reopening(keys[0], follower or f"again:{item_id}.{stories.times_left(tx, item_id) + 1}")


def go_on(tx: Tx, item_id: int, reopening: Reopening, now: int) -> None:
    """The article has something to tell: it is of the other story from now on."""
    closed, key = reopening
    stories.put(tx, Story(key, now, now, follows=closed))
    stories.join(tx, Join(item_id, now, key, AGAIN, {}))
    stories.matched(tx, key, now)


def is_closed(tx: Tx, story_key: str, now: int) -> bool:
    """Whether no rule said yes to an article of it for so long.  One that none ever said yes to has
    told nobody anything, and its first match opens it."""
    matched_at = stories.matched_at(tx, story_key)
    return matched_at is not None and now - matched_at > CLOSES_AFTER_MS


def is_open(tx: Tx, story_key: str, now: int) -> bool:
    """Whether one did, of late."""
    return stories.matched_at(tx, story_key) is not None and not is_closed(tx, story_key, now)


def told_in(tx: Tx, item_id: int) -> list[str]:
    """The stories whose conversations tell of an article, its own story first.  Those that it left
    closed go on no more, and neither do those of what was merged into it by then."""
    keys = items.stories(tx, item_id)
    return stories.union(tx, keys[0]) if stories.left(tx, item_id) else keys


def known(tx: Tx, item_id: int, story_keys: Sequence[str]) -> Known:
    """Of an article that is told in these stories."""
    new = stories.with_split_from(tx, story_keys)
    ever = [*items.stories(tx, item_id), *stories.left(tx, item_id)]
    if older := [key for key in dict.fromkeys(ever) if key not in new]:
        return Known(new, stories.with_split_from(tx, [*new, *older]))
    return Known(new, new)
