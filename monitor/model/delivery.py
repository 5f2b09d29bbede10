"""One owed sending, its message, and the proof that it was accepted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class DeliveryState(StrEnum):
    WAITING = "waiting"
    SENT = "sent"
    DEAD = "dead"
    WITHDRAWN = "withdrawn"  # a later digest says it as well
    HELD = "held"  # shown for a waiting delivery whose channel is paused


class DeliveryKind(StrEnum):
    ALERT = "alert"
    OPS = "ops"
    TEST = "test"
    DIGEST = "digest"
    EDIT = "edit"  # of what its conversation began with


@dataclass(frozen=True, slots=True)
class LeasedDelivery:
    """One owed sending, leased.  `conversation_id` is stable; `revision` counts from 1."""

    id: int
    kind: DeliveryKind
    channel: str
    recipient: str
    conversation_id: str
    revision: int
    created_at: int
    give_up_at: int
    tries: int
    lease: str
    notice: str | None = None  # the text of an ops notice, JSON
    due_at: int | None = None  # None: at once

    @property
    def owed_at(self) -> int:
        """When it should have gone out: what was planned for later is not delayed by that."""
        return self.created_at if self.due_at is None else self.due_at


@dataclass(frozen=True, slots=True)
class Message:
    """Rendered, ready for one channel kind.  Only the forms that channel sends are filled."""

    text: str
    subject: str | None = None
    html: str | None = None
    slack: Mapping[str, object] | None = None  # body of chat.postMessage or of Slack's webhook
    webhook: Mapping[str, object] | None = None  # body of a signed webhook
    # The same for every try: RFC 5322's with angle brackets, or a webhook's Idempotency-Key.
    message_id: str | None = None
    in_reply_to: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Receipt:
    """Proof that the other side accepted: its own answer, and its id for the message."""

    answer: str
    message_id: str | None = None


_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # no I, L, O, U: read aloud and typed by people


def short_id(alert_id: str) -> str:
    """The six characters under which people know an alert or a conversation.

    Crockford base32 of the first 30 bits of a hexadecimal id.  Raises ValueError for another id.
    """
    bits = int(alert_id[:8], 16) >> 2
    return "".join(_CROCKFORD[bits >> shift & 31] for shift in range(25, -1, -5))
