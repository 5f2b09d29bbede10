"""What the archive knows of a window of the past, in the order in which it happened.  Read only."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

from monitor.model import BodyState, Change, HoldReason
from monitor.store import neighbours
from monitor.store.db import Row, Tx
from monitor.store.judgings import Judging


class Sending(NamedTuple):
    """When a delivery was first taken up, and when it was accepted (None: not yet)."""

    claimed_at: int
    sent_at: int | None


def arrived(past: Tx, since: int, until: int) -> list[int]:
    """Ids of the items that were first seen in the window, in their order."""
    rows = past.all(
        """SELECT item_id FROM items
           WHERE item_id >= :first AND first_seen_at >= :since AND first_seen_at < :until
           ORDER BY item_id""",
        first=neighbours.first_seen_since(past, since), since=since, until=until,
    )  # fmt: skip
    return [row["item_id"] for row in rows]


def judgings(past: Tx, since: int, until: int) -> dict[int, list[tuple[int, Judging]]]:
    """By item what was judged in the window, each with its number in the order of all."""
    found: dict[int, list[tuple[int, Judging]]] = {}
    for row in past.all(
        """SELECT * FROM judgings WHERE judged_at >= :since AND judged_at < :until
           ORDER BY judging_id""",
        since=since, until=until,
    ):  # fmt: skip
        judging = Judging(
            row["item_id"], row["judged_at"], Change(row["change"]) if row["change"] else None,
            BodyState(row["body_state"]), row["origin"],
        )  # fmt: skip
        found.setdefault(row["item_id"], []).append((row["judging_id"], judging))
    return found


def told_before(past: Tx, since: int) -> set[int]:
    """Items that had raised an alert before a time."""
    rows = past.all("SELECT DISTINCT item_id FROM alerts WHERE raised_at < :at", at=since)
    return {row["item_id"] for row in rows}


def kin(past: Tx, item_ids: Collection[int]) -> set[int]:
    """What these items were merged into, and what was merged into them."""
    rows = past.all(
        """SELECT i.merged_into_id AS item_id FROM json_each(:ids) AS wanted
           CROSS JOIN items i ON i.item_id = wanted.value WHERE i.merged_into_id IS NOT NULL
           UNION SELECT i.item_id FROM json_each(:ids) AS wanted
           CROSS JOIN items i ON i.merged_into_id = wanted.value""",
        ids=json.dumps(list(item_ids)),
    )
    return {row["item_id"] for row in rows}


def story_keys(past: Tx, item_ids: Collection[int]) -> list[str]:
    """The keys of all stories that these items were ever in, that became one with those, that take
    them up again, or out of which they were taken by hand."""
    rows = past.all(
        """WITH RECURSIVE keys(key) AS (
             SELECT i.story_key FROM json_each(:ids) AS wanted
               CROSS JOIN items i ON i.item_id = wanted.value
             UNION SELECT j.story_key FROM json_each(:ids) AS wanted
               CROSS JOIN joins j ON j.item_id = wanted.value
             UNION SELECT j.from_key FROM json_each(:ids) AS wanted
               CROSS JOIN joins j ON j.item_id = wanted.value WHERE j.from_key IS NOT NULL
             UNION SELECT s.merged_into FROM keys CROSS JOIN stories s ON s.story_key = keys.key
               WHERE s.merged_into IS NOT NULL
             UNION SELECT s.story_key FROM keys CROSS JOIN stories s ON s.merged_into = keys.key
             UNION SELECT s.story_key FROM keys CROSS JOIN stories s ON s.follows = keys.key
             UNION SELECT j.from_key FROM keys CROSS JOIN joins j ON j.story_key = keys.key
               WHERE j.how = 'hand' AND j.from_key IS NOT NULL
           )
           SELECT key FROM keys""",
        ids=json.dumps(list(item_ids)),
    )
    return [row["key"] for row in rows]


def mates(past: Tx, keys: Sequence[str]) -> set[int]:
    """The items of these stories, and those by which they were told."""
    rows = past.all(
        """SELECT i.item_id FROM json_each(:keys) AS wanted
           CROSS JOIN items i ON i.story_key = wanted.value
           UNION SELECT item_id FROM alerts
           WHERE story_key IN (SELECT value FROM json_each(:keys))""",
        keys=json.dumps(list(keys)),
    )
    return {row["item_id"] for row in rows}


def item_merges(past: Tx, item_ids: Collection[int]) -> Sequence[Row]:
    """Which of these items became part of which, oldest first; before all of the others what was
    merged when nobody kept the time."""
    return past.all(
        """SELECT i.item_id, i.merged_into_id, coalesce(i.merged_at, 0) AS merged_at
           FROM json_each(:ids) AS wanted CROSS JOIN items i ON i.item_id = wanted.value
           WHERE i.merged_into_id IS NOT NULL ORDER BY merged_at, i.item_id""",
        ids=json.dumps(list(item_ids)),
    )


def origins(past: Tx, item_ids: Collection[int], before: int) -> dict[int, str | None]:
    """Who reported these items, as far as that was known before a time: as it was judged last, or
    as it is, where nothing was judged and the item had been put into its story."""
    rows = past.all(
        """WITH wanted AS MATERIALIZED (SELECT value AS item_id FROM json_each(:ids))
           SELECT i.item_id, i.origin, 0 AS number FROM wanted
             CROSS JOIN items i ON i.item_id = wanted.item_id AND i.grouped_at < :before
           UNION ALL
           SELECT iif(j.judged_at >= i.merged_at, i.merged_into_id, i.item_id) AS whole, j.origin,
             j.judging_id FROM judgings j CROSS JOIN items i ON i.item_id = j.item_id
             WHERE j.judged_at < :before AND j.origin IS NOT NULL AND whole IN wanted
           ORDER BY number""",
        ids=json.dumps(list(item_ids)), before=before,
    )  # fmt: skip
    return {row["item_id"]: row["origin"] or None for row in rows}


def moved_since(past: Tx, item_ids: Collection[int], since: int) -> set[int]:
    """Those that came into another story from a time on."""
    rows = past.all(
        """SELECT DISTINCT j.item_id FROM json_each(:ids) AS wanted
           CROSS JOIN joins j ON j.item_id = wanted.value AND j.joined_at >= :since""",
        ids=json.dumps(list(item_ids)), since=since,
    )  # fmt: skip
    return {row["item_id"] for row in rows}


def joins(past: Tx, item_ids: Collection[int]) -> Sequence[Row]:
    """How items came into their stories, oldest first."""
    rows = past.all(
        """SELECT j.* FROM json_each(:ids) AS wanted
           CROSS JOIN joins j ON j.item_id = wanted.value ORDER BY j.joined_at, j.item_id""",
        ids=json.dumps(list(item_ids)),
    )
    moments = groupby(rows, key=lambda row: (row["joined_at"], row["item_id"]))
    return [row for _, of_one in moments for row in _one_after_another(list(of_one))]


def _one_after_another(rows: list[Row]) -> Iterator[Row]:
    """An item's ways into stories in one millisecond: each but the first leaves the story that the
    one before it led to."""
    reached = {row["story_key"] for row in rows}
    left = next((row["from_key"] for row in rows if row["from_key"] not in reached), None)
    while rows:
        row = next((row for row in rows if row["from_key"] == left), rows[0])
        rows.remove(row)
        left = row["story_key"]
        yield row


def merges(past: Tx, keys: Collection[str]) -> Sequence[Row]:
    """Which of these stories became part of which, oldest first."""
    return past.all(
        """SELECT m.* FROM json_each(:keys) AS wanted
           CROSS JOIN merges m ON m.story_key = wanted.value ORDER BY m.merged_at, m.story_key""",
        keys=json.dumps(list(keys)),
    )


def founding_key(past: Tx, row: Row) -> str:
    """The key of an item's story before it joined another."""
    joined = joins(past, [row["item_id"]])
    if not joined:
        return str(row["story_key"])
    key: str | None = joined[0]["from_key"] or past.value(
        """SELECT kind || ':' || key FROM item_keys
           WHERE item_id = :id AND kind IN ('network', 'url') ORDER BY kind LIMIT 1""",
        id=row["item_id"],
    )
    return key or str(row["story_key"])


def said(past: Tx, since: int, until: int) -> Sequence[Row]:
    """The acks of the window."""
    return past.all(
        "SELECT * FROM acks WHERE acked_at >= :since AND acked_at < :until ORDER BY acked_at",
        since=since, until=until,
    )  # fmt: skip


def merged_at(past: Tx, since: int, until: int) -> Sequence[int]:
    """When stories became one in the window."""
    rows = past.all(
        "SELECT DISTINCT merged_at FROM merges WHERE merged_at >= :since AND merged_at < :until",
        since=since, until=until,
    )  # fmt: skip
    return [row["merged_at"] for row in rows]


def taken_back(past: Tx, why: HoldReason, at: int, before: int) -> Sequence[Row]:
    """What a silence, an ack or a merge held at once of the alerts raised before a time."""
    return past.all(
        """SELECT h.* FROM holds h CROSS JOIN alerts a ON a.alert_id = h.alert_id
           WHERE h.why = :why AND h.held_at = :at AND a.raised_at < :before""",
        why=why, at=at, before=before,
    )  # fmt: skip


def digests(past: Tx, since: int, until: int) -> Sequence[Row]:
    """The digests of the window."""
    return past.all(
        """SELECT * FROM digests WHERE covers_to >= :since AND covers_to < :until
           ORDER BY covers_to, digest_id""",
        since=since, until=until,
    )  # fmt: skip


def sendings(past: Tx, since: int) -> dict[tuple[str, str, int], Sending]:
    """By conversation, recipient and revision when a message was sent, if not before `since`."""
    rows = past.all(
        """SELECT conversation_id, recipient, revision, claimed_at, sent_at FROM deliveries
           WHERE kind = 'alert' AND claimed_at IS NOT NULL
             AND (claimed_at >= :since OR sent_at >= :since OR sent_at IS NULL)""",
        since=since,
    )
    return {
        (row["conversation_id"], row["recipient"], row["revision"]): Sending(
            row["claimed_at"], row["sent_at"]
        )
        for row in rows
    }
