"""Builds briefings and bulletins from the cases in data/messages, for the tests of `render`."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from monitor.model import (
    Alert,
    BodyState,
    Followed,
    Item,
    Precision,
    Reason,
    Span,
    Stamp,
    StoredItem,
    Told,
)
from monitor.render.briefing import Briefing, Bulletin
from monitor.settings import Severity

CASES = sorted((Path(__file__).parent / "data" / "messages").iterdir())


def load(case: Path) -> Briefing | Bulletin:
    given = YAML(typ="safe").load((case / "case.yaml").read_text("utf-8"))
    common: dict[str, Any] = {
        "conversation_id": given["conversation"],
        "revision": given.get("revision", 1),
        "created_at": millis(given["created"]),
        "now": millis(given["now"]),
        "timezone": given.get("timezone", "UTC"),
        "domain": given.get("domain", "desk.example"),
        "test": given.get("test", False),
    }
    if "headline" in given:
        return Bulletin(headline=given["headline"], text=given["text"], **common)
    stored = [_stored(number, item) for number, item in enumerate(given["items"], 1)]
    return Briefing(
        alerts=tuple(_told(alert, stored) for alert in given["alerts"]),
        earlier=tuple(_told(alert, stored) for alert in given.get("earlier", ())),
        source_names=given.get("source_names", {}),
        thread=given.get("thread"),
        follows=_follows(given.get("follows")),
        **common,
    )


def briefing(item: Item, *alerts: tuple[str, Sequence[Span]], **changed: Any) -> Briefing:
    """One article and its alerts: rule and spans."""
    stored = StoredItem(1, item, "wire", 1_700_000_000_000, 1, BodyState.FULL, "story")
    told = tuple(Told(_alert(rule, spans), stored, rule) for rule, spans in alerts)
    words = {"created_at": 1_700_000_060_000, "now": 1_700_000_120_000, "domain": "desk.example"}
    return Briefing("4f2a91c07d3e5b68", changed.pop("revision", 1), told, **(words | changed))


def find(text: str | None, words: Sequence[str], field: str = "body") -> tuple[Span, ...]:
    """All places of the words in a field's text, sorted."""
    spans = []
    for word in words:
        at = (text or "").find(word)
        while at >= 0:
            spans.append(Span(field, at, at + len(word)))
            at = (text or "").find(word, at + 1)
    return tuple(sorted(spans))


def millis(moment: Any) -> int:
    """A YAML time (UTC, without a zone) as epoch milliseconds."""
    return int((moment - moment.__class__(1970, 1, 1, tzinfo=moment.tzinfo)).total_seconds() * 1000)


def _follows(given: Mapping[str, Any] | None) -> Followed | None:
    return given and Followed(given["alert"], millis(given["told"]))


def _stored(number: int, given: Mapping[str, Any]) -> StoredItem:
    words = dict(given)
    seen, stamp = words.pop("seen"), words.pop("published", None)
    published = None
    if stamp is not None:
        day = stamp.get("day")
        precision = Precision.DAY if day else Precision.MINUTE
        published = Stamp(millis(stamp["at"]), precision, str(day) if day else None)
    item = Item(**{"partial": False, **words}, published=published)
    return StoredItem(number, item, "wire", millis(seen), 1, BodyState.FULL, "story")


def _told(given: Mapping[str, Any], stored: Sequence[StoredItem]) -> Told:
    about = stored[given.get("item", 1) - 1]
    field = given.get("in", "body")
    spans = find(getattr(about.item, field), given["find"], field)
    alert = _alert(given["rule"], spans, given.get("severity", "normal"))
    changed = {"item_id": about.id, "late": given.get("late", False)}
    changed |= {"partial": about.item.partial, "demoted": given.get("demoted")}
    return Told(Alert(**{**_fields(alert), **changed}), about, given["rule"])


def _alert(rule: str, spans: Sequence[Span], severity: str = "normal") -> Alert:
    return Alert(
        alert_id=hashlib.sha256(rule.encode("utf-8", "replace")).hexdigest()[:16],
        rule_id=rule,
        item_id=1,
        story_key="story",
        occasion="first",
        reason=Reason.FIRST,
        raised_at=1_700_000_000_000,
        severity=Severity(severity),
        spans=tuple(spans),
        late=False,
        partial=False,
        version=1,
    )


def _fields(alert: Alert) -> dict[str, Any]:
    return {name: getattr(alert, name) for name in Alert.__slots__}
