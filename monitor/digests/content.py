"""What a digest says, before it has a form, and what of it decides whether it is sent."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from monitor.settings import Severity

Words = tuple[tuple[str, bool], ...]  # a cleaned sentence in pieces, each with whether it matched

_MONDAY = 0


class DigestKind(StrEnum):
    DAILY = "daily"
    QUIET = "quiet"  # at the end of a channel's quiet hours
    ASKED = "asked"  # by `digest --now`


class Section(StrEnum):
    """Where a story stands, in the order of the page; each story stands in one."""

    NEW = "new"
    UPDATED = "updated"
    CAP = "cap"
    LATE = "late"
    DEMOTED = "demoted"
    SILENCED = "silenced"
    ACKED = "acked"


# What may be told at once but for the hour, and what never is: both are plain news in a digest.
_PLAIN = frozenset(("low", "quiet"))


@dataclass(frozen=True, slots=True)
class Story:
    """One story as the channel has it.  Texts are cleaned, and escaped nowhere.

    `origins` 0: nobody knows.  `sentence` of the first match and its `place`, where they are shown.
    `news`: what is new in it, in words.  `told_at`: people were told of it at once; otherwise
    `fate` says why not, where the section does not.
    """

    section: Section
    headline: str
    url: str | None
    rules: tuple[str, ...]
    severity: Severity
    articles: int
    origins: int
    newest_at: int
    alert_id: str
    told_at: int | None = None
    fate: str = ""
    news: str = ""
    sentence: Words = ()
    place: str = ""


@dataclass(frozen=True, slots=True)
class Heading:
    """How many stories a section has, those included that are not here, and what more to say of
    them: `anniversary 4, film 2`."""

    section: Section
    stories: int
    note: str = ""


@dataclass(frozen=True, slots=True)
class Blind:
    """A source whose silence means nothing."""

    source_id: str
    why: str
    since_at: int | None


@dataclass(frozen=True, slots=True)
class Judged:
    """What the silence of all else stands on.  `canary_at`: when the newest was over, None where
    none flew in the time."""

    items: int
    rules: int
    healthy: int
    sources: int
    canary_at: int | None = None
    canary_fell: bool = False


@dataclass(frozen=True, slots=True)
class Gap:
    """Nothing was asked between these times."""

    begins_at: int
    ends_at: int


@dataclass(frozen=True, slots=True)
class Digest:
    """One channel's digest.  `stories` in the order of sections, the first so many of them.

    `missed` days had no digest, for no daemon ran; `refused`: the days of digests that no recipient
    ever got, which this one makes up for.  `newest`: the alerts told shortly before `covers_to`
    that it knew of, shown or not; None where that was not kept.
    """

    digest_id: str
    channel: str
    kind: DigestKind
    day: str
    timezone: str
    covers_from: int
    covers_to: int
    stories: tuple[Story, ...] = ()
    headings: tuple[Heading, ...] = ()
    blind: tuple[Blind, ...] = ()
    judged: Judged | None = None
    missed: int = 0
    refused: tuple[str, ...] = ()
    gaps: tuple[Gap, ...] = ()
    newest: tuple[str, ...] | None = None

    @property
    def total(self) -> int:
        return sum(heading.stories for heading in self.headings)


def may_be_known(whys: Collection[str], *, told: bool) -> bool:
    """Whether it matters where a story stands that the channel had it before."""
    return told or bool(_PLAIN & set(whys))


def section_of(whys: Collection[str], *, told: bool, known: bool) -> Section:
    """Where a story stands: `whys` its alerts were held, if it was `told` at once, if the channel
    had it before.  What people saw or would have seen comes before what was kept from them."""
    if may_be_known(whys, told=told):
        return Section.UPDATED if known else Section.NEW
    if "updates" in whys:
        return Section.UPDATED
    return next(section for section in Section if section in whys)


def sorted_stories(stories: Iterable[Story]) -> list[Story]:
    """By section, then severity, origins and novelty."""
    order = list(Section)
    return sorted(
        stories,
        key=lambda one: (
            order.index(one.section),
            one.severity.rank,
            -one.origins,
            -one.newest_at,
            one.alert_id,
        ),
    )


def counted(words: Iterable[str]) -> str:
    """`anniversary 4, film 2`, the most frequent first."""
    counts = Counter(words)
    ranked = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    return ", ".join(f"{word} {count}" for word, count in ranked)


def is_worth_sending(digest: Digest, blind_before: Sequence[str]) -> bool:
    """An empty one is sent on Mondays only, so that its silence is known to be meant, and when a
    source is blind that was not in the digest before."""
    if digest.total or digest.kind is not DigestKind.DAILY:
        return bool(digest.total) or digest.kind is DigestKind.ASKED
    fresh = {one.source_id for one in digest.blind} - set(blind_before)
    return bool(fresh) or date.fromisoformat(digest.day).weekday() == _MONDAY
