"""What the daemon takes while little happens: memory and CPU with 10,000 sources; time of --help.

One daemon on one core, 10,000 feeds of 5 items, each a host of its own, from a server on 127.0.0.1
that has the other core.  When all have been polled once:

    asleep     no source is due for three minutes
    awake      each is polled every ten minutes, evenly spread, and has nothing new (304)

Measured over each of the two: the memory of all its processes (PSS), CPU seconds a minute, and
awake how late a poll was written, which includes the clock's tick of a second.  Then the median of
20 runs of `wirewatch --help`, on a core of its own too.

Under --check this fails, with 1, when --help takes 0.3 s or longer; the rest is reported.  No peer
runs beside: none of them is a daemon.  Not measured: the loop's own lag, slow or failing servers.

`--tree DIR` takes the Wirewatch of another checkout, `--sources N` and `--minutes N` do less.
"""

from __future__ import annotations

import argparse
import os
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles

import kit
from poll_ours import TREE, Daemon, write_files
from poll_server import Newsstand
from poll_watch import MB, Watch

SOURCES = 10_000
ITEMS = 5
EVERY_SECONDS = 600
MINUTES = 3.0
SETTLE_SECONDS = 15.0
HELP_RUNS = 20
HELP_SECONDS = 0.3


@dataclass(frozen=True)
class Asked:
    """The command line."""

    sources: int
    minutes: float
    tree: Path


def main() -> int:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    asked = command_line()
    cores = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(0, cores[:1])
    with tempfile.TemporaryDirectory(prefix="idle-") as name, ExitStack() as stack:
        stand = Newsstand(asked.sources, cores[0], ITEMS)
        stack.callback(stand.close)
        place = Path(name)
        write_files(place, asked.sources, stand.port, every="10m")
        started_at = time.time()
        daemon = Daemon(place, cores[-1], asked.tree)
        stack.callback(daemon.stop)
        db = stack.enter_context(closing(daemon.open()))
        ended_at = daemon.polled(db, asked.sources)
        begun = stand.asked().first_at
        made = [
            kit.Figure("from start to first request", begun - started_at, "s"),
            kit.Figure("first poll of all, robots.txt too", ended_at - begun, "s"),
            *asleep(daemon, db, asked),
            *awake(daemon, db, asked),
        ]
    made.append(
        kit.Figure("wirewatch --help", help_seconds(asked, cores[-1]), "s", ceiling=HELP_SECONDS)
    )
    return kit.report("idle", made)


def command_line() -> Asked:
    parser = argparse.ArgumentParser(prog="./run.sh bench idle")
    parser.add_argument("--sources", type=int, default=SOURCES)
    parser.add_argument("--minutes", type=float, default=MINUTES, help="of each of the two")
    parser.add_argument("--tree", type=Path, default=TREE, help="another checkout of Wirewatch")
    parser.add_argument("--check", action="store_true", help="fail when a figure misses its bound")
    said = parser.parse_args()
    return Asked(said.sources, said.minutes, said.tree.resolve())


def asleep(daemon: Daemon, db: sqlite3.Connection, asked: Asked) -> list[kit.Figure]:
    db.execute("UPDATE sources SET next_poll_at = ?", [(int(time.time()) + 86_400) * 1000])
    return over(daemon, asked, "asleep")


def awake(daemon: Daemon, db: sqlite3.Connection, asked: Asked) -> list[kit.Figure]:
    begin = int(time.time() * 1000)
    db.execute(
        """UPDATE sources SET next_poll_at = :begin + :every * place / :count
           FROM (SELECT source_id AS id, row_number() OVER () AS place FROM sources)
           WHERE source_id = id""",
        {"begin": begin, "every": EVERY_SECONDS * 1000, "count": asked.sources},
    )
    due = dict(db.execute("SELECT source_id, next_poll_at FROM sources"))
    before = db.execute("SELECT max(poll_id) FROM polls").fetchone()[0]
    made = over(daemon, asked, "awake")
    polls = db.execute("SELECT source_id, polled_at FROM polls WHERE poll_id > ?", [before])
    late = sorted((at - due[source]) / 1000 for source, at in polls)
    hundredths = quantiles(late, n=100)
    rate = len(late) / (SETTLE_SECONDS + asked.minutes * 60)
    return [
        *made,
        kit.Figure("awake: polls", rate, "a second"),
        kit.Figure("awake: late, p50", hundredths[49], "s"),
        kit.Figure("awake: late, p99", hundredths[98], "s"),
        kit.Figure("awake: late, maximum", late[-1], "s"),
    ]


def over(daemon: Daemon, asked: Asked, name: str) -> list[kit.Figure]:
    """Memory and CPU over the next minutes, once what came before has settled."""
    print(f"{name}: {asked.minutes:g} minutes", file=sys.stderr, flush=True)
    time.sleep(SETTLE_SECONDS)
    with Watch(daemon.pid) as watch:
        time.sleep(asked.minutes * 60)
    daemon.check()
    return [
        kit.Figure(f"{name}: memory, all processes", watch.most.tree / MB, "MB"),
        kit.Figure(f"{name}: memory, RSS of the first", watch.most.main / MB, "MB"),
        kit.Figure(f"{name}: CPU", watch.cpu_seconds / asked.minutes, "s a minute"),
    ]


def help_seconds(asked: Asked, core: int) -> float:
    installed = Path(sys.executable).with_name("wirewatch")
    own = asked.tree == TREE and installed.exists()
    program = [str(installed)] if own else [sys.executable, "-m", "monitor.cli"]
    taken = []
    for _ in range(HELP_RUNS):
        started = time.perf_counter()
        subprocess.run(
            [*program, "--help"], cwd=asked.tree, check=True, stdout=subprocess.DEVNULL,
            preexec_fn=lambda: os.sched_setaffinity(0, {core}),
        )  # fmt: skip
        taken.append(time.perf_counter() - started)
    return median(taken)


if __name__ == "__main__":
    raise SystemExit(main())
