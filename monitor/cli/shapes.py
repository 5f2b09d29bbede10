"""The JSON that scripts read: stable, described in docs/json.md.  Pure.

Times are ISO 8601 UTC, a bare date where the publisher gives no time, null where unknown.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from monitor import asjson
from monitor.errors import Mistake, QueryProblem
from monitor.health import health_of
from monitor.model import Span, StoredItem, iso
from monitor.store.alerts import load_spans
from monitor.store.db import Row

if TYPE_CHECKING:  # it loads a good deal
    from monitor.assurance import Assurance

Shape = dict[str, object]


def time(at: int | None) -> str | None:
    return None if at is None else iso(at)


def source(row: Row) -> Shape:
    return {
        "id": row["source_id"],
        "kind": row["kind"],
        "url": row["url"],
        "health": health_of(row).value,
        "last_success_at": time(row["last_success_at"]),
        "last_new_item_at": time(row["last_new_item_at"]),
        "next_poll_at": None if row["paused_at"] is not None else time(row["next_poll_at"]),
        "every_seconds": row["every_seconds"],
        "every_is_learned": bool(row["every_is_learned"]),
        "failures": row["failures"],
        "reason": row["reason"],
        "read_by": row["read_by"],
    }


def assurance(found: Assurance) -> Shape:
    canary = found.canary
    return {
        "hits": found.hits,
        "judged": found.judged,
        "unread_pages": found.unread,
        "healthy_sources": found.healthy,
        "watched_sources": found.sources,
        "canary_at": time(canary.at) if canary else None,
        "canary_ok": canary.ok if canary else None,
        "canary_stage": canary.stage if canary else None,
        "canary_detail": canary.detail if canary else None,
        "canary_refused": dict(canary.refused) if canary else {},
        "blind": [
            {"source": one.source_id, "what": one.what, "since": time(one.since_at)}
            for one in found.blind
        ],
    }


def item(stored: StoredItem) -> Shape:
    return {
        **asjson.article(stored.item),
        "site": stored.site,
        "id": stored.id,
        "source": stored.source_id,
        "first_seen_at": iso(stored.first_seen_at),
        "version": stored.version,
        "story": stored.story_key,
        "body_state": stored.body_state.value,
    }


def spans(found: Sequence[Span]) -> list[Shape]:
    return [{"field": span.field, "start": span.start, "end": span.end} for span in found]


def problem(found: QueryProblem) -> Shape:
    return {"code": found.code, "position": found.position, "message": found.message}


def mistake(found: Mistake) -> Shape:
    return {
        "file": found.file,
        "line": found.line,
        "column": found.column,
        "problem": found.problem,
        "mend": found.mend,
    }


def delivery(row: Row) -> Shape:
    return {
        "channel": row["channel"],
        "recipient": row["recipient"],
        "state": row["shown_state"],
        "attempts": row["tries"],
        "message_id": row["message_id"],
    }


def alert(row: Row, deliveries: Sequence[Row]) -> Shape:
    return {
        "id": row["alert_id"],
        "rule": row["rule_id"],
        "item": row["item_id"],
        "story": row["story_key"],
        "occasion": row["occasion"],
        "raised_at": iso(row["raised_at"]),
        "severity": row["severity"],
        "demoted": row["demoted"],
        "spans": spans(load_spans(row["spans"])),
        "deliveries": [delivery(one) for one in deliveries],
    }


def would(match: Row, stored: StoredItem) -> Shape:
    return {
        "rule": match["rule_id"],
        "item": stored.id,
        "story": stored.story_key,
        "url": stored.item.url,
        "title": stored.item.title,
        "matched_at": iso(match["matched_at"]),
        "spans": spans(load_spans(match["spans"])),
    }


def sighting(row: Row) -> Shape:
    return {
        "source": row["source_id"],
        "seen_at": iso(row["seen_at"]),
        "first_sight": bool(row["baseline"]),
    }


def version(row: Row) -> Shape:
    return {
        "version": row["version"],
        "seen_at": iso(row["seen_at"]),
        "title": row["title"],
        "body": row["body"],
    }


def attempt(row: Row) -> Shape:
    return {
        "tried_at": iso(row["tried_at"]),
        "result": row["result"],
        "detail": row["detail"],
        "answer": row["answer"],
    }
