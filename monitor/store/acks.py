"""What people said of what they were told: a story was seen, an alert was not what was meant."""

from __future__ import annotations

import json
from collections.abc import Sequence

from monitor.model import Ack, Mark
from monitor.store.db import Tx


def add(tx: Tx, ack: Ack) -> bool:
    """False: it was said at that very moment already."""
    return bool(tx.run(
        """INSERT INTO acks (story_key, acked_at, until_at, author)
           VALUES (:story, :acked_at, :until_at, :author) ON CONFLICT DO NOTHING""",
        story=ack.story_key, acked_at=ack.acked_at, until_at=ack.until_at, author=ack.author,
    ))  # fmt: skip


def newest(tx: Tx, story_keys: Sequence[str]) -> Ack | None:
    """The last ack of any of the stories that are now one, whether it still holds or not."""
    row = tx.one(
        """SELECT * FROM acks WHERE story_key IN (SELECT value FROM json_each(:stories))
           ORDER BY acked_at DESC, story_key LIMIT 1""",
        stories=json.dumps(list(story_keys)),
    )
    if row is None:
        return None
    return Ack(row["story_key"], row["author"], row["acked_at"], row["until_at"])


def mark_not_relevant(tx: Tx, mark: Mark) -> bool:
    """False: the same person has said so before."""
    return bool(tx.run(
        """INSERT INTO marks (alert_id, author, marked_at) VALUES (:alert, :author, :at)
           ON CONFLICT DO NOTHING""",
        alert=mark.alert_id, author=mark.author, at=mark.marked_at,
    ))  # fmt: skip


def marks_of(tx: Tx, alert_id: str) -> Sequence[Mark]:
    rows = tx.all(
        "SELECT * FROM marks WHERE alert_id = :alert ORDER BY marked_at, author", alert=alert_id
    )
    return [Mark(row["alert_id"], row["author"], row["marked_at"]) for row in rows]
