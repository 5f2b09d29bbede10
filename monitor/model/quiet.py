"""What people said of messages: not now, seen, not what was meant."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from enum import StrEnum

from monitor.settings import LabelMatcher


class Button(StrEnum):
    """What can be pressed under a message."""

    ACK = "ack"
    MUTE = "mute"
    NOT_RELEVANT = "not_relevant"


@dataclass(frozen=True, slots=True)
class Silence:
    """Keeps messages back until `ends_at`: of alerts for which all of `matchers` hold, and whose
    article says `query`.  The story's key is the label `story`."""

    matchers: tuple[LabelMatcher, ...]
    author: str
    reason: str
    created_at: int
    ends_at: int
    query: str | None = None

    @property
    def id(self) -> str:
        """The same for the same wish of the same moment: said twice, it is one silence."""
        wish = [[m.label, m.operator, m.value] for m in self.matchers]
        text = json.dumps([wish, self.query, self.author, self.created_at])
        return hashlib.sha256(text.encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Ack:
    """Somebody has seen a story.  `until_at` None: until there is something new."""

    story_key: str
    author: str
    acked_at: int
    until_at: int | None = None


@dataclass(frozen=True, slots=True)
class Mark:
    """Somebody says that an alert is not what its rule was meant for."""

    alert_id: str
    author: str
    marked_at: int
