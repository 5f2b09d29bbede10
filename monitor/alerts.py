"""Decide whether a match is told, and as what alert.  Knows no store and no clock."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from monitor.model import Alert, Change, Match, Reason, StoredItem
from monitor.settings import Rule, Severity
from monitor.worth import demoted_by, severity_of

FIRST = "first"  # the only occasion while every item is its own story


@dataclass(frozen=True, slots=True)
class Situation:
    """What a decision about one item's matches needs to know.

    `news_at` is None while the item was only ever seen at first sights.
    """

    stored: StoredItem
    story_key: str
    change: Change
    news_at: int | None
    now: int
    late_after_seconds: int | None


def verdict(situation: Situation, rule: Rule, *, told: bool) -> Reason:
    """Why `rule`'s match is told now (FIRST), or why it is not."""
    if situation.news_at is None:
        return Reason.BASELINE
    if told:
        return Reason.TOLD
    if situation.change is Change.MODIFIED and not rule.on_update:
        return Reason.NOT_ON_UPDATE
    return Reason.FIRST


def alert_for(situation: Situation, rule: Rule, match: Match) -> Alert:
    """The alert that tells `match`; a demoted one is not lost, but told as low."""
    item = situation.stored.item
    demoted = demoted_by(rule, match, item)
    severity = Severity.LOW if demoted else severity_of(rule, match.spans, item)
    return Alert(
        alert_id=alert_id(rule.id, situation.story_key, FIRST),
        rule_id=rule.id,
        item_id=situation.stored.id,
        story_key=situation.story_key,
        occasion=FIRST,
        reason=Reason.FIRST,
        raised_at=situation.now,
        severity=severity,
        spans=match.spans,
        late=is_late(situation),
        partial=item.partial,
        version=situation.stored.version,
        demoted=demoted,
    )


def alert_id(rule_id: str, story_key: str, occasion: str) -> str:
    """The same for the same fact, whenever and wherever it is derived."""
    return hashlib.sha256(f"{rule_id}\n{story_key}\n{occasion}".encode()).hexdigest()[:16]


def is_late(situation: Situation) -> bool:
    """Published long before it was seen.  A time in the future is no reason to doubt the news."""
    published = situation.stored.item.published
    if situation.late_after_seconds is None or published is None or situation.news_at is None:
        return False
    return situation.news_at - published.at > situation.late_after_seconds * 1000
