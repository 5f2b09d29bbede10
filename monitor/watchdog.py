"""Decide whether the whole is well: ticks, the clock, the canary, the channels.

Knows no store and no clock.  What is trouble of one source is in `health`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from monitor.health import Trouble, lasting
from monitor.model import Flight

_MINUTE_MS = 60_000
_HOUR_MS = 60 * _MINUTE_MS

# Ticks come every second; a busy machine may keep one for a while.
STOPPED_AFTER_SECONDS = 120.0
CLOCK_MOVED_MS = 30_000  # less is a correction, and what it delays is late by no more
FIRST_CANARY_MS = 5 * _MINUTE_MS  # after a start: first polls first
# What failed is looked at once more before anybody is told, and then every hour.
CANARY_AGAIN_MS = 10 * _MINUTE_MS
CANARY_WHILE_FAILING_MS = _HOUR_MS
POLL_OVERDUE_MS = 15 * _MINUTE_MS  # above the lease on a source

SCHEDULER, POLLING, CANARY, CLOCK = "scheduler", "polling", "canary", "clock"


@dataclass(slots=True)
class Pulse:
    """When each tick was last done, in seconds of a clock that never goes back."""

    began: float
    _done: dict[str, float | None] = field(default_factory=dict)  # None: not once so far

    def expect(self, tick: str) -> None:
        self._done.setdefault(tick, None)

    def beat(self, tick: str, now: float) -> None:
        self._done[tick] = now

    def pending(self) -> tuple[str, ...]:
        """Ticks that were not done once so far."""
        return tuple(tick for tick, at in self._done.items() if at is None)

    def stopped(self, now: float) -> dict[str, float]:
        """Ticks that have not been done for too long, each with its seconds since."""
        since = {tick: now - (self.began if at is None else at) for tick, at in self._done.items()}
        return {tick: gone for tick, gone in since.items() if gone > STOPPED_AFTER_SECONDS}


@dataclass(slots=True)
class Clocks:
    """The wall clock against one that never goes back, in epoch ms and seconds."""

    _wall: int
    _steady: float

    def moved(self, wall: int, steady: float) -> int:
        """By how many ms the wall clock went its own way since the last look, below 0 for back; 0
        for next to none.  Ahead it goes when a machine has slept: the other clock sleeps too."""
        expected = self._wall + round((steady - self._steady) * 1000)
        self._wall, self._steady = wall, steady
        return wall - expected if abs(wall - expected) >= CLOCK_MOVED_MS else 0


def scheduler_trouble(stopped: Mapping[str, float], now: int) -> Trouble | None:
    if not stopped:
        return None
    names, longest = ", ".join(sorted(stopped)), max(stopped.values())
    what = f"stopped: {names}"
    return Trouble(
        SCHEDULER, "stopped", what,
        f"the scheduler is stuck: nothing of this has run for {longest:.0f} s: {names}",
        "It was started anew. If this is not followed by its end, restart Wirewatch: until then "
        "silence means nothing.",
        "the scheduler runs again", now - round(longest * 1000),
    )  # fmt: skip


def polling_trouble(overdue: int, now: int) -> Trouble:
    quiet = lasting(POLL_OVERDUE_MS)
    return Trouble(
        POLLING, "stopped", f"{overdue} polls overdue",
        f"no source has been polled for {quiet}, though {overdue} are due",
        "Nothing new is seen: silence means nothing. Restart Wirewatch if this lasts.",
        "sources are polled again", now - POLL_OVERDUE_MS,
    )  # fmt: skip


def canary_due_at(flights: Sequence[Flight], began_at: int, every_seconds: int) -> int:
    """When the next canary is to fly; `flights`, the newest first, are those that were.

    Not at once after the daemon, or the machine, began to run: the network may not be there yet.
    """
    every = every_seconds * 1000
    soon = began_at + min(FIRST_CANARY_MS, every)
    if not flights:
        return soon
    last = flights[0]
    again = CANARY_AGAIN_MS if len(flights) == 1 or flights[1].ok else CANARY_WHILE_FAILING_MS
    return max(last.at + (every if last.ok else min(every, again)), soon)


def canary_is_overdue(
    flights: Sequence[Flight], began_at: int, every_seconds: int, now: int
) -> bool:
    """Half a period late: so that it can be told before two have passed."""
    due_at = canary_due_at(flights, began_at, every_seconds)
    return now - due_at > every_seconds * 1000 // 2


def canary_trouble(flights: Sequence[Flight]) -> Trouble | None:
    """That the way from fetch to message is broken: seen twice, or nobody would sleep."""
    fallen = [flight for flight in flights[:2] if flight.stage is not None]
    if len(fallen) < 2:
        return None
    last = fallen[0]
    what = f"fell at {last.stage}: {last.detail}"
    return Trouble(
        CANARY, str(last.stage), what,
        f"the canary falls at {last.stage}: {last.detail}",
        "A made-up article does not get from the network to a message any more, so neither may a "
        "real one: silence means nothing. See: wirewatch status",
        "the canary comes through again", fallen[-1].at,
    )  # fmt: skip


def overdue_trouble(since_at: int) -> Trouble:
    return Trouble(
        CANARY, "overdue", "overdue",
        "the canary is overdue",
        "The made-up article that shows whether the way from the network to a message is open has "
        "not been sent: silence means nothing. Restart Wirewatch if this lasts.",
        "the canary comes through again", since_at,
    )  # fmt: skip


def paused(channel: str, detail: str, since_at: int) -> Trouble:
    """A channel that refused: what it owes is kept until somebody mends it."""
    return _down(channel, f"channel {channel} is paused: {detail}", detail, since_at)


def shut(channel: str, detail: str, since_at: int) -> Trouble:
    """A channel that lets nobody in, or takes nothing."""
    return _down(channel, f"channel {channel} takes nothing: {detail}", detail, since_at)


def refusals(flights: Sequence[Flight]) -> dict[str, Trouble]:
    """By name, the channels that refused the last two canaries."""
    if len(flights) < 2:
        return {}
    last, before = flights[0], flights[1]
    return {
        name: shut(name, why, before.at)
        for name, why in last.refused.items()
        if name in before.refused
    }


@dataclass(frozen=True, slots=True)
class Cycle:
    """What has to be so for a heartbeat to be honest."""

    stopped: Collection[str]
    polls_overdue: int
    canary_is_overdue: bool
    canary_fell: bool
    channels: int
    channels_down: int


def why_no_heartbeat(cycle: Cycle) -> str | None:
    """None after a full cycle: ticks ran, due polls were made, the canary came through, and
    somebody can be told."""
    if cycle.stopped:
        return f"stopped: {', '.join(sorted(cycle.stopped))}"
    if cycle.polls_overdue:
        return f"{cycle.polls_overdue} polls are overdue by {lasting(POLL_OVERDUE_MS)}"
    if cycle.canary_is_overdue:
        return "the canary is overdue"
    if cycle.canary_fell:
        return "the canary does not come through"
    if cycle.channels_down >= cycle.channels:
        return "no channel works"
    return None


def _down(channel: str, headline: str, detail: str, since_at: int) -> Trouble:
    return Trouble(
        f"channel:{channel}", "down", detail, headline,
        "All that it owes is kept. Mend it, then: wirewatch reload. See: wirewatch status",
        f"channel {channel} works again", since_at,
    )  # fmt: skip
