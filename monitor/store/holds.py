"""Alerts that are not told at once, each with the reason: the channel's next digest has them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from monitor.store.db import Row, Tx

# How the subjects of the notices begin that say in a channel how much its caps hold back.
NOTICES = "ops:held:"


@dataclass(frozen=True, slots=True)
class Hold:
    """An alert that one channel is not told now.

    `why`: low, demoted, late, cap, updates, silenced, quiet or acked; `detail` the word, the
    silence's id, the cap.
    """

    alert_id: str
    channel: str
    why: str
    detail: str | None
    held_at: int


def hold(tx: Tx, held: Hold) -> bool:
    """Keep it for the channel's next digest.  False: it was held there before."""
    return bool(tx.all(
        """INSERT INTO holds (alert_id, channel, why, detail, held_at)
           VALUES (:alert_id, :channel, :why, :detail, :held_at)
           ON CONFLICT DO NOTHING RETURNING alert_id""",
        alert_id=held.alert_id, channel=held.channel, why=held.why, detail=held.detail,
        held_at=held.held_at,
    ))  # fmt: skip


def release(tx: Tx, alert_id: str) -> frozenset[str]:
    """Keep an alert nowhere any more but where a digest has it; returns those channels."""
    tx.run("DELETE FROM holds WHERE alert_id = :alert AND digest_id IS NULL", alert=alert_id)
    rows = tx.all("SELECT channel FROM holds WHERE alert_id = :alert", alert=alert_id)
    return frozenset(row["channel"] for row in rows)


def silenced(tx: Tx, silence_id: str) -> list[str]:
    """The alerts that a silence kept back, the newest first."""
    rows = tx.all(
        """SELECT DISTINCT alert_id, held_at FROM holds
           WHERE why = 'silenced' AND detail = :silence ORDER BY held_at DESC, alert_id""",
        silence=silence_id,
    )
    return [row["alert_id"] for row in rows]


def of_alert(tx: Tx, alert_id: str) -> Sequence[Row]:
    """Each channel that keeps an alert: why, since when, and the digest that has it."""
    return tx.all("SELECT * FROM holds WHERE alert_id = :alert ORDER BY channel", alert=alert_id)


class Capped(NamedTuple):
    """Stories that a channel's caps keep back, and since when the oldest of them is."""

    stories: int
    since_at: int | None


def capped(tx: Tx, channel: str, after: int, until: int, but: Sequence[str] = ()) -> Capped:
    """What no digest has yet of the stories, other than some, that were held after one time, and
    until another."""
    row = tx.one(
        """SELECT count(DISTINCT a.story_key) AS stories, min(h.held_at) AS since_at
           FROM holds h CROSS JOIN alerts a ON a.alert_id = h.alert_id
           WHERE h.channel = :channel AND h.digest_id IS NULL AND h.why = 'cap'
             AND h.held_at > :after AND h.held_at <= :until
             AND a.story_key NOT IN (SELECT value FROM json_each(:but))""",
        channel=channel, after=after, until=until, but=json.dumps(list(but)),
    )  # fmt: skip
    assert row is not None
    return Capped(row["stories"], row["since_at"])


def said_at(tx: Tx, channel: str, subject: str) -> int:
    """When the channel was last told how much is held back: by a message, or by a notice whose
    subject begins so.  Looks at the newest deliveries alone."""
    at: int | None = tx.value(
        """SELECT max(CASE d.kind WHEN 'alert' THEN d.claimed_at ELSE d.created_at END)
           FROM (SELECT * FROM deliveries ORDER BY delivery_id DESC LIMIT 1000) d
           JOIN conversations c ON c.conversation_id = d.conversation_id
           WHERE d.channel = :channel AND (d.kind = 'alert' OR c.subject GLOB :subject || '*')""",
        channel=channel, subject=subject,
    )  # fmt: skip
    return at or 0
