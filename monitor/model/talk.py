"""What a channel was told so far, as far as what comes next depends on it, or says so."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from monitor.settings import Severity


class Revision(NamedTuple):
    """One message of a conversation: when it was sent, or is due, and how severe it is."""

    at: int
    severity: Severity


@dataclass(frozen=True, slots=True)
class Talk:
    """What a channel was told of one story so far, oldest first.

    `subject`: the story key under which it was told.  `waiting_due_at`: a message is owed that
    nobody has tried to send yet; it takes new alerts along.  `followed_at`: the last message about
    the closed story that this one takes up again.
    """

    subject: str = ""
    revisions: Sequence[Revision] = ()
    waiting_due_at: int | None = None
    followed_at: int | None = None


class Followed(NamedTuple):
    """How a channel knows the closed story that one takes up again: by the first alert of its
    conversation; `told_at`: when that was sent."""

    alert_id: str
    told_at: int


@dataclass(frozen=True, slots=True)
class Crowd:
    """New conversations of a channel within the last hour; how many of them a rule opened."""

    conversations: int = 0
    by_rule: Mapping[str, int] = field(default_factory=dict)
