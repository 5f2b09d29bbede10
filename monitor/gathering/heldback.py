"""Say in a channel how much its caps keep back, where for an hour no message of its own does."""

from __future__ import annotations

import json

from monitor import hours, schedule, zones
from monitor.gathering.digest import Office, channels, next_at
from monitor.model import DeliveryKind
from monitor.render import facts
from monitor.settings import Config
from monitor.store import holds, outbox
from monitor.store.db import Tx
from monitor.store.holds import Capped

WAITS_MS = 3600 * 1000


async def tell_held_back(office: Office) -> None:
    """Owe a short notice to each channel that should have one; it names the next digest."""
    config, now = office.config, office.clock()
    if await office.store.read(lambda tx: _missing(tx, config, now)):
        await office.store.write(lambda tx: _owe(tx, config, now))


def _owe(tx: Tx, config: Config, now: int) -> None:
    for owed in _missing(tx, config, now):
        outbox.enqueue(tx, owed)


def _missing(tx: Tx, config: Config, now: int) -> list[outbox.Owed]:
    found = []
    for name in channels(config):
        capped = holds.capped(tx, name, holds.said_at(tx, name, holds.NOTICES), now)
        waited = capped.since_at is not None and now - capped.since_at >= WAITS_MS
        if waited and not hours.is_quiet(config, name, now):
            found.append(_notice(config, name, capped, now))
    return found


def _notice(config: Config, channel: str, capped: Capped, now: int) -> outbox.Owed:
    settings = config.settings
    zone = facts.Zone(zones.first(settings.digest.timezone, settings.display_timezone), now)
    at = zone.moment(next_at(settings, now))
    headline = f"{facts.held_back(capped.stories)}: too many within the hour"
    notice = {"headline": headline, "text": f"The digest has them, {at}."}
    return outbox.Owed(
        channel, config.channels[channel].recipients, f"{holds.NOTICES}{capped.since_at}",
        DeliveryKind.OPS, now, now, now + schedule.GIVE_UP_MS,
        notice=json.dumps(notice, ensure_ascii=False),
    )  # fmt: skip
