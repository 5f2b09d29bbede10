"""Whether a channel is not to be disturbed."""

from __future__ import annotations

from monitor import digests, zones
from monitor.settings import Config


def is_quiet(config: Config, channel: str, now: int) -> bool:
    """Whether the channel's quiet hours hold."""
    return quiet_until(config, channel, now) is not None


def quiet_until(config: Config, channel: str, now: int) -> int | None:
    """When the channel's quiet hours end, None where they do not hold."""
    known = config.channels.get(channel)  # what is owed outlasts its channel
    quiet = known.quiet if known is not None else None
    if quiet is None:
        return None
    zone = zones.first(quiet.timezone, config.settings.display_timezone)
    return digests.quiet_until(quiet, zone, now)


def quiet_ended_at(config: Config, channel: str, now: int) -> int:
    """When the channel's last quiet hours ended; `now` where it has none."""
    quiet = config.channels[channel].quiet
    if quiet is None:
        return now
    zone = zones.first(quiet.timezone, config.settings.display_timezone)
    return digests.quiet_ended_at(quiet, zone, now)
