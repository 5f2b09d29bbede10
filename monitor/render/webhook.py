"""The webhook form: JSON for a program, described in docs/json.md.

What publishers wrote is cleaned as for people, so that no lone surrogate breaks a strict reader.
Says nothing that depends on when it is sent: every try has the same bytes.
"""

from __future__ import annotations

import hashlib

from monitor import asjson
from monitor.clean import clean, cut, link, one_line
from monitor.model import Message, StoredItem, Told, iso, short_id
from monitor.render import digest as summary
from monitor.render import digest_json, facts
from monitor.render.briefing import Briefing, Bulletin, Roundup
from monitor.render.quotes import each

MOST_SPANS = 10
_LONGEST_TEXT = 2000
_LONGEST_NOTICE = 20_000
_ITEM = (
    "site", "title", "byline", "authors", "place", "wire", "published_at", "updated_at", "section",
    "lang", "tags",
)  # fmt: skip
_ADDRESSES = ("url", "canonical_url", "image")

Shape = dict[str, object]


def alert(briefing: Briefing, channel: str, recipient: str) -> Message:
    told = briefing.told
    tally = facts.counted(briefing)
    said = {
        **_common("test" if briefing.test else "alert", briefing),
        "channel": channel,
        "story": briefing.head.story_key,
        "severity": str(facts.severity(briefing.alerts)),
        "headline": facts.headline(briefing.head),
        "alerts": [_alert(one) for one in briefing.alerts],
        "items": [_item(one) for one in {each.stored.id: each.stored for each in told}.values()],
        "counts": {
            "articles": tally.articles,
            "origins": len(tally.origins),
            "origin_names": list(tally.origins),
        },
        **_takes_up(briefing),
    }
    return _message(briefing, said)


def notice(bulletin: Bulletin) -> Message:
    said = {
        **_common("test" if bulletin.test else "ops", bulletin),
        "headline": one_line(bulletin.headline, facts.LONGEST_HEADLINE),
        "text": "\n".join(clean(one) for one in bulletin.text[:_LONGEST_NOTICE].splitlines()),
    }
    return _message(bulletin, said)


def digest(roundup: Roundup) -> Message:
    said = {
        **_common("digest", roundup),
        "headline": summary.title(roundup),
        "digest": digest_json.shape(roundup.digest),
    }
    return _message(roundup, said)


def idempotency_key(about: Briefing | Bulletin | Roundup) -> str:
    """The same for every try of one message, and for no other message."""
    text = f"{facts.id_key(about)}\n{about.revision}"
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _message(about: Briefing | Bulletin | Roundup, said: Shape) -> Message:
    key = idempotency_key(about)
    return Message(text=str(said["headline"]), webhook=said, message_id=key)


def _common(kind: str, about: Briefing | Bulletin | Roundup) -> Shape:
    return {
        "kind": kind,
        "conversation": clean(about.conversation_id),
        "revision": about.revision,
        "created_at": iso(about.created_at),
    }


def _alert(told: Told) -> Shape:
    alert, spans = told.alert, each(told, MOST_SPANS)
    return {
        "id": alert.alert_id,
        "short_id": short_id(alert.alert_id),
        "rule": one_line(told.rule_name, facts.LONGEST_NAME),
        "severity": str(alert.severity),
        "reason": str(alert.reason),
        "occasion": clean(alert.occasion),
        "detail": {name: _cleaned(value) for name, value in alert.detail.items()},
        "raised_at": iso(alert.raised_at),
        "demoted": alert.demoted,
        "late": alert.late,
        "partial": alert.partial,
        "item": alert.item_id,
        "version": alert.version,
        "spans": [
            {
                "field": span.field, "start": span.start, "end": span.end,
                "place": quote.place, "sentence": quote.marked("", ""),
                "found": " ".join(piece.text for piece in quote.pieces if piece.marked),
            }
            for span, quote in spans
        ],
        "more_spans": max(len(alert.spans) - len(spans), 0),
    }  # fmt: skip


def _takes_up(briefing: Briefing) -> Shape:
    if briefing.follows is None:
        return {}
    alert_id, told_at = briefing.follows
    known = {"id": alert_id, "short_id": short_id(alert_id), "told_at": iso(told_at)}
    return {"takes_up": known}


def _item(stored: StoredItem) -> Shape:
    known = asjson.article(stored.item)
    return {
        "id": stored.id,
        "source": stored.source_id,
        "version": stored.version,
        "first_seen_at": iso(stored.first_seen_at),
        **{name: link(str(known[name] or "")) for name in _ADDRESSES},
        **{name: _cleaned(known[name]) for name in _ITEM},
    }


def _cleaned(value: object) -> object:
    if isinstance(value, list | tuple):
        return [_cleaned(one) for one in value]
    return cut(clean(value).strip(), _LONGEST_TEXT) if isinstance(value, str) else value
