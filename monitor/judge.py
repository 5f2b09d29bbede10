"""Run all rules over one stored item, and owe what is to be told.  Part of ingest's transaction."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from monitor import alerts, routing, schedule
from monitor.alerts import Situation
from monitor.dedupe import Candidate
from monitor.health import Notice
from monitor.model import (
    Alert,
    Answer,
    BodyState,
    Change,
    DeliveryKind,
    Item,
    Match,
    Reason,
    StoredItem,
)
from monitor.rules.fields import Fields
from monitor.rules.matcher import Matcher
from monitor.settings import Config, Rule, Source
from monitor.store import alerts as kept
from monitor.store import items, outbox, sightings
from monitor.store.db import Tx
from monitor.text import forms, index_text


@dataclass(frozen=True, slots=True)
class Plan:
    """A configuration ready to work with: its rules compiled, and what its routes ask of texts."""

    config: Config
    matcher: Matcher
    texts: routing.Texts
    rules: Mapping[str, Rule]
    sources: Mapping[str, Source]

    @classmethod
    def of(cls, config: Config, previous: Plan | None = None) -> Plan:
        """What has not changed since `previous` is not made again."""
        rules = {rule.id: rule for rule in config.rules}
        sources = {source.id: source for source in config.sources}
        texts = routing.Texts(config.route)
        matcher = Matcher(config.rules, previous.matcher if previous else None)
        return cls(config, matcher, texts, rules, sources)


class Answers(NamedTuple):
    """What the rules said of an item as it stood."""

    item: Item
    source_id: str
    closed: bool
    matches: tuple[Match, ...]

    def are_for(self, item: Item, source_id: str, *, closed: bool) -> bool:
        same = self.item is item or self.item == item
        return same and self.source_id == source_id and self.closed == closed


@dataclass(slots=True)
class Prepared:
    """What was made before the transaction: keys and fingerprints, the rules' answers."""

    candidates: tuple[Candidate, ...] = ()
    answers: dict[str, Answers] = field(default_factory=dict)  # by the address of the item
    words: dict[tuple[str | None, str | None], str] = field(default_factory=dict)

    def matches(
        self, plan: Plan, item: Item, state: BodyState, source_id: str
    ) -> tuple[Match, ...]:
        """The rules' answers; while a body is wanted, what is not in the teaser is unknown."""
        closed = state is not BodyState.WANTED
        known = self.answers.get(item.url)
        if known is not None and known.are_for(item, source_id, closed=closed):
            return known.matches
        fields = Fields(item, source_id, closed=closed)
        matches = plan.matcher.match_fields(fields, unknowns=False)
        self.answers[item.url] = Answers(item, source_id, closed, matches)
        self.words[item.title, item.body] = index_text(fields.forms())
        return matches

    def index_text(self, item: Item) -> str:
        """Every word of title and body, as the full-text index takes them."""
        text = item.title, item.body
        if text not in self.words:
            self.words[text] = index_text(_forms(item))
        return self.words[text]


@dataclass(frozen=True, slots=True)
class Arrived:
    """Something of an item came in: itself, its page, an edit, or one more source that shows it."""

    item_id: int
    change: Change
    now: int


def _forms(item: Item) -> set[str]:
    return forms(f"{item.title or ''}\n{item.body or ''}")


def judge(tx: Tx, plan: Plan, prepared: Prepared, arrived: Arrived) -> int:
    """Keep every rule's yes with the reason why it is told or not; returns how many are told."""
    item_id = items.root(tx, arrived.item_id)
    news_at = sightings.become_news(tx, item_id, arrived.now)
    stored = items.load(tx, item_id)
    stories = items.stories(tx, item_id)
    situation = Situation(
        stored, stories[0], arrived.change, news_at, arrived.now,
        plan.config.settings.late_after_seconds,
    )  # fmt: skip
    raised, completed = [], []
    for match in prepared.matches(plan, stored.item, stored.body_state, stored.source_id):
        rule = plan.rules[match.rule_id]
        told = kept.told(tx, rule.id, stories, alerts.FIRST)
        alert = _decide(tx, situation, rule, match, told=told)
        if alert is not None and kept.raise_alert(tx, alert):
            raised.append(alert)
        elif told and match.answer is Answer.YES and arrived.change is Change.COMPLETED:
            whole = alerts.alert_for(situation, rule, match)
            if kept.judge_again(tx, whole):
                completed.append(whole)
    if raised or completed:
        _owe(tx, plan, stored, [*raised, *completed])
    return len(raised)


def tell_ops(tx: Tx, config: Config, notice: Notice, now: int) -> None:
    """Owe a notice to the channel for trouble of our own."""
    text = json.dumps({"headline": notice.headline, "text": notice.text}, ensure_ascii=False)
    outbox.enqueue(
        tx,
        outbox.Owed(
            config.ops, config.channels[config.ops].recipients, f"ops:{notice.subject}",
            DeliveryKind.OPS, now, now, now + schedule.GIVE_UP_MS, notice=text,
        ),
    )  # fmt: skip


def _decide(tx: Tx, situation: Situation, rule: Rule, match: Match, *, told: bool) -> Alert | None:
    """The alert a match comes to, if it is told; what the rule said is kept either way."""
    if match.answer is Answer.UNKNOWN and match.error is None:
        return None
    verdict = alerts.verdict(situation, rule, told=told)
    if match.error is not None:
        verdict = Reason.RULE_BROKEN
    stored = situation.stored
    kept.save_match(
        tx,
        kept.Judged(
            stored.id, stored.version, stored.item.partial, match, rule.version, verdict,
            situation.now,
        ),
    )  # fmt: skip
    return alerts.alert_for(situation, rule, match) if verdict is Reason.FIRST else None


def _owe(tx: Tx, plan: Plan, stored: StoredItem, told: list[Alert]) -> None:
    """One message per channel names every rule; with the page still to come it waits a little.

    What the page showed may lead an alert to further channels: those are told as well.
    """
    config = plan.config
    closed = stored.body_state is not BodyState.WANTED
    holding = plan.texts.holding(stored.item, stored.source_id, closed=closed)
    channels: dict[str, list[str]] = {}
    for alert in told:
        labels, rule = _labels(stored, alert), plan.rules[alert.rule_id]
        known = outbox.channels_of(tx, alert.alert_id)
        for name in routing.route(labels, rule, config.route, config.channels, holding):
            if name not in known:
                channels.setdefault(name, []).append(alert.alert_id)
    now = told[0].raised_at
    waits = stored.item.partial and not closed
    try_at = now + schedule.PAGE_WAIT_MS if waits else now
    for name, alert_ids in channels.items():
        outbox.enqueue(
            tx,
            outbox.Owed(
                name, config.channels[name].recipients, told[0].story_key, DeliveryKind.ALERT,
                now, try_at, now + schedule.GIVE_UP_MS, tuple(alert_ids),
            ),
        )  # fmt: skip


def _labels(stored: StoredItem, alert: Alert) -> dict[str, str]:
    item = stored.item
    return {
        "rule": alert.rule_id,
        "severity": alert.severity,
        "source": stored.source_id,
        "section": item.section or "",
        "lang": item.lang or "",
        "site": stored.site or "",
        "wire": item.wire or "",
        "late": str(alert.late).lower(),
        "partial": str(alert.partial).lower(),
    }
