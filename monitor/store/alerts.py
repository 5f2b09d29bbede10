"""Matches and alerts: what rules said, and what was raised."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from monitor.model import Alert, Match, Past, Reason, Span, StoredItem, Worth
from monitor.settings import Severity, highest
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
    figures: Mapping[str, int] = field(default_factory=dict)


class Again(NamedTuple):
    """What a match comes to on the whole text, and when that was found."""

    worth: Worth
    late: bool
    now: int


def past(tx: Tx, rule_id: str, story_keys: Sequence[str], item_id: int) -> Past:
    """What a rule raised on the stories that are now one."""
    rows = tx.all(
        """SELECT a.occasion, a.reason, a.raised_at, a.version, a.severity,
             coalesce(i.merged_into_id, a.item_id) AS item_id, a.detail, i.origin, m.figures
           FROM alerts a JOIN items i ON i.item_id = a.item_id
           LEFT JOIN matches m ON m.item_id = a.item_id AND m.rule_id = a.rule_id
             AND m.version = a.version AND (m.partial = a.partial OR a.reason = 'lost')
           WHERE a.rule_id = :rule_id AND a.story_key IN (SELECT value FROM json_each(:stories))""",
        rule_id=rule_id, stories=json.dumps(list(story_keys)),
    )  # fmt: skip
    if not rows:
        return Past()
    severities = {Severity(row["severity"]) for row in rows}
    own = [row for row in rows if row["item_id"] == item_id]
    return Past(
        severity=highest(severities),
        origins=frozenset(row["origin"] for row in rows if row["origin"]),
        item_told=bool(own),
        keys=frozenset(row["occasion"] for row in rows),
        figures=_highest(rows),
        item_says=bool(own) and max(own, key=_moment)["reason"] != Reason.LOST,
    )


def _moment(row: Row) -> tuple[int, int]:
    """When an alert was raised, and on which version: a loss names the one before that."""
    return row["raised_at"], row["version"] + (row["reason"] == Reason.LOST)


def _highest(rows: Sequence[Row]) -> dict[str, int]:
    """Of each kind the highest figure that alerts told: beside their match, or as their news."""
    found: dict[str, int] = {}
    for row in rows:
        told = json.loads(row["figures"] or "{}")
        detail = json.loads(row["detail"])
        if "kind" in detail:
            told = {**told, detail["kind"]: max(told.get(detail["kind"], 0), detail["new"])}
        for kind, value in told.items():
            found[kind] = max(value, found.get(kind, value))
    return found


# What an item raised, `:id`, or one that was merged into it.
_OF_AN_ITEM = """
  (SELECT :id AS item_id UNION ALL SELECT item_id FROM items WHERE merged_into_id = :id) AS own
  CROSS JOIN alerts ON alerts.item_id = own.item_id"""


def is_told(tx: Tx, item_id: int) -> bool:
    """Whether the item raised an alert, of any rule, or one that was merged into it."""
    return tx.one(f"SELECT 1 FROM {_OF_AN_ITEM} LIMIT 1", id=item_id) is not None


def save_match(tx: Tx, judged: Judged) -> None:
    """Keep what a rule said.  What was told stays told when the same state is judged again."""
    tx.run(
        """INSERT INTO matches (item_id, rule_id, version, partial, rule_version, spans, verdict,
             error, figures, matched_at)
           VALUES (:item_id, :rule_id, :version, :partial, :rule_version, :spans, :verdict,
             :error, :figures, :now)
           ON CONFLICT (item_id, rule_id, version, partial) DO UPDATE SET
             spans = excluded.spans, rule_version = excluded.rule_version, error = excluded.error,
             figures = excluded.figures,
             verdict = CASE WHEN matches.verdict IN
                              ('first', 'origin', 'gained', 'number', 'severity')
                            THEN matches.verdict ELSE excluded.verdict END""",
        item_id=judged.item_id, rule_id=judged.match.rule_id, version=judged.version,
        partial=judged.partial, rule_version=judged.rule_version,
        spans=dump_spans(judged.match.spans), verdict=judged.verdict, error=judged.match.error,
        figures=json.dumps(judged.figures), now=judged.now,
    )  # fmt: skip


def figures_said(
    tx: Tx, rule_id: str, story_keys: Sequence[str]
) -> Sequence[tuple[str, int, str, int, int]]:
    """What the matches of a rule count, the newest thousand: kind, value, outlet, item, version."""
    rows = tx.all(
        """SELECT m.figures, coalesce(i.site, i.source_id) AS outlet, m.item_id, m.version
           FROM json_each(:stories) AS key CROSS JOIN items i ON i.story_key = key.value
           JOIN matches m ON m.item_id = i.item_id AND m.rule_id = :rule_id
           WHERE m.figures <> '{}' ORDER BY m.item_id DESC LIMIT 1000""",
        rule_id=rule_id, stories=json.dumps(list(story_keys)),
    )  # fmt: skip
    return [
        (kind, value, row["outlet"], row["item_id"], row["version"])
        for row in rows
        for kind, value in json.loads(row["figures"]).items()
    ]


def raise_alert(tx: Tx, alert: Alert) -> bool:
    """False: this very alert was raised before."""
    return bool(tx.all(
        """INSERT INTO alerts (alert_id, rule_id, item_id, story_key, occasion, reason, severity,
             spans, late, partial, version, raised_at, judged_at, demoted, detail)
           VALUES (:alert_id, :rule_id, :item_id, :story_key, :occasion, :reason, :severity,
             :spans, :late, :partial, :version, :raised_at, :raised_at, :demoted,
             :detail)
           ON CONFLICT DO NOTHING RETURNING alert_id""",
        alert_id=alert.alert_id, rule_id=alert.rule_id, item_id=alert.item_id,
        story_key=alert.story_key, occasion=alert.occasion, reason=alert.reason,
        severity=alert.severity, spans=dump_spans(alert.spans), late=alert.late,
        partial=alert.partial, version=alert.version, raised_at=alert.raised_at,
        demoted=alert.demoted, detail=json.dumps(alert.detail, ensure_ascii=False),
    ))  # fmt: skip


_UNTOLD = """
  NOT EXISTS (SELECT 1 FROM delivery_alerts da JOIN deliveries d ON d.delivery_id = da.delivery_id
              WHERE da.alert_id = alerts.alert_id AND (d.state <> 'waiting' OR d.tries > 0))
  AND NOT EXISTS (SELECT 1 FROM holds h
                  WHERE h.alert_id = alerts.alert_id AND h.digest_id IS NOT NULL)"""


def judge_again(tx: Tx, stored: StoredItem, match: Match, again: Again) -> list[Alert]:
    """The text that alerts of a rule were raised on was completed: the same match, found in the
    whole.  Nothing where they were raised on another text, or of another article; and what
    somebody was told stays as it was told: what is more in the whole is news."""
    rows = tx.all(
        f"""UPDATE alerts SET spans = :spans, partial = :partial, judged_at = :now,
             severity = :severity, demoted = :demoted, late = :late
           WHERE rule_id = :rule_id AND item_id = :item_id AND version = :version
             AND reason <> 'lost' AND {_UNTOLD}
           RETURNING *""",
        rule_id=match.rule_id, item_id=stored.id, version=stored.version,
        spans=dump_spans(match.spans), partial=stored.item.partial, now=again.now,
        severity=again.worth.severity, demoted=again.worth.demoted, late=again.late,
    )  # fmt: skip
    return [from_row(row) for row in rows]


# Of `alerts`, at `:now`.
_OF_A_STORY_MERGED_JUST_NOW = """
  EXISTS (SELECT 1 FROM merges m WHERE m.story_key = alerts.story_key AND m.merged_at = :now)"""


def opened_twice(tx: Tx, item_id: int, story_keys: Sequence[str], now: int) -> list[str]:
    """The ids of what an item raised, and nobody was told, in a story that became part of another
    just now: by rules that raised a first alert in the other too."""
    rows = tx.all(
        f"""SELECT alert_id FROM alerts
            WHERE item_id = :item_id AND {_UNTOLD} AND {_OF_A_STORY_MERGED_JUST_NOW}
              AND EXISTS (SELECT 1 FROM alerts other
                          WHERE other.rule_id = alerts.rule_id AND other.item_id <> :item_id
                            AND other.occasion = 'first'
                            AND other.story_key IN (SELECT value FROM json_each(:stories)))
            ORDER BY alert_id""",
        item_id=item_id, stories=json.dumps(list(story_keys)), now=now,
    )  # fmt: skip
    return [row["alert_id"] for row in rows]


def untold_edits(tx: Tx, reason: Reason, rule_id: str, item_id: int) -> list[str]:
    """The ids of the alerts that nobody was told: the item gained, or lost, a rule's match."""
    rows = tx.all(
        f"""SELECT alert_id FROM {_OF_AN_ITEM}
            WHERE rule_id = :rule_id AND reason = :reason AND {_UNTOLD} ORDER BY alert_id""",
        reason=reason, rule_id=rule_id, id=item_id,
    )  # fmt: skip
    return [row["alert_id"] for row in rows]


def untold_of_merged(tx: Tx, item_id: int, now: int) -> list[Alert]:
    """What an item raised, and nobody was told, in a story that became part of another just now."""
    rows = tx.all(
        f"""SELECT * FROM alerts
            WHERE item_id = :item_id AND {_UNTOLD} AND {_OF_A_STORY_MERGED_JUST_NOW}
            ORDER BY alert_id""",
        item_id=item_id, now=now,
    )  # fmt: skip
    return [from_row(row) for row in rows]


def forget(tx: Tx, alert_id: str) -> None:
    """It was never raised.  No channel may owe it or hold it any more."""
    tx.run(
        """UPDATE matches SET verdict = 'counted'
           WHERE (item_id, rule_id, version, verdict) IN
             (SELECT item_id, rule_id, version, reason FROM alerts WHERE alert_id = :id)""",
        id=alert_id,
    )  # fmt: skip
    for table in ("proofs", "marks", "alerts"):
        tx.run(f"DELETE FROM {table} WHERE alert_id = :id", id=alert_id)


def note_unrouted(tx: Tx, alert_id: str, *, unrouted: bool) -> None:
    """Whether no route matched; what an article's page shows may change that."""
    tx.run(
        "UPDATE alerts SET unrouted = :unrouted WHERE alert_id = :id AND unrouted <> :unrouted",
        id=alert_id, unrouted=unrouted,
    )  # fmt: skip


def count_unrouted(tx: Tx, since: int) -> int:
    """Alerts raised since a time that matched no route."""
    found: int = tx.value(
        "SELECT count(*) FROM alerts WHERE unrouted = 1 AND raised_at >= :since", since=since
    )
    return found


def find(tx: Tx, alert_id: str) -> Alert:
    """The alert with this whole id, which must be there."""
    row = tx.one("SELECT * FROM alerts WHERE alert_id = :id", id=alert_id)
    assert row is not None, alert_id
    return from_row(row)


def from_row(row: Row) -> Alert:
    """An Alert from a whole row of `alerts`."""
    return Alert(
        row["alert_id"], row["rule_id"], row["item_id"], row["story_key"], row["occasion"],
        Reason(row["reason"]), row["raised_at"], Severity(row["severity"]),
        load_spans(row["spans"]), bool(row["late"]), bool(row["partial"]), row["version"],
        row["demoted"], json.loads(row["detail"]),
    )  # fmt: skip


def dump_spans(spans: Sequence[Span]) -> str:
    return json.dumps([[span.field, span.start, span.end] for span in spans])


def load_spans(text: str) -> tuple[Span, ...]:
    return tuple(Span(*span) for span in json.loads(text))
