"""`status`: how everything goes, whether or not the daemon runs."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from monitor import assurance, gathering
from monitor.assurance import Assurance
from monitor.cli import out, place, shapes, summary
from monitor.cli.base import Call, Exit, end, say
from monitor.cli.out import of
from monitor.cli.summary import Watched
from monitor.cli.when import DAY_MS, When
from monitor.clock import wall_clock
from monitor.health import is_blind
from monitor.store import alerts, daemon, digests, unknowns, views
from monitor.store import health as signs
from monitor.store.db import Row, Tx

MOST_UNKNOWNS = 5
UNROUTED_DAYS = 7
QUICK_READERS = frozenset(("fast", "json"))
BEAT_MS = 90_000  # three beats


@dataclass(frozen=True, slots=True)
class Status:
    watched: Watched
    totals: Row
    paused: Sequence[Row]
    daemon: Row | None
    running: bool
    assurance: Assurance  # of the last 24 hours
    kept: int  # alerts that wait for a digest
    unknowns: Sequence[Row]
    given_up: Sequence[Row]
    unrouted: int  # alerts of the last 7 days


def run(call: Call, *, check: bool) -> None:
    """With `check`, ends 1 when there is something that `wrongs` names."""
    settings = place.settings(call)
    now = wall_clock()
    with place.Archive(settings.database) as archive:
        status = archive.read(lambda tx: gather(tx, now))
    when, digest_at = When.of(settings, now), gathering.next_at(settings, now)
    wrong = wrongs(status)
    if call.as_json:
        next_digest = {"at": shapes.time(digest_at), "alerts": status.kept}
        out.emit({**shape(status), "next_digest": next_digest})
    else:
        show(status, when)
        out.lines(f"next digest: {when.clock(digest_at)}; {of(status.kept, 'alert')} kept for it")
    if check and wrong:
        for sentence in wrong:
            say(sentence)
        end(Exit.FAILED)


def gather(tx: Tx, now: int) -> Status:
    row = daemon.row(tx)
    return Status(
        summary.gather(tx), views.counts(tx), views.paused_channels(tx), row, is_running(row, now),
        assurance.figures(tx, now - DAY_MS, now), digests.open_holds(tx),
        unknowns.recent(tx, now, MOST_UNKNOWNS), signs.given_up(tx, now),
        alerts.count_unrouted(tx, now - UNROUTED_DAYS * DAY_MS),
    )  # fmt: skip


def is_running(row: Row | None, now: int) -> bool:
    """Whether a daemon beat lately and its process is there."""
    if row is None or now - row["beat_at"] > BEAT_MS:
        return False
    try:
        os.kill(row["pid"], 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True  # somebody else's, and alive
    return True


def show(status: Status, when: When) -> None:
    out.lines(*daemon_lines(status, when), "")
    out.lines(*summary.source_table(status.watched, when), "")
    for line in (
        *summary.troubles(status.watched, when),
        *_unread(status.watched),
        *_slowly_read(status.watched.sources),
        *_totals(status.totals, held=_held(status)),
        *_assured(status.assurance, when),
        *_paused(status.paused, when),
        *_given_up(status.given_up),
        *_unknown(status.unknowns, when),
        *_unrouted(status.unrouted),
    ):
        out.lines(line)


def _unknown(rows: Sequence[Row], when: When) -> list[str]:
    """Rules that ask for what a source never states."""
    return [
        f"rule {row['rule_id']} could not be told for {of(row['items'], 'article')} of "
        f"{row['source_id']}, last {when.age(row['last_at'])}: a field that it asks for is not "
        "there. See: wirewatch rules explain RULE ITEM"
        for row in rows
    ]


def _unrouted(count: int) -> list[str]:
    if not count:
        return []
    return out.wrapped(
        f"no route matched {of(count, 'alert')} of the last {UNROUTED_DAYS} days: the default "
        "channel has them. Where one goes, and why: wirewatch routes test ALERT", "",
    )  # fmt: skip


def daemon_lines(status: Status, when: When) -> list[str]:
    row = status.daemon
    if row is None:
        return ["no daemon runs; start it: wirewatch watch"]
    found = [f"the daemon runs (pid {row['pid']}) since {when.clock(row['started_at'])}"]
    if not status.running:
        found = [f"no daemon runs; the last one was killed or broke, alive until about "
                 f"{when.clock(row['beat_at'])}.", "Start it: wirewatch watch"]  # fmt: skip
    if row["reload_error"] is not None:
        found.append(f"the reload at {when.clock(row['reloaded_at'])} was refused, "
                     "the old configuration goes on:")  # fmt: skip
        found += [f"  {line}" for line in row["reload_error"].splitlines()]
    elif row["reloaded_at"] is not None:
        found[0] += f", configuration reloaded {when.clock(row['reloaded_at'])}"
    return found


def wrongs(status: Status) -> list[str]:
    found = [] if status.running else ["the daemon does not run"]
    found += [
        f"{row['source_id']} fails" if row["failures"] else f"{row['source_id']} is blind"
        for row in status.watched.sources
        if is_blind(row)
    ]
    canary = status.assurance.canary
    if canary is not None and not canary.ok:
        found.append("the canary did not come through")
    found += _given_up(status.given_up)
    return [*found, *(f"channel {row['channel']} is paused" for row in status.paused)]


def _given_up(rows: Sequence[Row]) -> list[str]:
    """Of late; those of ops stand here too, where nobody else may have been told of them."""
    return [
        f"{of(row['messages'], 'message')} to {row['recipient']} on {row['channel']} "
        f"{'was' if row['messages'] == 1 else 'were'} given up"
        for row in rows
    ]


def shape(status: Status) -> shapes.Shape:
    row = status.daemon
    return {
        "daemon": {
            "running": status.running,
            "pid": row["pid"] if row and status.running else None,
            "started_at": shapes.time(row["started_at"]) if row else None,
            "beat_at": shapes.time(row["beat_at"]) if row else None,
            "reloaded_at": shapes.time(row["reloaded_at"]) if row else None,
            "reload_error": row["reload_error"] if row else None,
        },
        "items": status.totals["items"],
        "alerts": status.totals["alerts"],
        "unknown": [
            {
                "rule": row["rule_id"],
                "source": row["source_id"],
                "items": row["items"],
                "last_at": shapes.time(row["last_at"]),
            }
            for row in status.unknowns
        ],
        "unrouted": status.unrouted,
        "bodies_wanted": status.totals["wanted"],
        "deliveries": {
            "sent": status.totals["sent"],
            "waiting": status.totals["waiting"] - _held(status),
            "held": _held(status),
            "dead": status.totals["dead"],
        },
        "paused_channels": [
            {
                "channel": one["channel"],
                "paused_at": shapes.time(one["paused_at"]),
                "try_at": shapes.time(one["try_at"]),
                "detail": one["detail"],
            }
            for one in status.paused
        ],
        "unread": [
            {"source": one["source_id"], "reason": one["reason"], "items": one["items"]}
            for one in status.watched.unread
        ],
        "assurance": shapes.assurance(status.assurance),
        "sources": [shapes.source(one) for one in status.watched.sources],
    }


def _held(status: Status) -> int:
    return int(status.totals["held"])


def _totals(totals: Row, *, held: int) -> list[str]:
    waiting = totals["waiting"] - held
    found = [
        f"stored: {of(totals['items'], 'item')}, {totals['known']:,} of them known from a first "
        f"sight; {of(totals['wanted'], 'article page')} still to be read",
        f"told: {of(totals['alerts'], 'alert')}; {of(totals['sent'], 'message')} sent, "
        f"{waiting:,} waiting, {held:,} held, {totals['dead']:,} given up",
    ]
    if totals["dead"]:
        found.append("  given up: see wirewatch dead list")
    return found


def _assured(found: Assurance, when: When) -> list[str]:
    """What silence in the last 24 hours stands on."""
    known = f", {found.unread:,} of them by their teaser" if found.unread else ""
    lines = out.wrapped(
        f"the last 24 h: {of(found.hits, 'hit')}, {of(found.judged, 'item')} judged{known}, "
        f"{found.healthy:,} of {of(found.sources, 'source')} healthy, {_canary(found, when)}", "",
    )  # fmt: skip
    canary = found.canary
    if canary is not None and canary.stage is not None:
        lines += out.wrapped(f"the canary fell at {canary.stage}: {canary.detail}", "  ")
    for name, why in sorted(canary.refused.items()) if canary is not None else ():
        lines += out.wrapped(f"the canary was not let in by {name}: {why}", "  ")
    return lines


def _canary(found: Assurance, when: When) -> str:
    if found.canary is None:
        return "no canary"
    at = when.clock(found.canary.at)
    return f"canary {at}" if found.canary.ok else f"canary {at} FAILED"


def _paused(rows: Sequence[Row], when: When) -> list[str]:
    found = []
    for row in rows:
        found += out.wrapped(
            f"channel {row['channel']} is paused since {when.clock(row['paused_at'])}: "
            f"{row['detail']}", "",
        )  # fmt: skip
        found += out.wrapped(
            f"What it owes is kept. Mend it, then: wirewatch reload (else it is tried again at "
            f"{when.clock(row['try_at'])}); try it: wirewatch channels test {row['channel']}",
            "  ",
        )
    return found


def _slowly_read(sources: Sequence[Row]) -> list[str]:
    """How many feeds the fast reader leaves to the slow one, and why."""
    readers = Counter(row["read_by"] for row in sources if row["read_by"])
    slow = [(word, count) for word, count in readers.most_common() if word not in QUICK_READERS]
    if not slow:
        return []
    words = ", ".join(f"{count:,} {word}" for word, count in slow)
    total = sum(count for _, count in slow)
    return out.wrapped(f"read slowly: {total:,} of {of(readers.total(), 'feed')} ({words})", "")


def _unread(watched: Watched) -> list[str]:
    """Which articles could not be read, and an example of why."""
    found = []
    for row in watched.unread:
        words = summary.unread_words(row)
        example = str(row["example"]).partition(": ")[2]
        found += out.wrapped(f"{row['source_id']}: {words} (such as: {example})", "  ")
    return ["articles that could not be read:", *found] if found else []
