"""Digests: what a channel's next one has to tell, and that it is owed, in one transaction.

A digest counts as confirmed when one recipient was sent it.  What no recipient ever got is taken
over by the next one, holds and time alike.  Decides nothing: `monitor.digests` does.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass

from monitor.store.db import Row, Tx

AHEAD_MS = 60_000  # by so much a clock may be set back; what is further ahead was never true

# Of `digests AS g`: its deliveries.
_DELIVERIES = """
  FROM conversations c JOIN deliveries d ON d.conversation_id = c.conversation_id
  WHERE c.channel = g.channel AND c.subject = 'digest:' || g.kind || ':' || g.day
"""
SENT = f"EXISTS (SELECT 1 {_DELIVERIES} AND d.state = 'sent')"


@dataclass(frozen=True, slots=True)
class NewDigest:
    """A digest to write.  `content` is JSON, None where nobody is to get it."""

    channel: str
    kind: str
    day: str
    covers_from: int
    covers_to: int
    content: str | None = None

    @property
    def digest_id(self) -> str:
        return hashlib.sha256(f"{self.channel}\n{self.kind}\n{self.day}".encode()).hexdigest()[:16]

    @property
    def subject(self) -> str:
        """Of its conversation."""
        return f"digest:{self.kind}:{self.day}"


def newest_day(tx: Tx, channel: str, now: int) -> str | None:
    """The day of the newest daily digest, sent or not; what a clock gone wrong wrote for a time to
    come does not count."""
    day: str | None = tx.value(
        f"""SELECT max(day) FROM digests
           WHERE channel = :channel AND kind = 'daily' AND covers_to <= :now + {AHEAD_MS}""",
        channel=channel, now=now,
    )  # fmt: skip
    return day


def has_begun(tx: Tx, channel: str) -> bool:
    """Whether the channel had a digest, or the row that says when its first day began."""
    return tx.one(
        "SELECT 1 FROM digests WHERE channel = :channel AND kind <> 'quiet' LIMIT 1",
        channel=channel,
    ) is not None  # fmt: skip


def confirmed_to(tx: Tx, channel: str, now: int) -> int | None:
    """Up to when the channel was told everything; None: it never had a digest.

    A row that covers no time says when the channel began.
    """
    at: int | None = tx.value(
        f"""SELECT g.covers_to FROM digests g
            WHERE g.channel = :channel AND g.kind <> 'quiet' AND g.covers_to <= :now + {AHEAD_MS}
              AND (g.covers_from = g.covers_to OR {SENT})
            ORDER BY g.covers_to DESC LIMIT 1""",
        channel=channel, now=now,
    )  # fmt: skip
    return at


def first_config_at(tx: Tx) -> int | None:
    """When Wirewatch first worked on this database."""
    at: int | None = tx.value("SELECT min(loaded_at) FROM config_versions")
    return at


def before(tx: Tx, channel: str, now: int) -> Row | None:
    """The newest digest that the channel was sent, but those of quiet hours."""
    return tx.one(
        f"""SELECT g.* FROM digests g
            WHERE g.channel = :channel AND g.kind <> 'quiet'
              AND g.covers_to <= :now + {AHEAD_MS} AND {SENT}
            ORDER BY g.covers_to DESC LIMIT 1""",
        channel=channel, now=now,
    )  # fmt: skip


def unsent(tx: Tx, channel: str, since: int) -> Sequence[Row]:
    """Digests since the last confirmed one that were owed and that no recipient got, oldest first.

    `busy_until`: one of them is on its way at this moment, under this lease.
    """
    return tx.all(
        f"""SELECT g.*, (SELECT max(d.lease_until) {_DELIVERIES} AND d.state = 'waiting')
              AS busy_until
            FROM digests g
            WHERE g.channel = :channel AND g.covers_to > :since AND NOT {SENT}
              AND EXISTS (SELECT 1 {_DELIVERIES})
            ORDER BY g.covers_to""",
        channel=channel, since=since,
    )  # fmt: skip


def count_of_day(tx: Tx, channel: str, kind: str, day: str) -> int:
    """How many digests of a kind a day has."""
    found: int = tx.value(
        """SELECT count(*) FROM digests
           WHERE channel = :channel AND kind = :kind AND (day = :day OR day GLOB :day || '.*')""",
        channel=channel, kind=kind, day=day,
    )  # fmt: skip
    return found


def quiet_is_held(tx: Tx, channel: str, ended_at: int) -> bool:
    """Whether something waited only for the channel's quiet hours, which ended then, to end."""
    return tx.one(
        """SELECT 1 FROM holds
           WHERE channel = :channel AND digest_id IS NULL AND held_at < :ended_at
             AND why = 'quiet' LIMIT 1""",
        channel=channel, ended_at=ended_at,
    ) is not None  # fmt: skip


def write(tx: Tx, new: NewDigest) -> bool:
    """False: the channel has this day's digest already."""
    return bool(tx.all(
        """INSERT INTO digests (digest_id, channel, kind, day, covers_from, covers_to, content)
           VALUES (:digest_id, :channel, :kind, :day, :covers_from, :covers_to, :content)
           ON CONFLICT DO NOTHING RETURNING digest_id""",
        digest_id=new.digest_id, channel=new.channel, kind=new.kind, day=new.day,
        covers_from=new.covers_from, covers_to=new.covers_to, content=new.content,
    ))  # fmt: skip


def take(tx: Tx, new: NewDigest, alert_ids: Sequence[str], taken_over: Sequence[str]) -> None:
    """These holds are in this digest; the ones that it takes over are not sent any more."""
    tx.run(
        """UPDATE holds SET digest_id = :digest_id
           WHERE channel = :channel AND alert_id IN (SELECT value FROM json_each(:alerts))""",
        digest_id=new.digest_id, channel=new.channel, alerts=json.dumps(list(alert_ids)),
    )  # fmt: skip
    tx.run(
        """UPDATE deliveries SET state = 'withdrawn', lease_token = NULL, lease_holder = NULL,
              lease_until = NULL
            WHERE state = 'waiting' AND delivery_id IN (
              SELECT d.delivery_id FROM json_each(:digests) AS taken
              CROSS JOIN digests g ON g.digest_id = taken.value
              CROSS JOIN conversations c ON c.channel = g.channel
                AND c.subject = 'digest:' || g.kind || ':' || g.day
              CROSS JOIN deliveries d ON d.conversation_id = c.conversation_id)""",
        digests=json.dumps(list(taken_over)),
    )


def content(tx: Tx, channel: str, subject: str) -> str:
    """What the digest of this conversation says, JSON."""
    said: str | None = tx.value(
        """SELECT content FROM digests
           WHERE channel = :channel AND 'digest:' || kind || ':' || day = :subject""",
        channel=channel,
        subject=subject,
    )
    assert said is not None, subject
    return said


def open_holds(tx: Tx) -> int:
    """How many alerts wait for a digest."""
    found: int = tx.value("SELECT count(*) FROM holds WHERE digest_id IS NULL")
    return found
