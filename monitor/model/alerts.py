"""What a rule said of an item, and the fact worth telling that it comes to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from monitor.model.stored import StoredItem
from monitor.settings import Severity


class Answer(StrEnum):
    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


class Span(NamedTuple):
    """One place of a match: code points of the stored text of `field` ("title", "body", ...)."""

    field: str
    start: int
    end: int


class Match(NamedTuple):
    """One rule's answer for one item.  Spans only with YES, at most 100 a word or phrase; `more`
    counts the others.  `error` when the rule itself broke."""

    rule_id: str
    answer: Answer
    spans: tuple[Span, ...] = ()
    error: str | None = None
    more: int = 0


class Reason(StrEnum):
    """Why an alert is raised now, or why a match is not told."""

    FIRST = "first"  # match of the rule on the story
    ORIGIN = "origin"  # one more that reports it independently
    GAINED = "gained"  # by an edit of an article that was told
    LOST = "lost"  # by such an edit
    NUMBER = "number"  # a figure beside the match is higher, and said twice
    SEVERITY = "severity"  # what was told as less
    BASELINE = "baseline"  # known since the source's first poll
    TOLD = "told"  # this occasion was raised before
    COUNTED = "counted"  # one more article of the story, and nothing new
    NOT_ON_UPDATE = "not_on_update"
    RULE_BROKEN = "rule_broken"


class HoldReason(StrEnum):
    """Why an alert is not told at once, but kept for the channel's next summary."""

    SILENCED = "silenced"
    DEMOTED = "demoted"
    LOW = "low"
    LATE = "late"
    ACKED = "acked"
    CAP = "cap"  # too many new conversations within the hour
    UPDATES = "updates"  # too many updates of the story within a day
    QUIET = "quiet"  # the channel's quiet hours


class Worth(NamedTuple):
    """What a match is worth.  `demoted`: the phrase beside it for which that is little."""

    severity: Severity
    demoted: str | None = None


@dataclass(frozen=True, slots=True)
class Past:
    """What one rule raised before on one story.

    `severity`: the highest, None: nothing was raised.  `origins`: who reports the articles that
    were told.  `item_told`: the article at hand raised an alert of this rule.  `keys`: the
    occasions.  `figures`: of each kind the highest that was told.  `item_says`: the last that the
    article raised was no loss.
    """

    severity: Severity | None = None
    origins: frozenset[str] = frozenset()
    item_told: bool = False
    keys: frozenset[str] = frozenset()
    figures: Mapping[str, int] = field(default_factory=dict)
    item_says: bool = False


@dataclass(frozen=True, slots=True)
class Alert:
    """A fact worth telling: rule x story x occasion, once.

    `demoted`: the phrase beside the match for which it is told as low.
    """

    alert_id: str
    rule_id: str
    item_id: int
    story_key: str
    occasion: str
    reason: Reason
    raised_at: int
    severity: Severity
    spans: tuple[Span, ...]
    late: bool
    partial: bool
    version: int
    demoted: str | None = None
    detail: Mapping[str, object] = field(default_factory=dict)  # what is new, as JSON can say it

    def overtakes(self, other: Alert) -> bool:
        """Whether it speaks of a later text of the same article, by the same rule."""
        same = (self.rule_id, self.item_id) == (other.rule_id, other.item_id)
        gone = self.reason is Reason.LOST and self.version == other.version
        return same and (gone or self.version > other.version)


@dataclass(frozen=True, slots=True)
class Told:
    """An alert together with the item it speaks of, as a message needs it."""

    alert: Alert
    stored: StoredItem
    rule_name: str
