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
from monitor.store import daemon, views
from monitor.store import health as signs
from monitor.store import troubles as known
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


async def tell(store: Store, config: Config, now: int) -> int:
    """Tell what began, changed or ended since the last look; returns how many were told."""
    if not await store.read(lambda tx: _changed(tx, config, now)):
        return 0
    return await store.write(lambda tx: _settle(tx, config, now))


def cycle(tx: Tx, config: Config, stopped: Collection[str], now: int) -> watchdog.Cycle:
    """What a heartbeat would say, for `watchdog.why_no_heartbeat`."""
    told = known.all_told(tx)
    fallen = told.get(watchdog.CANARY)
    return watchdog.Cycle(
        stopped=stopped,
        polls_overdue=_overdue_polls(tx, now),
        canary_is_overdue=_is_overdue(tx, config, now),
        canary_fell=fallen is not None and config.settings.canary_seconds is not None,
        channels=len(config.channels),
        channels_down=sum(troubles.channel_subject(name) in told for name in config.channels),
    )


def _changed(tx: Tx, config: Config, now: int) -> list[Found]:
    told = known.all_told(tx)
    found = []
    for subject, trouble in _all(tx, config, now):
        state = trouble.state if trouble is not None else None
        before = told[subject]["state"] if subject in told else None
        if state != before:
            found.append((subject, trouble))
    return found


def _settle(tx: Tx, config: Config, now: int) -> int:
    changed = _changed(tx, config, now)
    # Ops last: who else is down must be known to choose where to tell of it.
    changed.sort(key=lambda found: found[0] == troubles.channel_subject(config.ops))
    return sum(troubles.settle(tx, config, *found, now) for found in changed)


def _all(tx: Tx, config: Config, now: int) -> Iterator[Found]:
    for row in _watched(tx):
        if health.health_of(row) is not Health.PAUSED:
            subject = troubles.source_subject(row["source_id"])
            yield subject, health.trouble_of(row, config.settings, now)
    yield watchdog.POLLING, _polling(tx, now)
    down = _channels_down(tx, config, now)
    if config.settings.canary_seconds is not None:
        down = watchdog.refusals(kept.flights(tx, 2)) | down
        yield watchdog.CANARY, _canary(tx, config, now)
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


def _polling(tx: Tx, now: int) -> Trouble | None:
    overdue = _overdue_polls(tx, now)
    return watchdog.polling_trouble(overdue, now) if overdue else None


def _overdue_polls(tx: Tx, now: int) -> int:
    row, since = daemon.row(tx), now - watchdog.POLL_OVERDUE_MS
    return signs.overdue_polls(tx, since) if row is not None and row["started_at"] < since else 0


def _canary(tx: Tx, config: Config, now: int) -> Trouble | None:
    flights = kept.flights(tx, 2)
    if _is_overdue(tx, config, now):
        return watchdog.overdue_trouble(flights[0].at if flights else now)
    return watchdog.canary_trouble(flights)


def _is_overdue(tx: Tx, config: Config, now: int) -> bool:
    row, every = daemon.row(tx), config.settings.canary_seconds
    if row is None or every is None:
        return False
    return watchdog.canary_is_overdue(kept.flights(tx, 2), row["started_at"], every, now)
