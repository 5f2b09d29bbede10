"""Deliveries owed: written with the match, leased to a sender, settled by its answer.

Knows no channel and no retry policy: times to try again are arguments.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Collection
from dataclasses import dataclass

from monitor.model import DeliveryKind, LeasedDelivery
from monitor.store.db import Row, Tx
from monitor.store.nights import PASSES

# Longer than any sending may take: SMTP with a slow greylister is the slowest.
LEASE_MS = 5 * 60 * 1000


@dataclass(frozen=True, slots=True)
class Owed:
    """What one channel owes its recipients about one subject.

    `subject` is a story key, or names trouble of our own.  `notice` is JSON, for ops and tests.
    It is due at `due_at` (None: when it is tried), and not before `spacing_ms` have passed since
    the conversation's message before was sent.
    """

    channel: str
    recipients: tuple[str, ...]
    subject: str
    kind: DeliveryKind
    now: int
    try_at: int
    give_up_at: int
    alert_ids: tuple[str, ...] = ()
    notice: str | None = None
    due_at: int | None = None
    spacing_ms: int = 0


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try's answer.  `result`: accepted, later, message_refused or channel_refused."""

    delivery: LeasedDelivery
    result: str
    now: int
    detail: str | None = None
    answer: str | None = None
    message_id: str | None = None


def conversation_id(channel: str, subject: str) -> str:
    return hashlib.sha256(f"{channel}\n{subject}".encode()).hexdigest()[:16]


def enqueue(tx: Tx, owed: Owed) -> None:
    """Owe one message per recipient.  What nobody tried to send yet takes the new alerts along."""
    conversation = conversation_id(owed.channel, owed.subject)
    tx.run(
        """INSERT INTO conversations (conversation_id, channel, subject, opened_at, stamped_at)
           VALUES (:id, :channel, :subject, :now, :now) ON CONFLICT DO NOTHING""",
        id=conversation, channel=owed.channel, subject=owed.subject, now=owed.now,
    )  # fmt: skip
    for recipient in owed.recipients:
        delivery_id = _untried(tx, conversation, recipient) if owed.alert_ids else None
        if delivery_id is None:
            delivery_id = _insert(tx, owed, conversation, recipient)
        else:
            _hasten(tx, delivery_id, owed)
        tx.many(
            """INSERT INTO delivery_alerts (delivery_id, alert_id) VALUES (:delivery, :alert)
               ON CONFLICT DO NOTHING""",
            [{"delivery": delivery_id, "alert": alert} for alert in owed.alert_ids],
        )


def channels_of(tx: Tx, alert_id: str) -> frozenset[str]:
    """The channels that were told of an alert, or are owed it."""
    rows = tx.all(
        """SELECT DISTINCT d.channel FROM delivery_alerts da
           JOIN deliveries d ON d.delivery_id = da.delivery_id WHERE da.alert_id = :alert""",
        alert=alert_id,
    )
    return frozenset(row["channel"] for row in rows)


@dataclass(frozen=True, slots=True)
class Claim:
    """Who asks for how many deliveries.  `quiet`: only for those that pass in quiet hours."""

    holder: str
    now: int
    limit: int
    quiet: bool = False


def channels_due(tx: Tx, now: int, quiet: Collection[str] = ()) -> list[str]:
    """Channels that have something to send now, also paused ones whose hourly try is due; of the
    `quiet` ones those with something that passes in quiet hours."""
    rows = tx.all(
        f"""SELECT DISTINCT d.channel FROM deliveries d
           LEFT JOIN paused_channels p ON p.channel = d.channel
           WHERE d.state = 'waiting' AND d.try_at <= :now
             AND (d.lease_until IS NULL OR d.lease_until <= :now)
             AND (p.try_at IS NULL OR p.try_at <= :now)
             AND (d.channel NOT IN (SELECT value FROM json_each(:quiet)) OR {PASSES})""",
        now=now, quiet=json.dumps(list(quiet)),
    )  # fmt: skip
    return [row["channel"] for row in rows]


def claim(tx: Tx, channel: str, asked: Claim) -> list[LeasedDelivery]:
    """Lease what `channel` owes now, oldest first and each conversation in order, edits last.

    A try counts from here: what was once on its way is never sent again with other words.
    A paused channel whose try is due gets one delivery, that which was tried least, so that one
    that is always refused bars no other; its next try moves on by an hour.
    """
    probe = tx.run(
        """UPDATE paused_channels SET try_at = :now + 3600000
           WHERE channel = :channel AND try_at <= :now""",
        channel=channel, now=asked.now,
    )  # fmt: skip
    if not probe and paused(tx, channel) is not None:
        return []
    rows = tx.all(
        f"""UPDATE deliveries SET lease_token = :token || '-' || delivery_id,
             lease_holder = :holder, lease_until = :until, tries = tries + 1,
             claimed_at = coalesce(claimed_at, :now)
           WHERE delivery_id IN (
             SELECT d.delivery_id FROM deliveries d
             WHERE d.channel = :channel AND d.state = 'waiting' AND d.try_at <= :now
               AND (d.lease_until IS NULL OR d.lease_until <= :now)
               AND (NOT :quiet OR {PASSES})
               AND NOT EXISTS (
                 SELECT 1 FROM deliveries e
                 WHERE e.conversation_id = d.conversation_id AND e.recipient = d.recipient
                   AND e.revision < d.revision AND e.state = 'waiting' AND e.kind <> 'edit')
             ORDER BY d.kind = 'edit', d.tries * :probe, d.try_at, d.delivery_id LIMIT :limit)
           RETURNING *""",
        token=secrets.token_hex(8), holder=asked.holder, until=asked.now + LEASE_MS,
        channel=channel, now=asked.now, quiet=asked.quiet, probe=probe,
        limit=1 if probe else asked.limit,
    )  # fmt: skip
    rows = sorted(rows, key=lambda row: (row["kind"] == DeliveryKind.EDIT, row["delivery_id"]))
    return [leased(row) for row in rows]


def sent(tx: Tx, attempt: Attempt) -> None:
    """An edit that was owed anew while this one was on its way is still owed."""
    _note(tx, attempt)
    tx.run(
        """UPDATE deliveries SET sent_at = :now, message_id = :message_id,
             state = CASE WHEN kind = 'edit' AND created_at > :created_at THEN state
                          ELSE 'sent' END,
             lease_token = NULL, lease_holder = NULL, lease_until = NULL
           WHERE delivery_id = :id AND state = 'waiting'""",
        id=attempt.delivery.id, now=attempt.now, message_id=attempt.message_id,
        created_at=attempt.delivery.created_at,
    )  # fmt: skip
    _space_next(tx, attempt)


def failed(tx: Tx, attempt: Attempt, try_at: int | None) -> None:
    """Try again at `try_at`; None: dead, shown, sent again by hand."""
    _note(tx, attempt)
    tx.run(
        """UPDATE deliveries SET state = CASE WHEN :try_at IS NULL THEN 'dead' ELSE 'waiting' END,
             try_at = coalesce(:try_at, try_at),
             lease_token = NULL, lease_holder = NULL, lease_until = NULL
           WHERE delivery_id = :id AND lease_token = :lease""",
        id=attempt.delivery.id, lease=attempt.delivery.lease, try_at=try_at,
    )  # fmt: skip
    if try_at is None and _may_have_come(tx, attempt.delivery):
        _space_next(tx, attempt)


def _space_next(tx: Tx, attempt: Attempt) -> None:
    """The message behind it keeps its distance from now on."""
    tx.run(
        """UPDATE deliveries SET try_at = max(try_at, :now + spacing_ms)
           WHERE conversation_id = :conversation AND recipient = :recipient
             AND revision = :revision + 1 AND state = 'waiting'""",
        now=attempt.now, conversation=attempt.delivery.conversation_id,
        recipient=attempt.delivery.recipient, revision=attempt.delivery.revision,
    )  # fmt: skip


def _may_have_come(tx: Tx, delivery: LeasedDelivery) -> bool:
    """Whether one of its tries has no answer: who made it was killed, perhaps after it came."""
    answers: int = tx.value("SELECT count(*) FROM attempts WHERE delivery_id = :id", id=delivery.id)
    return answers < delivery.tries


def pause(tx: Tx, attempt: Attempt, try_at: int) -> bool:
    """The channel refused: it is paused, all it owes keeps.  True: it was not paused before."""
    _note(tx, attempt)
    tx.run(
        """UPDATE deliveries SET lease_token = NULL, lease_holder = NULL, lease_until = NULL
           WHERE channel = :channel AND state = 'waiting'""",
        channel=attempt.delivery.channel,
    )
    return bool(tx.all(
        """INSERT INTO paused_channels (channel, paused_at, try_at, detail)
           VALUES (:channel, :now, :try_at, :detail)
           ON CONFLICT DO NOTHING RETURNING channel""",
        channel=attempt.delivery.channel, now=attempt.now, try_at=try_at,
        detail=attempt.detail or "",
    ))  # fmt: skip


def resume(tx: Tx, channel: str, now: int) -> bool:
    """The channel works again.  The clocks of what it owes stood still meanwhile.

    False: it was not paused.
    """
    row = tx.one(
        "DELETE FROM paused_channels WHERE channel = :channel RETURNING paused_at", channel=channel
    )
    if row is None:
        return False
    tx.run(
        """UPDATE deliveries SET give_up_at = give_up_at + :now - :paused_at
           WHERE channel = :channel AND state = 'waiting'""",
        channel=channel, now=now, paused_at=row["paused_at"],
    )  # fmt: skip
    return True


def try_paused(tx: Tx, now: int) -> None:
    """After a reload every paused channel is tried at once."""
    tx.run("UPDATE paused_channels SET try_at = :now", now=now)


def paused(tx: Tx, channel: str) -> Row | None:
    return tx.one("SELECT * FROM paused_channels WHERE channel = :channel", channel=channel)


def _untried(tx: Tx, conversation: str, recipient: str) -> int | None:
    found: int | None = tx.value(
        """SELECT delivery_id FROM deliveries
           WHERE conversation_id = :conversation AND recipient = :recipient
             AND state = 'waiting' AND tries = 0 AND lease_token IS NULL AND kind <> 'edit'
           ORDER BY revision LIMIT 1""",
        conversation=conversation, recipient=recipient,
    )  # fmt: skip
    return found


def _hasten(tx: Tx, delivery_id: int, owed: Owed) -> None:
    """Something more urgent came along."""
    tx.run(
        """UPDATE deliveries SET due_at = min(due_at, :due_at), try_at = min(try_at, :try_at),
             spacing_ms = min(spacing_ms, :spacing_ms)
           WHERE delivery_id = :id AND (due_at > :due_at OR spacing_ms > :spacing_ms)""",
        id=delivery_id, due_at=_due_at(owed), try_at=owed.try_at, spacing_ms=owed.spacing_ms,
    )  # fmt: skip


def _due_at(owed: Owed) -> int:
    return owed.try_at if owed.due_at is None else owed.due_at


def _insert(tx: Tx, owed: Owed, conversation: str, recipient: str) -> int:
    delivery_id: int = tx.value(
        """INSERT INTO deliveries (conversation_id, channel, recipient, revision, kind, notice,
             state, created_at, due_at, spacing_ms, try_at, give_up_at)
           VALUES (:conversation, :channel, :recipient,
             (SELECT coalesce(max(revision), 0) + 1 FROM deliveries
              WHERE conversation_id = :conversation AND recipient = :recipient),
             :kind, :notice, 'waiting', :now, :due_at, :spacing_ms, :try_at, :give_up_at)
           RETURNING delivery_id""",
        conversation=conversation, channel=owed.channel, recipient=recipient, kind=owed.kind,
        notice=owed.notice, now=owed.now, due_at=_due_at(owed), spacing_ms=owed.spacing_ms,
        try_at=owed.try_at, give_up_at=owed.give_up_at,
    )  # fmt: skip
    return delivery_id


def _note(tx: Tx, attempt: Attempt) -> None:
    tx.run(
        """INSERT INTO attempts (delivery_id, tried_at, result, detail, answer, message_id)
           VALUES (:id, :now, :result, :detail, :answer, :message_id)""",
        id=attempt.delivery.id, now=attempt.now, result=attempt.result, detail=attempt.detail,
        answer=attempt.answer, message_id=attempt.message_id,
    )  # fmt: skip


def leased(row: Row) -> LeasedDelivery:
    """From a whole row of `deliveries`."""
    return LeasedDelivery(
        row["delivery_id"], DeliveryKind(row["kind"]), row["channel"], row["recipient"],
        row["conversation_id"], row["revision"], row["created_at"], row["give_up_at"],
        row["tries"], row["lease_token"], row["notice"], row["due_at"],
    )  # fmt: skip
