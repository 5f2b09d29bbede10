"""Matches and alerts: what rules said, and what was raised."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from monitor.model import Alert, Match, Reason, Span
from monitor.settings import Severity
from monitor.store.db import Row, Tx


@dataclass(frozen=True, slots=True)
class Judged:
    """One rule's answer for one state of an item, and why it was or was not told."""

    item_id: int
    version: int
    partial: bool
    match: Match
    rule_version: str
    verdict: Reason
    now: int


def told(tx: Tx, rule_id: str, story_keys: Sequence[str], occasion: str) -> bool:
    """Whether this occasion was raised for any of the stories that are now one."""
    return tx.one(
        """SELECT 1 FROM alerts WHERE rule_id = :rule_id AND occasion = :occasion
             AND story_key IN (SELECT value FROM json_each(:stories))""",
        rule_id=rule_id, occasion=occasion, stories=json.dumps(list(story_keys)),
    ) is not None  # fmt: skip


def save_match(tx: Tx, judged: Judged) -> None:
    """Keep what a rule said.  What was told stays told when the same state is judged again."""
    tx.run(
        """INSERT INTO matches (item_id, rule_id, version, partial, rule_version, spans, verdict,
             error, matched_at)
           VALUES (:item_id, :rule_id, :version, :partial, :rule_version, :spans, :verdict,
             :error, :now)
           ON CONFLICT (item_id, rule_id, version, partial) DO UPDATE SET
             spans = excluded.spans, rule_version = excluded.rule_version, error = excluded.error,
             verdict = CASE WHEN matches.verdict = 'first' THEN matches.verdict
                            ELSE excluded.verdict END""",
        item_id=judged.item_id, rule_id=judged.match.rule_id, version=judged.version,
        partial=judged.partial, rule_version=judged.rule_version,
        spans=dump_spans(judged.match.spans), verdict=judged.verdict, error=judged.match.error,
        now=judged.now,
    )  # fmt: skip


def raise_alert(tx: Tx, alert: Alert) -> bool:
    """False: this very alert was raised before."""
    return bool(tx.all(
        """INSERT INTO alerts (alert_id, rule_id, item_id, story_key, occasion, reason, severity,
             spans, late, partial, version, raised_at, judged_at, demoted)
           VALUES (:alert_id, :rule_id, :item_id, :story_key, :occasion, :reason, :severity,
             :spans, :late, :partial, :version, :raised_at, :raised_at, :demoted)
           ON CONFLICT DO NOTHING RETURNING alert_id""",
        alert_id=alert.alert_id, rule_id=alert.rule_id, item_id=alert.item_id,
        story_key=alert.story_key, occasion=alert.occasion, reason=alert.reason,
        severity=alert.severity, spans=dump_spans(alert.spans), late=alert.late,
        partial=alert.partial, version=alert.version, raised_at=alert.raised_at,
        demoted=alert.demoted,
    ))  # fmt: skip


def judge_again(tx: Tx, alert: Alert) -> bool:
    """The text an alert was raised on was completed: the same match, found in the whole.

    False: it was raised on another text, or of another article.
    """
    return bool(tx.run(
        """UPDATE alerts SET spans = :spans, partial = :partial, judged_at = :now,
             severity = :severity, demoted = :demoted
           WHERE alert_id = :alert_id AND item_id = :item_id AND version = :version""",
        alert_id=alert.alert_id, item_id=alert.item_id, version=alert.version,
        spans=dump_spans(alert.spans), partial=alert.partial, now=alert.raised_at,
        severity=alert.severity, demoted=alert.demoted,
    ))  # fmt: skip


def from_row(row: Row) -> Alert:
    """An Alert from a whole row of `alerts`."""
    return Alert(
        row["alert_id"], row["rule_id"], row["item_id"], row["story_key"], row["occasion"],
        Reason(row["reason"]), row["raised_at"], Severity(row["severity"]),
        load_spans(row["spans"]), bool(row["late"]), bool(row["partial"]), row["version"],
        row["demoted"],
    )  # fmt: skip


def dump_spans(spans: Sequence[Span]) -> str:
    return json.dumps([[span.field, span.start, span.end] for span in spans])


def load_spans(text: str) -> tuple[Span, ...]:
    return tuple(Span(*span) for span in json.loads(text))
