"""What all forms of a digest share: its title, what it covers, its headings, its lines.

Escapes nothing, wraps nothing.  Texts of publishers were cleaned when they were gathered.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from monitor.clean import header
from monitor.digests import Digest, DigestKind, Gap, Heading, Section, Story
from monitor.model import short_id
from monitor.render import facts
from monitor.render.briefing import Roundup
from monitor.render.facts import Zone
from monitor.settings import Severity

EVERYTHING = "wirewatch alerts"  # lists what a digest has no room for
MOST_BLIND = 20

_DAY_MS = 24 * 3600 * 1000
_NAMES = {
    Section.NEW: "NEW",
    Section.UPDATED: "UPDATED",
    Section.CAP: "HELD BACK BY CAP",
    Section.LATE: "LATE",
    Section.DEMOTED: "DEMOTED",
    Section.SILENCED: "SILENCED",
    Section.ACKED: "ACKED",
}
_SHORT_NAMES = {Section.CAP: "held back"}
_OCCASIONS = {
    DigestKind.DAILY: "",
    DigestKind.QUIET: ", quiet hours are over",
    DigestKind.ASKED: ", as asked",
}


def title(roundup: Roundup) -> str:
    """`Wirewatch, Sun 22 Nov 07:30 Europe/Berlin`."""
    digest, zone = roundup.digest, Zone.of(roundup)
    at = zone.dated(digest.covers_to)
    return f"Wirewatch, {at} {digest.timezone}{_OCCASIONS[digest.kind]}"


def subject(roundup: Roundup) -> str:
    """`[wirewatch] Digest, Sun 22 Nov: 3 new, 1 updated, 4 held back; 2 sources blind`."""
    digest, zone = roundup.digest, Zone.of(roundup)
    day = zone.local(digest.covers_to)
    counts = [
        f"{heading.stories} {_SHORT_NAMES.get(heading.section, heading.section.value)}"
        for heading in digest.headings
    ]
    blind = f"; {_many(len(digest.blind), 'source')} blind" if digest.blind else ""
    said = ", ".join(counts) or "nothing to tell"
    return header(f"[wirewatch] Digest, {day:%a} {zone.day(day.date())}: {said}{blind}")


def covers(roundup: Roundup) -> list[str]:
    """From when to when, and what is not in it."""
    digest, zone = roundup.digest, Zone.of(roundup)
    begin, end = (_moment(at, digest, zone) for at in (digest.covers_from, digest.covers_to))
    span = f"{begin} to {end}"
    if digest.kind is DigestKind.QUIET:
        return [f"Held back {span}."]
    lines = [f"Nothing was polled {_gap(gap, digest, zone)}." for gap in digest.gaps]
    if digest.refused:
        days = facts.names(zone.day(date.fromisoformat(day)) for day in digest.refused)
        lines.append(f"Nobody got the digest of {days}: what it said is here.")
    if digest.missed:
        days = _many((_day(digest.covers_to, zone) - _day(digest.covers_from, zone)).days, "day")
        return [f"Covers {span}, {days}: the daemon did not run.", *lines]
    return [f"Covers {span}{'' if lines else ', complete'}.", *lines]


def heading(one: Heading) -> str:
    """`NEW 3 stories`, `DEMOTED 6 (anniversary 4, film 2)`."""
    count = _many(one.stories, "story") if one.section is Section.NEW else str(one.stories)
    return f"{_NAMES[one.section]} {count}{f' ({one.note})' if one.note else ''}"


def sections(digest: Digest) -> Iterator[tuple[Heading, list[Story]]]:
    """Each heading with those of its stories that are here."""
    for one in digest.headings:
        yield one, [story for story in digest.stories if story.section is one.section]


def label(story: Story) -> str:
    """Before the headline: a severity that is out of the ordinary."""
    return "" if story.severity in (Severity.NORMAL, Severity.LOW) else f"[{story.severity}] "


def small_print(story: Story, roundup: Roundup) -> list[str]:
    """What stands under a headline: what is new, rules, who says it, what became of it, the id."""
    zone = Zone.of(roundup)
    told = ""
    if story.told_at is not None:
        told = f"told {_moment(story.told_at, roundup.digest, zone)}"
    origins = f", {_many(story.origins, 'origin')}" if story.origins else ""
    parts = [
        story.news,
        facts.names(story.rules),
        f"{_many(story.articles, 'article')}{origins}",
        told or story.fate,
        short_id(story.alert_id),
    ]
    return [part for part in parts if part]


def more(one: Heading, shown: int) -> str:
    """What a section has besides; empty: nothing."""
    left = one.stories - shown
    return f"and {left:,} more: {EVERYTHING}" if left else ""


def blind_heading(digest: Digest) -> str:
    """`BLIND 2`."""
    return f"BLIND {len(digest.blind)}"


def blind(roundup: Roundup, most: int = MOST_BLIND) -> list[str]:
    """A line for each source whose silence means nothing, and one for those above `most`."""
    zone, found = Zone.of(roundup), roundup.digest.blind
    lines = [
        f"{one.source_id}: {one.why}"
        + (f", since {_moment(one.since_at, roundup.digest, zone)}" if one.since_at else "")
        for one in found[:most]
    ]
    left = len(found) - len(lines)
    return [*lines, f"and {left:,} more: wirewatch status"] if left else lines


def judged(roundup: Roundup) -> str:
    """`1,431 items by 2 rules; 12 of 13 sources healthy; canary 07:05`."""
    stated, zone = roundup.digest.judged, Zone.of(roundup)
    if stated is None:
        return ""
    parts = [
        f"{_many(stated.items, 'item')} by {_many(stated.rules, 'rule')}",
        f"{stated.healthy:,} of {_many(stated.sources, 'source')} healthy",
    ]
    if stated.canary_at is not None:
        at = stated.canary_at
        today = _day(at, zone) == _day(roundup.digest.covers_to, zone)
        canary = f"{zone.local(at):%H:%M}" if today else _moment(at, roundup.digest, zone)
        parts.append(f"canary {canary}{' FAILED' if stated.canary_fell else ''}")
    return "; ".join(parts)


def _moment(at: int, digest: Digest, zone: Zone) -> str:
    """`Sat 07:30`, with the date where the weekday alone would not tell."""
    local = zone.local(at)
    near = abs(digest.covers_to - at) < 6 * _DAY_MS
    return f"{local:%a %H:%M}" if near else zone.dated(at)


def _day(at: int, zone: Zone) -> date:
    return zone.local(at).date()


def _gap(gap: Gap, digest: Digest, zone: Zone) -> str:
    return f"{_moment(gap.begins_at, digest, zone)} to {_moment(gap.ends_at, digest, zone)}"


def _many(count: int, thing: str) -> str:
    """`1 story`, `1,431 items`."""
    if count == 1:
        return f"1 {thing}"
    return f"{count:,} {thing[:-1]}ies" if thing.endswith("ry") else f"{count:,} {thing}s"
