"""What a message says besides its quotes: who, where, when, and what to beware of, cleaned.

Escapes nothing, lays nothing out.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from monitor import urls
from monitor.clean import header, link, one_line
from monitor.model import Button, Precision, Stamp, StoredItem, Tally, Told, short_id
from monitor.render.briefing import Briefing, Bulletin, Roundup, Said
from monitor.settings import highest

LONGEST_HEADLINE = 300
LONGEST_NAME = 60
MOST_NAMES = 6
DELAYED_AFTER_MS = 6 * 3600 * 1000

_MINUTE_MS = 60_000
_KINDS = {Briefing: "story", Bulletin: "ops", Roundup: "digest"}
_LONGEST_SUBJECT_HEADLINE = 200
_LAST_AT = 253_402_214_400_000  # the last day of 9999: datetime ends there
_PLAIN_ID = re.compile(r"[A-Za-z0-9]{1,64}")
_DOMAIN = re.compile(r"(?=.{1,200}\Z)[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?")


@dataclass(frozen=True, slots=True)
class Zone:
    """Times as people here read them."""

    zone: ZoneInfo
    now: int

    @classmethod
    def of(cls, briefing: Briefing | Bulletin | Roundup) -> Zone:
        try:
            zone = ZoneInfo(briefing.timezone)
        except (KeyError, ValueError, OSError):
            zone = ZoneInfo("UTC")
        return cls(zone, briefing.now)

    def local(self, at: int) -> datetime:
        moment = datetime.fromtimestamp(min(max(at, 0), _LAST_AT) / 1000, UTC)
        try:
            return moment.astimezone(self.zone)
        except OverflowError:
            return moment

    def clock(self, at: int) -> str:
        """`14:11 UTC`."""
        return self.local(at).strftime("%H:%M %Z")

    def day(self, day: date) -> str:
        """`17 Nov`, with the year where it is another one."""
        year = "" if day.year == self.local(self.now).year else f" {day.year}"
        return f"{day.day} {day:%b}{year}"

    def dated(self, at: int) -> str:
        """`Sun 22 Nov 07:30`, with the year where it is another one."""
        local = self.local(at)
        return f"{local:%a} {self.day(local.date())} {local:%H:%M}"

    def moment(self, at: int) -> str:
        """The clock alone when it is today, else day and clock."""
        local = self.local(at)
        today = local.date() == self.local(self.now).date()
        return self.clock(at) if today else f"{self.day(local.date())} {self.clock(at)}"


def headline(stored: StoredItem) -> str:
    return one_line(stored.item.title, LONGEST_HEADLINE, absent="(no headline)")


def address(stored: StoredItem) -> str | None:
    return link(stored.item.url)


def names(words: Iterable[str], most: int = MOST_NAMES) -> str:
    """`a, b, c and 4 more`, each once."""
    unique = list(dict.fromkeys(one_line(word, LONGEST_NAME) for word in words))
    more = f" and {len(unique) - most} more" if len(unique) > most else ""
    return ", ".join(unique[:most]) + more


def rules(alerts: Sequence[Told]) -> str:
    return names(told.rule_name for told in alerts)


def counted_rules(alerts: Sequence[Told]) -> str:
    """`liberated (2), car-bombing (1)`: rules with the number of places."""
    places: dict[str, int] = {}
    for told in alerts:
        name = one_line(told.rule_name, LONGEST_NAME)
        places[name] = places.get(name, 0) + len(told.alert.spans)
    return names(f"{name} ({count})" if count else name for name, count in places.items())


def severity(alerts: Sequence[Told]) -> str:
    """The highest."""
    return highest(told.alert.severity for told in alerts)


def ids(alerts: Sequence[Told]) -> str:
    """What `why` takes."""
    return names(short_id(told.alert.alert_id) for told in alerts)


def subject(briefing: Briefing) -> str:
    """Of the e-mails of a conversation: the first message's rules and headline, for ever."""
    first = briefing.first
    title = one_line(first[0].stored.item.title, _LONGEST_SUBJECT_HEADLINE, absent="(no headline)")
    test = "[TEST] " if briefing.test else ""
    again = "Re: " if briefing.revision > 1 else ""
    return header(f"{again}{test}[{names((t.rule_name for t in first), 3)}] {title}")


def said_by(briefing: Briefing) -> str:
    """`NWA via example-wire.test`, or the outlet alone."""
    wire, outlet = _wire(briefing.head), outlet_of(briefing, briefing.head)
    return f"{wire} via {outlet}" if wire and wire != outlet else outlet


def place(briefing: Briefing) -> str:
    return one_line(briefing.head.item.place, LONGEST_NAME)


def byline(briefing: Briefing) -> str:
    return one_line(briefing.head.item.byline, 2 * LONGEST_NAME)


def outlet_of(briefing: Briefing, stored: StoredItem) -> str:
    named = briefing.source_names.get(stored.source_id)
    host = stored.site or urls.site(stored.item.url)
    return one_line(named or host or stored.source_id, LONGEST_NAME)


def reporters(briefing: Briefing) -> str:
    """`7 articles (was 4), 2 origins: NWA, Coastal Press (was 1)`."""
    tally, before = counted(briefing), briefing.tally_before
    articles, origins = _some(tally.articles, "article"), _some(len(tally.origins), "origin")
    if before is not None and before.articles != tally.articles:
        articles += f" (was {before.articles})"
    if not tally.origins:
        return f"{articles}, origin unknown"
    was = f" (was {len(before.origins)})" if before and before.origins != tally.origins else ""
    return f"{articles}, {origins}: {names(tally.origins)}{was}"


def counted(briefing: Briefing) -> Tally:
    """The story's articles and origins; of what was told alone, where nobody counted."""
    if briefing.tally is not None:
        return briefing.tally
    stored = {told.stored.id: told.stored for told in briefing.told}
    said = (_wire(one) or outlet_of(briefing, one) for one in stored.values())
    return Tally(len(stored), tuple(dict.fromkeys(said)))


def others(briefing: Briefing) -> list[StoredItem]:
    """The articles besides the head that the new alerts speak of."""
    found = {told.stored.id: told.stored for told in briefing.alerts}
    found.pop(briefing.head.id, None)
    return list(found.values())


def published(briefing: Briefing, zone: Zone) -> str:
    """`published 17 Nov 14:02 UTC, 9 min old`; a date without a time says so."""
    stamp = briefing.head.item.published
    if stamp is None:
        return "published at no stated time"
    if stamp.precision is Precision.DAY:
        return _published_day(stamp, zone)
    return f"published {zone.moment(stamp.at)}, {_age(zone.now - stamp.at)}"


def seen(briefing: Briefing, zone: Zone) -> str:
    return f"seen {zone.moment(briefing.head.first_seen_at)}"


def taken_up(briefing: Briefing, zone: Zone) -> list[str]:
    """`takes up 7K3F9Q of 12 Nov again`: a story that the channel was told of, and that closed."""
    if briefing.follows is None:
        return []
    alert_id, told_at = briefing.follows
    return [f"takes up {short_id(alert_id)} of {zone.day(zone.local(told_at).date())} again"]


def besides(briefing: Briefing) -> list[str]:
    """What the channel is not told by messages of their own."""
    if not briefing.held_back:
        return []
    return [f"besides, {held_back(briefing.held_back)} for the next digest"]


def held_back(stories: int) -> str:
    """`4 stories held back`."""
    return f"{stories} {'story' if stories == 1 else 'stories'} held back"


def warnings(briefing: Briefing) -> list[str]:
    """What a reader has to know before believing it is fresh and whole."""
    delay = delayed(briefing)
    found = [delay] if delay else []
    if any(told.alert.late for told in briefing.alerts):
        found.append("late: published long before it was seen")
    if any(told.alert.partial for told in briefing.alerts):
        found.append("partial: only the teaser was read")
    return found + _demotions(briefing.alerts)


def said(one: Said, zone: Zone) -> str:
    """`seen by ana, 14:11 UTC`."""
    author, at = one_line(one.author, LONGEST_NAME), zone.moment(one.at)
    if one.button is Button.ACK:
        return f"seen by {author}, {at}"
    if one.button is Button.MUTE and one.until_at is not None:
        return f"muted until {zone.moment(one.until_at)} by {author}"
    return f"not relevant, says {author}, {at}"


def delayed(about: Briefing | Bulletin) -> str | None:
    """`delayed 7 h`, of what could not be sent when it was owed."""
    waited = about.now - about.created_at
    return f"delayed {_span(waited)}" if waited > DELAYED_AFTER_MS else None


def _demotions(alerts: Sequence[Told]) -> list[str]:
    """`demoted: film`; with the rules, where other alerts of the message are not demoted."""
    demoted = [told for told in alerts if told.alert.demoted]
    words: dict[str, list[Told]] = {}
    for told in demoted:
        words.setdefault(told.alert.demoted or "", []).append(told)
    if len(demoted) == len(alerts):
        return [f"demoted: {names(words)}"] if words else []
    return [f"demoted: {names([word])} ({rules(each)})" for word, each in words.items()]


def message_id(about: Briefing | Bulletin | Roundup, revision: int) -> str:
    """The same for every sending of one revision, whoever sends it and when.

    The conversation's whole id: receivers drop a second message with a known Message-ID.
    """
    kind = _KINDS[type(about)]
    key = id_key(about)
    if not _PLAIN_ID.fullmatch(key):
        key = hashlib.sha256(key.encode("utf-8", "replace")).hexdigest()[:16]
    return f"<{kind}.{key}.{revision}@{domain(about)}>"


def id_key(about: Briefing | Bulletin | Roundup) -> str:
    """What the ids of a conversation's messages are made of: no two conversations' are the same,
    though other databases know the same story by the same names."""
    if about.stamped_at is None:
        return about.conversation_id
    text = f"{about.conversation_id}\n{about.stamped_at}"
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:16]


def domain(about: Briefing | Bulletin | Roundup) -> str:
    return about.domain if _DOMAIN.fullmatch(about.domain) else "localhost"


def _wire(stored: StoredItem) -> str:
    return one_line(stored.item.wire, LONGEST_NAME)


def _published_day(stamp: Stamp, zone: Zone) -> str:
    try:
        day = date.fromisoformat(stamp.day or "")
    except ValueError:
        day = zone.local(stamp.at).date()
    days = (zone.local(zone.now).date() - day) // timedelta(days=1)
    age = f", {_some(days, 'day')} old" if days > 1 else ""
    # One day ahead may be the source's zone.
    age = ", dated in the future" if days < -1 else age
    return f"published {zone.day(day)} (day only){age}"


def _age(passed_ms: int) -> str:
    if passed_ms < -_MINUTE_MS:
        return "dated in the future"
    return f"{_span(max(passed_ms, 0))} old"


def _span(passed_ms: int) -> str:
    """`9 min`, `5 h`, `3 days`, rounded down."""
    minutes = passed_ms // _MINUTE_MS
    if minutes < 60:
        return f"{minutes} min"
    return f"{minutes // 60} h" if minutes < 48 * 60 else _some(minutes // (24 * 60), "day")


def _some(count: int, thing: str) -> str:
    return f"{count} {thing}" if count == 1 else f"{count} {thing}s"
