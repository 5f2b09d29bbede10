"""The version before the one that is judged: its text, what changed since, what rules said of it.

Part of ingest's transaction.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from monitor.changes import Changes, compare, gained, is_news
from monitor.model import Answer, BodyState, Change, Item, Match
from monitor.occasions import Situation
from monitor.plan import Plan
from monitor.store import versions
from monitor.store.db import Tx


@dataclass(frozen=True, slots=True)
class Before:
    """The version before: its text, whether that was all there was to come, and every rule's yes or
    unknown to it."""

    item: Item
    closed: bool
    matches: Mapping[str, Match]
    changes: Changes

    def answer(self, now: Match) -> Answer | None:
        """What the rule said before; None for a match whose sentences stood there already."""
        match = self.matches.get(now.rule_id)
        if match is not None:
            return match.answer
        return Answer.NO if gained(self.changes, now.spans) else None

    def said(self, rule_id: str) -> bool:
        """Whether the rule said yes to it."""
        match = self.matches.get(rule_id)
        return match is not None and match.answer is Answer.YES


def version_before(tx: Tx, plan: Plan, situation: Situation) -> Before | None:
    """None: the item has no earlier version, or what was changed since is no news: a date, a
    byline, a caption."""
    stored = situation.stored
    if situation.change not in (Change.MODIFIED, Change.COMPLETED):
        return None
    item, now = versions.before(tx, stored), stored.item
    if item is None:
        return None
    changes = compare(item.title, item.body, now.title, now.body)
    if not is_news(changes):
        return None
    # A teaser was all there was where no page is read; else what it does not say was unknown.
    teasers = now.partial and stored.body_state is not BodyState.WANTED
    closed = not item.partial or teasers
    found = plan.matcher.match(item, stored.source_id, closed=closed)
    return Before(item, closed, {match.rule_id: match for match in found}, changes)
