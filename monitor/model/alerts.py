"""What a rule said of an item, and the fact worth telling that it comes to."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from monitor.model.stored import StoredItem
from monitor.settings import Severity


class Answer(StrEnum):
    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """One place of a match: code points of the stored text of `field` ("title", "body", ...)."""

    field: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Match:
    """One rule's answer for one item.  Spans only with YES, at most 100 a word or phrase; `more`
    counts the others.  `error` when the rule itself broke."""

    rule_id: str
    answer: Answer
    spans: tuple[Span, ...] = ()
    error: str | None = None
    more: int = 0


class Reason(StrEnum):
    """Why an alert is raised now, or why a match is not told."""

    FIRST = "first"
    BASELINE = "baseline"  # known since the source's first poll
    TOLD = "told"  # this occasion was raised before
    NOT_ON_UPDATE = "not_on_update"
    RULE_BROKEN = "rule_broken"


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


@dataclass(frozen=True, slots=True)
class Told:
    """An alert together with the item it speaks of, as a message needs it."""

    alert: Alert
    stored: StoredItem
    rule_name: str
