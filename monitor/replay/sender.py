"""Sends what a replay owes by its own clock: everything is accepted, nothing leaves the machine.

A message that the archive has too is sent when it was sent; any other as soon as it is due.
"""

from __future__ import annotations

import heapq
from collections.abc import Mapping
from dataclasses import dataclass, field

from monitor.model import LeasedDelivery
from monitor.store import conversations, outbox, past, scratch
from monitor.store.db import Row, Tx
from monitor.store.outbox import Attempt
from monitor.store.past import Sending

HOLDER = "replay"


@dataclass(frozen=True, slots=True)
class Message:
    """What one channel would have been sent at a time; one to each of its recipients."""

    at: int
    channel: str
    conversation_id: str
    revision: int
    subject: str  # the story
    recipients: tuple[str, ...]
    alert_ids: tuple[str, ...]


@dataclass(slots=True)
class Sender:
    tx: Tx
    sendings: Mapping[tuple[str, str, int], Sending]
    messages: dict[tuple[str, int], Message] = field(default_factory=dict)
    _accepted: list[tuple[int, int, LeasedDelivery]] = field(default_factory=list)
    _now: int = 0

    @classmethod
    def of(cls, tx: Tx, old: Tx, since: int) -> Sender:
        sender = cls(tx, past.sendings(old, since), _now=since)
        for row in scratch.on_their_way(tx):
            sender._await(outbox.leased(row), since)
        return sender

    def send_before(self, until: int) -> None:
        """Everything that is due before a time, each at its own."""
        while (moment := self._next(until)) is not None:
            self._now = moment
            while self._accepted and self._accepted[0][0] <= moment:
                at, _, delivery = heapq.heappop(self._accepted)
                outbox.sent(self.tx, Attempt(delivery, "accepted", at))
            due = scratch.next_due(self.tx)
            if due is not None and due["try_at"] <= moment:
                self._take_up(due, moment)

    def _next(self, until: int) -> int | None:
        due = scratch.next_due(self.tx)
        moments = [max(due["try_at"], self._now)] if due is not None else []
        moments += [at for at, _, _ in self._accepted[:1]]
        return min((at for at in moments if at < until), default=None)

    def _take_up(self, row: Row, now: int) -> None:
        known = self._known(row)
        if known is not None and known.claimed_at > now:
            scratch.wait_until(self.tx, row["delivery_id"], known.claimed_at)
            return
        for delivery in outbox.claim(self.tx, row["channel"], outbox.Claim(HOLDER, now, 1)):
            self._note(delivery, now)
            self._await(delivery, now)

    def _await(self, delivery: LeasedDelivery, now: int) -> None:
        scratch.on_its_way(self.tx, delivery.id)
        known = self.sendings.get((delivery.conversation_id, delivery.recipient, delivery.revision))
        sent_at = known.sent_at if known is not None else None
        at = max(now, sent_at or now)
        heapq.heappush(self._accepted, (at, delivery.id, delivery))

    def _known(self, row: Row) -> Sending | None:
        return self.sendings.get((row["conversation_id"], row["recipient"], row["revision"]))

    def _note(self, delivery: LeasedDelivery, now: int) -> None:
        key = delivery.conversation_id, delivery.revision
        told = self.messages.get(key)
        if told is None:
            row = conversations.find(self.tx, delivery.conversation_id)
            assert row is not None
            alert_ids = conversations.alerts_told(self.tx, *key)
            told = Message(now, delivery.channel, *key, row["subject"], (), tuple(alert_ids))
        recipients = (*told.recipients, delivery.recipient)
        self.messages[key] = Message(
            told.at, told.channel, *key, told.subject, recipients, told.alert_ids
        )
