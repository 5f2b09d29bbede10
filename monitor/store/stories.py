"""Stories: which items tell the same event, how each came in, and what was merged.

A story has a row from its first join or first match on; until then its founding item says it all.
Decides nothing: `monitor.stories` does.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from monitor.model import Tally
from monitor.store.db import Row, Tx

AGAIN = "again"


class Story(NamedTuple):
    """`active_at`: an item came in last; `matched_at`: a rule said yes to one of its items last."""

    story_key: str
    founded_at: int
    active_at: int
    matched_at: int | None = None
    merged_into: str | None = None
    follows: str | None = None


@dataclass(frozen=True, slots=True)
class Join:
    """An item's way into a story that it did not found.  `how`: copy, event, hand, or AGAIN: out of
    its own that was closed."""

    item_id: int
    joined_at: int
    story_key: str
    how: str
    why: Mapping[str, object]


def find(tx: Tx, story_key: str) -> Story | None:
    """The row of a story; None where it has none yet."""
    row = tx.one(
        """SELECT story_key, founded_at, active_at, matched_at, merged_into, follows
           FROM stories WHERE story_key = :key""",
        key=story_key,
    )
    return Story(*(row[name] for name in Story._fields)) if row is not None else None


def root(tx: Tx, story_key: str) -> str:
    """The story itself, or the one that it was merged into."""
    into = tx.value("SELECT merged_into FROM stories WHERE story_key = :key", key=story_key)
    return into or story_key


def union(tx: Tx, story_key: str) -> list[str]:
    """The key of the whole story first, then the keys of what was merged into it."""
    whole = root(tx, story_key)
    rows = tx.all(
        "SELECT story_key FROM stories WHERE merged_into = :key ORDER BY founded_at, story_key",
        key=whole,
    )
    return [whole, *(row["story_key"] for row in rows)]


def put(tx: Tx, story: Story) -> None:
    """Give a story its row; one that has it is left as it is."""
    tx.run(
        """INSERT INTO stories (story_key, founded_at, active_at, follows)
           VALUES (:key, :founded_at, :active_at, :follows) ON CONFLICT DO NOTHING""",
        key=story.story_key, founded_at=story.founded_at, active_at=story.active_at,
        follows=story.follows,
    )  # fmt: skip


def matched(tx: Tx, story_key: str, now: int) -> None:
    """A rule said yes to an item of the story: it stays open."""
    key = root(tx, story_key)
    found(tx, key, now)
    tx.run(
        """UPDATE stories SET matched_at = max(coalesce(matched_at, 0), :now)
           WHERE story_key = :key""",
        key=key, now=now,
    )  # fmt: skip


def matched_at(tx: Tx, story_key: str) -> int | None:
    """When a rule said yes last to an item of it; of a part of another, while it was none."""
    story = find(tx, story_key)
    return story.matched_at if story is not None else None


def found(tx: Tx, story_key: str, now: int) -> None:
    """Give a story that has no row one, as old as its first item."""
    if find(tx, story_key) is None:
        founded_at = tx.value(
            "SELECT min(first_seen_at) FROM items WHERE story_key = :key", key=story_key
        )
        at = now if founded_at is None else founded_at
        put(tx, Story(story_key, at, at))


def join(tx: Tx, new: Join) -> None:
    """The item is of another story from now on; its way there is kept."""
    found(tx, new.story_key, new.joined_at)
    tx.run(
        """INSERT INTO joins (item_id, joined_at, story_key, how, why, from_key)
           SELECT :item_id, :joined_at, :key, :how, :why, story_key
           FROM items WHERE item_id = :item_id
           ON CONFLICT DO UPDATE SET how = excluded.how, why = excluded.why""",
        item_id=new.item_id, joined_at=new.joined_at, key=new.story_key, how=new.how,
        why=json.dumps(new.why, ensure_ascii=False),
    )  # fmt: skip
    tx.run(
        "UPDATE items SET story_key = :key WHERE item_id = :item_id",
        key=new.story_key, item_id=new.item_id,
    )  # fmt: skip
    tx.run(
        "UPDATE stories SET active_at = max(active_at, :now) WHERE story_key = :key",
        key=new.story_key, now=new.joined_at,
    )  # fmt: skip


def merge(tx: Tx, story_key: str, into: str, now: int) -> None:
    """One story is part of another; its items keep its key, and it keeps its row, with the time of
    its own last match."""
    tx.run(
        """INSERT INTO merges (story_key, into_key, merged_at) VALUES (:key, :into, :now)
           ON CONFLICT DO UPDATE SET into_key = excluded.into_key""",
        key=story_key, into=into, now=now,
    )  # fmt: skip
    tx.run(
        "UPDATE stories SET merged_into = :into WHERE story_key = :key OR merged_into = :key",
        key=story_key, into=into,
    )  # fmt: skip
    tx.run(
        """UPDATE stories SET
             founded_at = min(founded_at, (SELECT founded_at FROM stories WHERE story_key = :key)),
             active_at = max(active_at, (SELECT active_at FROM stories WHERE story_key = :key))
           WHERE story_key = :into""",
        key=story_key, into=into,
    )  # fmt: skip


def is_alone(tx: Tx, item_id: int, story_key: str) -> bool:
    """Whether no other item is, or was merged as an item, in the item's story."""
    keys = json.dumps(union(tx, story_key))
    return tx.one(
        """SELECT 1 FROM json_each(:keys) AS key CROSS JOIN items i ON i.story_key = key.value
           WHERE i.item_id <> :item_id AND coalesce(i.merged_into_id, 0) <> :item_id LIMIT 1""",
        keys=keys, item_id=item_id,
    ) is None  # fmt: skip


# Those too that went on in another when the story was closed: they told it.
_MEMBERS = """
  FROM (SELECT o.item_id FROM json_each(:keys) AS key CROSS JOIN items o
          ON o.story_key = key.value
        UNION SELECT o.item_id FROM json_each(:keys) AS key CROSS JOIN joins o
          ON o.from_key = key.value WHERE o.how = 'again') AS own
  CROSS JOIN items i ON i.item_id = own.item_id
  -- The last way in; of two in one millisecond that to the story which it is in.
  LEFT JOIN joins j ON j.item_id = i.item_id
    AND j.story_key IN (SELECT value FROM json_each(:keys))
    AND NOT EXISTS (SELECT 1 FROM joins k
      WHERE k.item_id = i.item_id AND k.story_key IN (SELECT value FROM json_each(:keys))
        AND (k.joined_at, k.story_key = i.story_key, k.story_key)
          > (j.joined_at, j.story_key = i.story_key, j.story_key))
  WHERE i.merged_into_id IS NULL AND coalesce(j.joined_at, i.first_seen_at) <= :at"""
_FOREVER = 1 << 62


def tally(tx: Tx, story_key: str, at: int) -> Tally:
    """How many articles the story had at a time, and who reported it first-hand."""
    keys = json.dumps(union(tx, story_key))
    articles = tx.value(f"SELECT count(*) {_MEMBERS}", keys=keys, at=at)
    rows = tx.all(
        f"""SELECT i.origin, min(coalesce(j.joined_at, i.first_seen_at)) AS since, min(i.item_id)
            {_MEMBERS} AND i.origin IS NOT NULL GROUP BY i.origin ORDER BY 2, 3""",
        keys=keys, at=at,
    )  # fmt: skip
    return Tally(articles, tuple(row["origin"] for row in rows))


def members(tx: Tx, story_key: str) -> Sequence[Row]:
    """The story's items with how and why each came in, the oldest first."""
    return tx.all(
        f"""SELECT i.item_id, i.title, i.url, i.site, i.source_id, i.story_key, i.first_seen_at,
              i.origin, i.copy_of_id, i.wire, j.joined_at, j.how, j.why {_MEMBERS}
            ORDER BY coalesce(j.joined_at, i.first_seen_at), i.item_id""",
        keys=json.dumps(union(tx, story_key)), at=_FOREVER,
    )  # fmt: skip


def may_have_been_told(tx: Tx, item_id: int, story_key: str) -> bool:
    """Whether anything may be known under the key of an item's story: it has a row, an alert was
    raised on the item, or there are other items in it."""
    return tx.one(
        """SELECT 1 WHERE EXISTS (SELECT 1 FROM stories WHERE story_key = :key)
             OR EXISTS (SELECT 1 FROM alerts WHERE item_id = :item_id)
             OR EXISTS (SELECT 1 FROM items WHERE story_key = :key AND item_id <> :item_id)""",
        item_id=item_id, key=story_key,
    ) is not None  # fmt: skip


def last_join(tx: Tx, item_id: int) -> Row | None:
    """How and why the item came into the story it is in; None where it founded it."""
    return tx.one(
        """SELECT j.joined_at, j.story_key, j.how, j.why FROM joins j
           JOIN items i ON i.item_id = j.item_id AND i.story_key = j.story_key
           WHERE j.item_id = :item_id ORDER BY j.joined_at DESC LIMIT 1""",
        item_id=item_id,
    )


def exists(tx: Tx, story_key: str) -> bool:
    """Whether any item is, or was, in a story of this key."""
    return tx.one(
        """SELECT 1 WHERE EXISTS (SELECT 1 FROM stories WHERE story_key = :key)
             OR EXISTS (SELECT 1 FROM items WHERE story_key = :key)""",
        key=story_key,
    ) is not None  # fmt: skip


def with_split_from(tx: Tx, story_keys: Sequence[str]) -> list[str]:
    """These, and the stories that they were taken out of by hand: what was told there counts as
    told."""
    found = list(story_keys)
    for key in found:  # grows while it is read: what was taken out of one may be split again
        rows = tx.all(
            """SELECT DISTINCT json_extract(why, '$.split_from') AS key FROM joins
               WHERE story_key = :key AND how = 'hand' ORDER BY 1""",
            key=key,
        )
        olds = [old for row in rows for old in union(tx, row["key"])]
        found += [old for old in dict.fromkeys(olds) if old not in found]
    return found


def left(tx: Tx, item_id: int) -> list[str]:
    """The closed stories that an item went on from, under every key of theirs."""
    rows = tx.all(
        """SELECT DISTINCT from_key FROM joins
           WHERE item_id = :item_id AND how = 'again' ORDER BY joined_at""",
        item_id=item_id,
    )
    return list(dict.fromkeys(key for row in rows for key in union(tx, row["from_key"])))


def times_left(tx: Tx, item_id: int) -> int:
    """How often the item went on from a closed story."""
    found: int = tx.value(
        "SELECT count(*) FROM joins WHERE item_id = :item_id AND how = 'again'", item_id=item_id
    )
    return found


def open_follower(tx: Tx, story_keys: Sequence[str], since: int, now: int) -> str | None:
    """The story that takes up a closed one, or one that took it up, and has had something since a
    time; the newest of several."""
    found: str | None = tx.value(
        """WITH RECURSIVE later(story_key) AS (
             SELECT s.story_key FROM json_each(:keys) AS key
               CROSS JOIN stories s ON s.follows = key.value
             UNION SELECT s.story_key FROM later
               CROSS JOIN stories s ON s.follows = later.story_key
             UNION SELECT s.merged_into FROM later
               CROSS JOIN stories s ON s.story_key = later.story_key
               WHERE s.merged_into IS NOT NULL)
           SELECT s.story_key FROM later CROSS JOIN stories s ON s.story_key = later.story_key
           WHERE s.merged_into IS NULL AND s.founded_at <= :now
             AND coalesce(s.matched_at, s.active_at) >= :since
             AND s.story_key NOT IN (SELECT value FROM json_each(:keys))
           ORDER BY s.founded_at DESC, s.story_key LIMIT 1""",
        keys=json.dumps(list(story_keys)), since=since, now=now,
    )  # fmt: skip
    return found


def splits(tx: Tx, item_id: int) -> int:
    """How often the item was taken out of a story by hand."""
    found: int = tx.value(
        "SELECT count(*) FROM joins WHERE item_id = :item_id AND how = 'hand'", item_id=item_id
    )
    return found
