"""Which digests are due, and a due one written and owed."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import NamedTuple, Protocol
from zoneinfo import ZoneInfo

from pydantic import TypeAdapter

from monitor import digests, hours, routing, schedule, zones
from monitor.digests import Digest, DigestKind
from monitor.gathering import footing, stories
from monitor.model import DeliveryKind
from monitor.render import facts
from monitor.settings import Config, Settings
from monitor.store import digest_entries, outbox
from monitor.store import digests as kept
from monitor.store.db import Row, Store, Tx
from monitor.store.digest_entries import Entry
from monitor.store.digests import NewDigest

log = logging.getLogger("wirewatch.digest")

_CONTENT = TypeAdapter(Digest)
# An alert is raised, and then waits for its turn to be written down: never so long.
_WRITTEN_WITHIN_MS = 10 * 60 * 1000


class Office(Protocol):
    """Where digests are written: an engine."""

    store: Store
    clock: Callable[[], int]

    @property
    def config(self) -> Config: ...


class Due(NamedTuple):
    """A digest that is due; `day` with a number behind it where it is not the first of its kind."""

    channel: str
    kind: DigestKind
    day: str


@dataclass(frozen=True, slots=True)
class Draft:
    """A digest that is not written yet: the holds that it takes, and the unsent ones before it
    that it makes up for."""

    digest: Digest
    held: Sequence[Entry]
    unsent: Sequence[Row]


def due(tx: Tx, config: Config, now: int) -> list[Due]:
    """What is due in all channels: nothing while quiet hours hold, at their end one for all."""
    found = []
    for name in channels(config):
        if hours.is_quiet(config, name, now) or _is_busy(tx, name, now):
            continue
        day = _day_due(tx, config, name, now)
        if day is not None:
            found.append(Due(name, DigestKind.DAILY, day.isoformat()))
        elif kept.quiet_is_held(tx, name, hours.quiet_ended_at(config, name, now)):
            found.append(_another(tx, config, name, DigestKind.QUIET, now))
    return found


def channels(config: Config) -> tuple[str, ...]:
    """Those that have digests: all that an alert can reach."""
    return routing.reached(config.route, config.rules, config.channels)


def next_at(settings: Settings, now: int) -> int:
    """When the next daily digest is due."""
    return digests.next_at(settings.digest.at_minute, _zone(settings), now)


def owe(tx: Tx, config: Config, wanted: Due, now: int) -> Digest | None:
    """Write a digest and owe it to the channel's recipients, with all that it holds.

    None when nothing is to be sent: it is empty, or written already, or the channel's first, which
    says no more than when its time began.
    """
    if wanted.kind is DigestKind.DAILY and not kept.has_begun(tx, wanted.channel):
        kept.write(tx, _row(wanted, now, now))
        return None
    draft = _draft(tx, config, wanted, now)
    digest = draft.digest
    if not digests.is_worth_sending(digest, _blind_before(tx, wanted.channel, now)):
        kept.write(tx, _row(wanted, digest.covers_from, digest.covers_to))
        return None
    content = _CONTENT.dump_json(digest).decode()
    new = replace(_row(wanted, digest.covers_from, digest.covers_to), content=content)
    if not kept.write(tx, new):
        return None
    kept.take(
        tx, new, [each.alert_id for each in draft.held], [row["digest_id"] for row in draft.unsent]
    )
    owed = outbox.Owed(
        wanted.channel, config.channels[wanted.channel].recipients, new.subject,
        DeliveryKind.DIGEST, now, now, now + schedule.GIVE_UP_MS,
    )  # fmt: skip
    outbox.enqueue(tx, owed)
    return digest


async def owe_due(office: Office) -> None:
    """Owe what is due, each channel's in a transaction of its own."""
    config, now = office.config, office.clock()
    found = await office.store.read(lambda tx: due(tx, config, now))
    await asyncio.gather(*(_owe(office, each, now) for each in found))


async def _owe(office: Office, wanted: Due, now: int) -> None:
    config = office.config
    digest = await office.store.write(lambda tx: owe(tx, config, wanted, now))
    if digest is not None:
        log.info("digest.owed channel=%s day=%s", wanted.channel, wanted.day)


def owe_asked(tx: Tx, config: Config, channel: str, now: int) -> Digest | None:
    """A digest at once.  None while the one before is on its way at this moment."""
    if _is_busy(tx, channel, now):
        return None
    return owe(tx, config, _another(tx, config, channel, DigestKind.ASKED, now), now)


def preview(tx: Tx, config: Config, channel: str, now: int) -> Digest:
    """What the channel's next daily digest would say if it came now.  Writes nothing."""
    settings = config.settings
    at = next_at(settings, now)
    day = digests.day_of(settings.digest.at_minute, _zone(settings), at)
    return _draft(tx, config, Due(channel, DigestKind.DAILY, day.isoformat()), now).digest


def load(tx: Tx, channel: str, subject: str) -> Digest:
    """What the digest of a conversation says."""
    return _CONTENT.validate_json(kept.content(tx, channel, subject))


def _draft(tx: Tx, config: Config, wanted: Due, now: int) -> Draft:
    confirmed_to = kept.confirmed_to(tx, wanted.channel, now)
    unsent = kept.unsent(tx, wanted.channel, confirmed_to or 0)
    until = max(now, (confirmed_to or 0) + 1)  # no two end at the same moment
    if wanted.kind is DigestKind.QUIET:
        return _quiet_draft(tx, config, wanted, unsent, until)
    since = kept.first_config_at(tx) if confirmed_to is None else confirmed_to
    since = until - 1 if since is None else min(since, until - 1)
    held = digest_entries.held(tx, wanted.channel, [row["digest_id"] for row in unsent])
    told = _written_late(tx, wanted.channel, since, now)
    told += digest_entries.told(tx, wanted.channel, since, until)
    newest = digest_entries.told(tx, wanted.channel, until - _WRITTEN_WITHIN_MS, until)
    known = stories.read(tx, wanted.channel, [*told, *held], _reader(config, until))
    judged, blind = footing.stated(tx, config, since, until)
    digest = replace(
        _blank(config, wanted, since, until),
        stories=known.stories,
        headings=known.headings,
        blind=blind,
        judged=judged,
        gaps=footing.gaps(tx, config, since, until),
        refused=tuple(row["day"] for row in unsent if row["kind"] == DigestKind.DAILY),
        missed=_missed(tx, config, wanted, now),
        newest=tuple(each.alert_id for each in newest),
    )
    return Draft(digest, held, unsent)


def _written_late(tx: Tx, channel: str, since: int, now: int) -> list[Entry]:
    """Alerts of the time before `since` that the digest of then could not know of yet."""
    before = _before(tx, channel, now)
    if before is None or before.newest is None or before.covers_to != since:
        return []
    shortly = digest_entries.told(tx, channel, since - _WRITTEN_WITHIN_MS, since)
    known = set(before.newest)
    return [each for each in shortly if each.alert_id not in known]


def _quiet_draft(tx: Tx, config: Config, wanted: Due, unsent: Sequence[Row], until: int) -> Draft:
    """What opens at the end of quiet hours, and nothing else."""
    before = [row for row in unsent if row["kind"] == DigestKind.QUIET]
    ended_at = hours.quiet_ended_at(config, wanted.channel, until)
    held = digest_entries.held(
        tx, wanted.channel, [row["digest_id"] for row in before], quiet_before=ended_at
    )
    since = min((each.held_at for each in held if each.held_at is not None), default=until)
    known = stories.read(tx, wanted.channel, held, _reader(config, until))
    digest = replace(
        _blank(config, wanted, min(since, until - 1), until),
        stories=known.stories,
        headings=known.headings,
    )
    return Draft(digest, held, before)


def _blank(config: Config, wanted: Due, since: int, now: int) -> Digest:
    digest_id = _row(wanted, since, now).digest_id
    zone = _zone(config.settings).key
    return Digest(digest_id, wanted.channel, wanted.kind, wanted.day, zone, since, now)


def _row(wanted: Due, since: int, now: int) -> NewDigest:
    return NewDigest(wanted.channel, wanted.kind, wanted.day, since, now)


def _day_due(tx: Tx, config: Config, channel: str, now: int) -> date | None:
    newest = kept.newest_day(tx, channel, now)
    last = None if newest is None else date.fromisoformat(newest)
    return digests.due(config.settings.digest.at_minute, _zone(config.settings), last, now)


def _another(tx: Tx, config: Config, channel: str, kind: DigestKind, now: int) -> Due:
    """One more of its kind on this day."""
    day = digests.today(_zone(config.settings), now).isoformat()
    earlier = kept.count_of_day(tx, channel, kind, day)
    return Due(channel, kind, f"{day}.{earlier + 1}" if earlier else day)


def _missed(tx: Tx, config: Config, wanted: Due, now: int) -> int:
    newest = kept.newest_day(tx, wanted.channel, now)
    if wanted.kind is not DigestKind.DAILY or newest is None:
        return 0
    last, day = date.fromisoformat(newest), date.fromisoformat(wanted.day)
    return digests.missed(config.settings.digest.at_minute, _zone(config.settings), last, day)


def _is_busy(tx: Tx, channel: str, now: int) -> bool:
    """The digest before is on its way at this moment: its answer is waited for."""
    since = kept.confirmed_to(tx, channel, now) or 0
    return any((row["busy_until"] or 0) > now for row in kept.unsent(tx, channel, since))


def _blind_before(tx: Tx, channel: str, now: int) -> list[str]:
    before = _before(tx, channel, now)
    return [one.source_id for one in before.blind] if before is not None else []


def _before(tx: Tx, channel: str, now: int) -> Digest | None:
    """The newest that the channel was sent, but those of quiet hours."""
    row = kept.before(tx, channel, now)
    if row is None or row["content"] is None:
        return None
    return _CONTENT.validate_json(row["content"])


def _reader(config: Config, now: int) -> facts.Zone:
    return facts.Zone(_zone(config.settings), now)


def _zone(settings: Settings) -> ZoneInfo:
    return zones.first(settings.digest.timezone, settings.display_timezone)
