"""From a match that is told to its alert.  Knows no store and no clock."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from monitor.model import Alert, Span, StoredItem, Worth
from monitor.occasions import Occasion, Situation


def alert(
    situation: Situation, rule_id: str, spans: Sequence[Span], worth: Worth, occasion: Occasion
) -> Alert:
    """The alert that tells of a match; a demoted one is not lost, but told as low."""
    stored = situation.stored
    return Alert(
        alert_id=alert_id(rule_id, situation.story_key, occasion.key),
        rule_id=rule_id,
        item_id=stored.id,
        story_key=situation.story_key,
        occasion=occasion.key,
        reason=occasion.reason,
        raised_at=situation.now,
        severity=worth.severity,
        spans=tuple(spans),
        late=is_late(stored, situation.news_at, situation.late_after_seconds),
        partial=stored.item.partial,
        version=stored.version,
        demoted=worth.demoted,
        detail=occasion.detail,
    )


def alert_id(rule_id: str, story_key: str, occasion: str) -> str:
    """The same for the same fact, whenever and wherever it is derived."""
    return hashlib.sha256(f"{rule_id}\n{story_key}\n{occasion}".encode()).hexdigest()[:16]


def is_late(stored: StoredItem, news_at: int | None, after_seconds: int | None) -> bool:
    """Published long before it was seen.  A time in the future is no reason to doubt the news."""
    published = stored.item.published
    if after_seconds is None or published is None or news_at is None:
        return False
    return news_at - published.at > after_seconds * 1000
