"""The stories of a channel's digest, from its alerts: each once, with what became of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import groupby
from typing import NamedTuple

from monitor import digests
from monitor.clean import one_line
from monitor.digests import Heading, Section, Story
from monitor.model import Reason, Silence, Told
from monitor.render import facts, quotes, updates
from monitor.render.briefing import Briefing
from monitor.render.facts import Zone
from monitor.settings import Severity, highest
from monitor.store import digest_entries as kept
from monitor.store import silences, told
from monitor.store import stories as grouped
from monitor.store.db import Tx
from monitor.store.digest_entries import Entry

# So many stories stand in a digest; of the others it says how many there are.
MOST_STORIES = {
    Section.NEW: 40, Section.UPDATED: 20, Section.CAP: 40, Section.LATE: 20,
    Section.DEMOTED: 20, Section.SILENCED: 20, Section.ACKED: 20,
}  # fmt: skip

# Of those somebody wants to read what was said; of the others the headline is enough.
_QUOTED = frozenset((Section.NEW, Section.UPDATED, Section.CAP, Section.LATE))
# After these an earlier sentence says less than is known, or what is no longer said.
_OVERTAKES = frozenset((Reason.NUMBER, Reason.LOST, Reason.GAINED))
_MOST_NEWS = 3
_MOST_READ = 20  # alerts of one story, the newest, that are looked through for what is new
# In this order the first that holds; `{}` is what was kept with the alert.
_FATES = {
    "low": "low",
    "quiet": "in quiet hours",
    "updates": "over {}",
    "demoted": "{}",
    "cap": "{}",
}

Alerts = tuple[Entry, ...]  # of one story, oldest first


class Read(NamedTuple):
    """The first stories, and all of them counted."""

    stories: tuple[Story, ...]
    headings: tuple[Heading, ...]


def read(tx: Tx, channel: str, entries: Iterable[Entry], zone: Zone) -> Read:
    """The stories of these alerts, in the order of the page."""
    of_story: dict[str, dict[str, Entry]] = {}
    for entry in entries:
        of_story.setdefault(entry.story_key, {}).setdefault(entry.alert_id, entry)
    outlines = {}
    for key, unique in of_story.items():
        alerts = tuple(unique.values())
        outline = _outline(tx, channel, key, alerts, zone.now)
        outlines[outline.alert_id] = outline, alerts
    stories: list[Story] = []
    headings = []
    ordered = digests.sorted_stories(outline for outline, _ in outlines.values())
    for section, group in groupby(ordered, key=lambda one: one.section):
        found = [outlines[one.alert_id] for one in group]
        stories += [_filled(tx, *one, zone) for one in found[: MOST_STORIES[section]]]
        note = _note(tx, section, [of_one for _, of_one in found], zone)
        headings.append(Heading(section, len(found), note))
    return Read(tuple(stories), tuple(headings))


def _outline(tx: Tx, channel: str, story_key: str, alerts: Alerts, until: int) -> Story:
    """What places a story on the page; its words come later, if it is shown."""
    whys = [each.why for each in alerts if each.why]
    is_told = any(each.why is None for each in alerts)
    known = digests.may_be_known(whys, told=is_told) and kept.was_known(
        tx, channel, story_key, min(each.raised_at for each in alerts)
    )
    section = digests.section_of(whys, told=is_told, known=known)
    tally = grouped.tally(tx, story_key, until)
    head = alerts[-1] if section is Section.UPDATED else alerts[0]
    return Story(
        section=section,
        headline="",
        url=None,
        rules=tuple(sorted({each.rule_id for each in alerts})),
        severity=highest(Severity(each.severity) for each in alerts),
        articles=max(tally.articles, 1),
        origins=len(tally.origins),
        newest_at=max(each.raised_at for each in alerts),
        alert_id=head.alert_id,
    )


def _filled(tx: Tx, outline: Story, alerts: Alerts, zone: Zone) -> Story:
    head = told.alert(tx, outline.alert_id)
    told_at = min((each.told_at for each in alerts if each.told_at is not None), default=None)
    filled = replace(
        outline,
        headline=facts.headline(head.stored),
        url=facts.address(head.stored),
        told_at=told_at,
        fate="" if told_at is not None else _fate(head, alerts, zone),
        news=_news(tx, _newer(outline.section, alerts), zone),
    )
    if outline.section not in _QUOTED:
        return filled
    for quote in quotes.choose([head]).shown[:1]:
        pieces = tuple((piece.text, piece.marked) for piece in quote.pieces if piece.text)
        return replace(filled, sentence=pieces, place=quote.place)
    return filled


def _fate(head: Told, alerts: Alerts, zone: Zone) -> str:
    """Why people were not told, or not yet."""
    if any(each.why is None for each in alerts):
        waits = any(each.waits for each in alerts)
        return "on its way" if waits else "could not be delivered"
    whys = {each.why: each.detail for each in alerts}
    published = head.stored.item.published
    if "late" in whys and published is not None:
        return f"published {zone.day(zone.local(published.at).date())}"
    for why, words in _FATES.items():
        if why in whys:
            return words.format(one_line(whys[why], facts.LONGEST_NAME)).strip()
    return ""


def _newer(section: Section, alerts: Alerts) -> Alerts:
    """What is new in a story; in other sections, what its sentence or headline does not say."""
    if section is Section.UPDATED:
        return alerts
    return tuple(each for each in alerts if each.reason in _OVERTAKES)


def _news(tx: Tx, alerts: Alerts, zone: Zone) -> str:
    """What is new, as a message of its own would say it."""
    if not alerts:
        return ""
    newest = tuple(told.alert(tx, each.alert_id) for each in alerts[-_MOST_READ:])
    briefing = Briefing("", 2, newest, zone.now, zone.now, timezone=zone.zone.key)
    said = [one.what.removeprefix("Update: ") for one in updates.updates(briefing)]
    return ", ".join(said[:_MOST_NEWS])


def _note(tx: Tx, section: Section, stories: Sequence[Alerts], zone: Zone) -> str:
    """What a heading says besides the number of its stories."""
    details = [
        next((each.detail for each in alerts if each.why == section and each.detail), None)
        for alerts in stories
    ]
    named = [one_line(detail, facts.LONGEST_NAME) for detail in details if detail]
    if section is Section.DEMOTED:
        return digests.counted(named)
    if section is Section.CAP:
        return ", ".join(dict.fromkeys(named))
    if section is Section.SILENCED:
        hiding = [one for one in silences.ending_after(tx, 0) if one.id in set(named)]
        return "; ".join(_silence(one, zone) for one in hiding)
    return ""


def _silence(one: Silence, zone: Zone) -> str:
    reason = one_line(one.reason, facts.LONGEST_NAME)
    until = f"until {zone.dated(one.ends_at)}, by {one_line(one.author, facts.LONGEST_NAME)}"
    return f"{until}: {reason}" if reason else until
