"""How long it takes to live two weeks of world news again with 50 rules.

Measured: `monitor.replay` over an archive of `stream/world-news` (21,588 headlines of November 2025
as 15 outlets showed them, each in the hour in which a collector first saw it), with 50 rules that
together say yes to two in five of them: matching, stories, occasions, routes, caps, intervals and a
sender by the replay's own clock, on one core, all in memory but the archive.  `--part N` takes the
first N headlines.

Not counted: filling the archive, with each headline put into its story, which is said beside it.
Nobody stands beside us: no other tool that tells of news can say what it would have told.
"""

from __future__ import annotations

import argparse
import asyncio
import gzip
import json
import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from email.utils import parsedate_to_datetime
from functools import partial
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

import kit
from monitor import grouping
from monitor.ingest import Ingest
from monitor.model import Item, Outcome, OutcomeKind, Polled, Stamp
from monitor.plan import Plan
from monitor.replay import Replayed, Window, replay
from monitor.settings import Config, ConsoleChannel, Route, Rule, Settings, Severity, Source
from monitor.store import sources, work
from monitor.store.db import Store

REAL_DATA = Path(
    os.environ.get("WIREWATCH_REAL_DATA") or kit.HERE.parent.parent / "shared" / "data"
)
STREAM = REAL_DATA / "stream/world-news/dev_2025-11-03_14d.jsonl.gz"
MOST_SECONDS = 60
GROUPED_AT_ONCE = 50
HOUR_MS = 3_600_000

QUERIES = """
car bomb* OR "car blast"; drone* AND NOT show; ceasefire OR truce; hostage*; missile* OR rocket*
airstrike* OR "air strike*"; killed AND NOT film; explosion OR blast; earthquake OR quake; typhoon
flood*; wildfire*; "plane crash" OR "cargo plane"; shutdown; tariff*; sanction*; nuclear; cop30
election AND NOT poll; mamdani; epstein; putin OR kremlin; zelensk*; ukrain* NEAR/8 russia*; gaza
"west bank" OR settler*; hezbollah; lebanon; syria*; iran*; sudan AND NOT south; taiwan
sahel OR mali
"north korea"; japan NEAR/6 china; philippine*; pakistan AND afghan*; delhi AND (blast OR car)
venezuela; mexico AND (killed OR mayor); nigeria*; congo; "supreme court"; corruption OR bribe*
arrest*; protest*; refugee* OR migrant*; ebola OR cholera; coup; "prime minister" AND resign*
"""


def rules() -> list[Rule]:
    """50 that desks of foreign news might have; every fifth is urgent, every fourth a low one."""
    queries = [part.strip() for line in QUERIES.strip().splitlines() for part in line.split(";")]
    levels = [Severity.HIGH, Severity.NORMAL, Severity.NORMAL, Severity.LOW, Severity.NORMAL]
    return [
        Rule(f"rule-{n}", query, severity=levels[n % len(levels)], version="1")
        for n, query in enumerate(queries)
    ]


def headlines(part: int | None) -> list[dict[str, Any]]:
    with gzip.open(STREAM, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines][:part]


def polls(rows: Sequence[dict[str, Any]]) -> Iterator[tuple[int, str, list[Item]]]:
    """What each outlet showed first in each round of the collector: time, outlet, entries."""
    key = itemgetter("first_seen", "source")
    for (at, outlet), shown in groupby(sorted(rows, key=key), key):
        yield at * 1000, outlet, [_item(row) for row in shown]


def _item(row: dict[str, Any]) -> Item:
    at = int(parsedate_to_datetime(row["published"]).timestamp() * 1000)
    return Item(row["url"], row["title"], body="", partial=False, published=Stamp(at))


def configuration(directory: Path, outlets: Sequence[str]) -> Config:
    watched = tuple(
        Source(f"outlet-{n}", "feed", f"https://{n}.example/feed", article=False)
        for n, _ in enumerate(outlets)
    )
    channels = {name: ConsoleChannel(name) for name in ("desk", "night")}
    settings = Settings(directory / "news.db")
    return Config(
        directory, "bench", settings, watched, tuple(rules()), channels, Route(("desk",)), "desk"
    )


async def fill(config: Config, outlets: Sequence[str], rows: Sequence[dict[str, Any]]) -> Store:
    """An archive as a daemon with this configuration leaves it: everything in its story."""
    store = Store(config.settings.database)
    now = rows[0]["first_seen"] * 1000 - HOUR_MS
    plan = Plan.of(config)
    ingest = Ingest(store, plan, lambda: now)
    await store.write(lambda tx: sources.sync(tx, config.sources, now))
    by_outlet = dict(zip(outlets, config.sources, strict=True))
    shown = [(now, outlet, []) for outlet in outlets]  # type: ignore[var-annotated]
    for at, outlet, items in [*shown, *polls(rows)]:
        now = at
        due = await store.write(
            partial(work.claim_source, source=by_outlet[outlet], holder="bench", now=now)
        )
        await ingest(Polled(Outcome(OutcomeKind.OK), tuple(items), due=due))
        group = partial(grouping.group_missing, config=config, limit=GROUPED_AT_ONCE, now=now)
        while await store.write(group):
            pass
    return store


async def measure(rows: Sequence[dict[str, Any]]) -> tuple[float, tuple[float, float], Replayed]:
    """Seconds of filling, seconds of the replay by the clock and of CPU, and what it came to."""
    outlets = sorted({row["source"] for row in rows})
    with tempfile.TemporaryDirectory() as directory:
        config = configuration(Path(directory), outlets)
        started = time.perf_counter()
        store = await fill(replace(config, rules=()), outlets, rows)
        filled = time.perf_counter() - started
        window = Window(0, rows[-1]["first_seen"] * 1000 + 24 * HOUR_MS)
        started, began = time.perf_counter(), time.process_time()
        found = await store.read(lambda tx: replay(tx, Plan.of(config), window))
        taken = time.perf_counter() - started, time.process_time() - began
        await store.close()
    return filled, taken, found


def main() -> int:
    parser = argparse.ArgumentParser(prog="./run.sh bench replay")
    parser.add_argument("--part", type=int, help="the first so many headlines alone")
    asked = parser.parse_known_args()[0]
    if not STREAM.exists():
        print(f"there is no {STREAM}: set WIREWATCH_REAL_DATA", file=sys.stderr)
        return 1 if "--check" in sys.argv else 77
    rows = headlines(asked.part)
    filled, (seconds, busy), found = asyncio.run(measure(rows))
    why = Counter(held.why for held in found.held)
    print(f"held back: {dict(why)}")
    items = {alert.item_id for alert in found.alerts.values()}
    return kit.report("replay", [
        kit.Figure("headlines judged", found.judged, "items"),
        kit.Figure("of them told of", len(items), "items"),
        kit.Figure("alerts", len(found.raised), "alerts"),
        kit.Figure("messages", len(found.messages), "messages"),
        kit.Figure("replay", seconds, "s", ceiling=MOST_SECONDS),
        kit.Figure("of CPU", busy, "s"),
        kit.Figure("filling the archive, not counted", filled, "s"),
    ])  # fmt: skip


if __name__ == "__main__":
    raise SystemExit(main())
