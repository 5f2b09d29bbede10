"""What silence stands on: figures for a window, and trouble told as soon as it is there.

Joins what the store knows with what `health` and `watchdog` make of it.  Derives everything anew at
each look; only what people were told is kept.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from monitor import health, troubles, watchdog
from monitor.health import Health, Trouble
from monitor.model import Flight
from monitor.settings import Config
from monitor.store import assurance as kept
from monitor.store import health as signs
from monitor.store import troubles as known
from monitor.store import views
from monitor.store.db import Row, Store, Tx

Found = tuple[str, Trouble | None]  # a subject, and how it is


@dataclass(frozen=True, slots=True)
class Blind:
    """A source whose silence means nothing: `what` is wrong, since when."""

    source_id: str
    what: str
    since_at: int | None


@dataclass(frozen=True, slots=True)
class Assurance:
    """What silence in a window stands on.

    `hits` alerts were raised; `judged` items came in and were held against all rules, `unread` of
    them by their teaser alone so far.  `healthy` of `sources`: those in the files, without the
    `paused`, as they are now.  `canary`: the last one that was over within the window.
    """

    hits: int
    judged: int
    unread: int
    healthy: int
    sources: int
    paused: int
    canary: Flight | None
    blind: tuple[Blind, ...]


def figures(tx: Tx, since: int, until: int) -> Assurance:
    """For the window [since, until)."""
    counted = kept.judged(tx, since, until)
    rows = _watched(tx)
    healths = [health.health_of(row) for row in rows]
    paused = healths.count(Health.PAUSED)
    last = next(iter(kept.flights(tx, 1, until)), None)
    blind = ((row["source_id"], health.blindness(row)) for row in rows)
    return Assurance(
        hits=kept.hits(tx, since, until),
        judged=counted["items"],
        unread=counted["unread"],
        healthy=healths.count(Health.OK),
        sources=len(rows) - paused,
        paused=paused,
        canary=last if last is not None and last.at >= since else None,
        blind=tuple(Blind(source_id, *found) for source_id, found in blind if found is not None),
    )


@dataclass(frozen=True, slots=True)
class Look:
    """A look at the whole.  `began_at`: since when work could be done, so what was due before that
    and is not done is not overdue yet."""

    config: Config
    now: int
    began_at: int


async def tell(store: Store, look: Look) -> int:
    """Tell what began, changed or ended since the last look; returns how many were told."""
    if not await store.read(lambda tx: _changed(tx, look)):
        return 0
    return await store.write(lambda tx: _settle(tx, look))


def cycle(tx: Tx, look: Look, stopped: Collection[str]) -> watchdog.Cycle:
    """What a heartbeat would say, for `watchdog.why_no_heartbeat`."""
    told, config = known.all_told(tx), look.config
    fallen = watchdog.CANARY in told and config.settings.canary_seconds is not None
    return watchdog.Cycle(
        stopped=stopped,
        polls_overdue=_overdue_polls(tx, look),
        canary_is_overdue=_is_overdue(tx, look),
        canary_fell=fallen,
        channels=len(config.channels),
        channels_down=sum(troubles.channel_subject(name) in told for name in config.channels),
    )


def _changed(tx: Tx, look: Look) -> list[Found]:
    told = known.all_told(tx)
    found = []
    for subject, trouble in _all(tx, look):
        state = trouble.state if trouble is not None else None
        before = told[subject]["state"] if subject in told else None
        if state != before:
            found.append((subject, trouble))
    return found


def _settle(tx: Tx, look: Look) -> int:
    config, changed = look.config, _changed(tx, look)
    # Ops last: who else is down must be known to choose where to tell of it.
    changed.sort(key=lambda found: found[0] == troubles.channel_subject(config.ops))
    return sum(troubles.settle(tx, config, *found, look.now) for found in changed)


def _all(tx: Tx, look: Look) -> Iterator[Found]:
    config = look.config
    for row in _watched(tx):
        if health.health_of(row) is not Health.PAUSED:
            subject = troubles.source_subject(row["source_id"])
            yield subject, health.trouble_of(row, config.settings, look.now)
    overdue = _overdue_polls(tx, look)
    yield watchdog.POLLING, watchdog.polling_trouble(overdue, look.now) if overdue else None
    down = _channels_down(tx, config, look.now)
    if config.settings.canary_seconds is not None:
        flights = kept.flights(tx, 2)
        down = watchdog.refusals(flights) | down
        since = flights[0].at if flights else look.began_at
        overdue_since = watchdog.overdue_trouble(since) if _is_overdue(tx, look) else None
        yield watchdog.CANARY, overdue_since or watchdog.canary_trouble(flights)
    else:
        yield watchdog.CANARY, None
    for name in config.channels:
        yield troubles.channel_subject(name), down.get(name)


def _watched(tx: Tx) -> list[Row]:
    return [row for row in signs.sources(tx) if row["managed_by"] == "file"]


def _channels_down(tx: Tx, config: Config, now: int) -> dict[str, Trouble]:
    lasted = now - config.settings.trouble_after_seconds * 1000
    stuck = {
        row["channel"]: watchdog.shut(
            row["channel"], f"{row['messages']} waiting, the last answer: {row['detail']}",
            row["since_at"],
        )
        for row in signs.stuck_channels(tx, lasted)
    }  # fmt: skip
    paused = {
        row["channel"]: watchdog.paused(row["channel"], row["detail"], row["paused_at"])
        for row in views.paused_channels(tx)
    }
    return stuck | paused


def _overdue_polls(tx: Tx, look: Look) -> int:
    since = look.now - watchdog.POLL_OVERDUE_MS
    return signs.overdue_polls(tx, since) if look.began_at < since else 0


def _is_overdue(tx: Tx, look: Look) -> bool:
    every = look.config.settings.canary_seconds
    if every is None:
        return False
    return watchdog.canary_is_overdue(kept.flights(tx, 2), look.began_at, every, look.now)
