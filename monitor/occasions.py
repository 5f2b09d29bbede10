"""Decide what is new in a match: the occasions on which a rule alerts people to a story.

Knows no store and no clock.  An occasion is derived from what it is about, so that the same one is
the same alert, however often and in whatever order it is derived.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from monitor.figures import Said, number_told
from monitor.model import Answer, Change, Past, Reason, StoredItem
from monitor.settings import Rule, Severity

FIRST = "first"

_FINGERPRINT = 16  # characters that tell a version


class Occasion(NamedTuple):
    """Why now: `key` tells it among those of one rule and story; `detail` what a message says."""

    key: str
    reason: Reason
    detail: Mapping[str, object] = {}


@dataclass(frozen=True, slots=True)
class Situation:
    """What a decision about one item's matches needs to know.

    `news_at` is None while the item was only ever seen at first sights.  `item_told`: people were
    told of the item itself, by whatever rule.
    """

    stored: StoredItem
    story_key: str
    change: Change
    news_at: int | None
    now: int
    late_after_seconds: int | None
    item_told: bool = False


class Finding(NamedTuple):
    """A match as it is weighed: what it is worth, what the rule says of the version before (None:
    that does not matter), who counts what beside the rule's matches in the story, and whether it
    stood there when the article was news already."""

    severity: Severity
    before: Answer | None = None
    said: Mapping[str, Sequence[Said]] = {}
    stood: bool = False


class Verdict(NamedTuple):
    """The occasions to raise, and the word for what became of the match."""

    occasions: tuple[Occasion, ...]
    reason: Reason


def judge(situation: Situation, rule: Rule, finding: Finding, past: Past) -> Verdict:
    """What is new in a match; nothing for a plain copy."""
    if situation.news_at is None:
        return Verdict((), Reason.BASELINE)
    known = Reason.TOLD if past.item_told else Reason.COUNTED
    if situation.change is Change.MODIFIED and not rule.on_update:
        return Verdict((), known if past.severity else Reason.NOT_ON_UPDATE)
    if past.severity is None and finding.stood:
        return Verdict((), known)  # the rule is newer than what it found
    if past.severity is None:
        return Verdict((_first(situation.stored),), Reason.FIRST)
    new = tuple(
        occasion for occasion in _news(situation, finding, past) if occasion.key not in past.keys
    )
    return Verdict(new, new[0].reason if new else known)


def lost(situation: Situation, rule: Rule, past: Past) -> Occasion | None:
    """The article matched before, and does not any more: news if people know it so."""
    edited = rule.on_update or situation.change is not Change.MODIFIED
    if situation.news_at is None or not past.item_says or not edited:
        return None
    occasion = _edited(situation.stored, Reason.LOST)
    return None if occasion.key in past.keys else occasion


def _news(situation: Situation, finding: Finding, past: Past) -> Iterator[Occasion]:
    stored, severity, told_as = situation.stored, finding.severity, past.severity
    assert told_as is not None
    if severity.rank < told_as.rank:
        detail = {"old": told_as.value, "new": severity.value}
        yield _stated(Reason.SEVERITY, detail)
    if stored.origin is not None and stored.origin not in past.origins and not past.item_told:
        yield _stated(Reason.ORIGIN, {"origin": stored.origin})
    yield from _higher_figures(finding.said, past.figures)
    if finding.before is Answer.NO and situation.item_told:
        yield _edited(stored, Reason.GAINED)


def _higher_figures(
    said: Mapping[str, Sequence[Said]], told: Mapping[str, int]
) -> Iterator[Occasion]:
    for kind, by in sorted(said.items()):
        value = number_told(by, told.get(kind))
        if value is None:
            continue
        outlets = sorted({one.outlet for one in by if one.value == value})
        detail = {"kind": kind, "old": told.get(kind), "new": value, "outlets": outlets}
        yield _stated(Reason.NUMBER, detail)


def _first(stored: StoredItem) -> Occasion:
    return Occasion(FIRST, Reason.FIRST, {"origin": stored.origin} if stored.origin else {})


def _stated(reason: Reason, detail: Mapping[str, object]) -> Occasion:
    return Occasion(key_of(reason, detail), reason, detail)


def _edited(stored: StoredItem, reason: Reason) -> Occasion:
    key = edited_key(reason, stored.fingerprint)
    return Occasion(key, reason, {"version": stored.version})


def edited_key(reason: Reason, fingerprint: str) -> str:
    """The occasion of an edit that made a text of this fingerprint."""
    return f"{reason}:{fingerprint[:_FINGERPRINT]}"


_SAID = {
    Reason.SEVERITY: "severity:{new}",
    Reason.ORIGIN: "origin:{origin}",
    Reason.NUMBER: "number:{kind}:{new}",
}


def key_of(reason: Reason, detail: Mapping[str, object]) -> str:
    """The occasion that is told by its detail alone.  KeyError for another, or for a detail that
    lacks something."""
    return _SAID[reason].format(**detail)
