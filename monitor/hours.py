"""Whether a channel is not to be disturbed."""

from __future__ import annotations

from monitor import digests, zones
from monitor.settings import Config


def is_quiet(config: Config, channel: str, now: int) -> bool:
    """Whether the channel's quiet hours hold."""
    quiet = config.channels[channel].quiet
    if quiet is None:
        return False
    zone = zones.first(quiet.timezone, config.settings.display_timezone)
    return digests.quiet_until(quiet, zone, now) is not None
