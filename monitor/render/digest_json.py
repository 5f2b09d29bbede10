"""A digest for programs, described in docs/json.md."""

from __future__ import annotations

from monitor.digests import Digest, Story
from monitor.model import iso, short_id

Shape = dict[str, object]


def shape(digest: Digest) -> Shape:
    stated = digest.judged
    return {
        "id": digest.digest_id,
        "channel": digest.channel,
        "kind": digest.kind.value,
        "day": digest.day,
        "timezone": digest.timezone,
        "covers_from": iso(digest.covers_from),
        "covers_to": iso(digest.covers_to),
        "complete": not (digest.missed or digest.gaps or digest.refused),
        "missed_days": digest.missed,
        "not_delivered": list(digest.refused),
        "not_polled": [{"from": iso(g.begins_at), "to": iso(g.ends_at)} for g in digest.gaps],
        "sections": [
            {"section": one.section.value, "stories": one.stories, "note": one.note}
            for one in digest.headings
        ],
        "stories": [_story(one) for one in digest.stories],
        "blind": [
            {"source": one.source_id, "why": one.why, "since": time(one.since_at)}
            for one in digest.blind
        ],
        "judged": stated and {
            "items": stated.items,
            "rules": stated.rules,
            "healthy": stated.healthy,
            "sources": stated.sources,
            "canary_at": time(stated.canary_at),
            "canary_ok": None if stated.canary_at is None else not stated.canary_fell,
        },
    }  # fmt: skip


def time(at: int | None) -> str | None:
    return None if at is None else iso(at)


def _story(one: Story) -> Shape:
    return {
        "section": one.section.value,
        "headline": one.headline,
        "url": one.url,
        "rules": list(one.rules),
        "severity": one.severity.value,
        "articles": one.articles,
        "origins": one.origins,
        "news": one.news,
        "sentence": "".join(text for text, _ in one.sentence),
        "found": [text for text, hit in one.sentence if hit],
        "place": one.place,
        "told_at": time(one.told_at),
        "fate": one.fate,
        "alert": one.alert_id,
        "short_id": short_id(one.alert_id),
        "newest_at": iso(one.newest_at),
    }
