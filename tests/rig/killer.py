"""Kill the daemon again and again, then see whether anything was lost or told twice.

    python -m tests.rig.killer --kills 300 --seed 1 --json OUT

Each round publishes a matching report, starts the daemon, waits for one moment of its work, sends
SIGKILL to it and looks for processes it left.  At the end it may run until nothing is owed, and
the sinks' journals are judged (`ledger`).  It never looks into the daemon, only at its database's
integrity and at what is still owed there.
"""

from __future__ import annotations

import argparse
import json
import random
import sqlite3
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from tests.rig.daemon import Aftermath, Daemon
from tests.rig.gate import Gate, Moment
from tests.rig.journals import Entry, Reader, entries
from tests.rig.ledger import Verdict, judge
from tests.rig.reports import slug_of
from tests.rig.sinks import accepted
from tests.rig.world import CHANNELS, World

WATCH = (sys.executable, "-m", "monitor.cli", "watch", "--config")
POINTS = (
    *("random", "listing", "feed", "article", "mid-body"),
    *("smtp-data", "smtp-before", "smtp-after", "slack-before", "slack-after"),
)
_RANDOM_SECONDS = 2.5
_STOP_SECONDS = 15.0


@dataclass(frozen=True, slots=True)
class Patience:
    """How long the killer waits, in seconds: for a round's moment before it kills anyway, for a
    killed family to be gone, for everything to be told, and then for nothing more to come."""

    moment: float = 30.0
    grace: float = 10.0
    settling: float = 120.0
    quiet: float = 3.0


_PATIENCE = Patience()


@dataclass(slots=True)
class Result:
    """`reached` counts the kills that came at their moment, `missed` those that came without it."""

    reached: dict[str, int] = field(default_factory=dict)
    missed: dict[str, int] = field(default_factory=dict)
    kills: list[int] = field(default_factory=list)
    left_behind: list[str] = field(default_factory=list)
    lingered_seconds: float = 0.0  # the longest that a killed family took to be gone
    died: list[str] = field(default_factory=list)  # ended by itself before it was killed
    verdict: Verdict | None = None
    integrity: str = "not looked at"
    owed: dict[str, int] = field(default_factory=dict)
    stopped: int | None = None  # exit code after SIGTERM, None when it had to be killed
    seconds: float = 0.0

    @property
    def faults(self) -> list[str]:
        """What is wrong, in words; empty when everything holds."""
        verdict = self.verdict
        found = {
            f"processes left behind: {self.left_behind}": self.left_behind,
            f"ended by itself: {self.died}": self.died,
            f"integrity: {self.integrity}": self.integrity != "ok",
            f"still owed: {self.owed}": self.owed,
            f"exit after SIGTERM: {self.stopped}": self.stopped != 0,
            f"lost: {verdict and verdict.lost}": verdict is None or verdict.lost,
            f"told twice: {verdict and verdict.unexplained}": verdict and verdict.unexplained,
        }
        return [words for words, wrong in found.items() if wrong]


class Killer:
    """`command` is the daemon's, without the configuration directory that ends it."""

    def __init__(self, world: World, command: Sequence[str], seed: int, patience: Patience) -> None:
        self._world = world
        self._patience = patience
        self._command = [*command, str(world.config)]
        self._draw = random.Random(seed)
        self._site = Reader(world.site.journal)
        self._published: list[str] = []
        self.result = Result()

    def first_sight(self, seconds: float = 60.0) -> None:
        """Let every source be polled twice, so that its first poll is settled, and kill."""
        daemon = self._start()
        seen: Counter[str] = Counter()
        pages = {"/Saren_Wars.html", "/example-wire.xml", "/feed.atom"}

        def settled(entry: Entry) -> bool:
            seen[entry.get("path", "")] += entry["event"] == "request"
            return all(seen[page] >= 2 for page in pages)

        if self._site.wait(settled, seconds, lambda: daemon.alive) is None:
            self._kill(daemon, "first sight")
            raise RuntimeError(f"the first sight was not settled: {dict(seen)}")
        self._kill(daemon, "first sight")

    def round(self, point: str) -> None:
        """One life of the daemon, ended at `point`."""
        self._publish()
        wait = self._arm(point)
        daemon = self._start()
        counts = self.result.reached if wait(daemon) else self.result.missed
        counts[point] = counts.get(point, 0) + 1
        self._kill(daemon, point)
        self._disarm()

    def settle(self) -> None:
        """Let the daemon run until nothing is owed and nothing more comes; then judge."""
        daemon = self._start()
        deadline = time.monotonic() + self._patience.settling
        quiet_since, count = time.monotonic(), -1
        while daemon.alive and time.monotonic() < deadline:
            verdict = self._judge()
            if verdict.lost or verdict.delivered + verdict.twice != count:
                quiet_since, count = time.monotonic(), verdict.delivered + verdict.twice
            elif time.monotonic() - quiet_since > self._patience.quiet:
                break
            time.sleep(0.1)
        if not daemon.alive:
            self.result.died.append(f"settling: {daemon.exit_code}")
        self.result.stopped, aftermath = daemon.stop(_STOP_SECONDS)
        self._note("stop", aftermath)
        self.result.verdict = self._judge()
        self.result.integrity, self.result.owed = _inspect(self._world.database)

    def _start(self) -> Daemon:
        self._site.new()
        log = self._world.directory / "daemon.log"
        grace = self._patience.grace
        return Daemon(self._command, log, self._world.env, grace_seconds=grace)

    def _kill(self, daemon: Daemon, point: str) -> None:
        if not daemon.alive:
            self.result.died.append(f"{point}: {daemon.exit_code}")
        at, aftermath = daemon.kill()
        self.result.kills.append(at)
        self._note(point, aftermath)

    def _note(self, point: str, aftermath: Aftermath) -> None:
        result = self.result
        result.left_behind += [f"{point}: {process}" for process in aftermath.left]
        result.lingered_seconds = max(result.lingered_seconds, aftermath.seconds)

    def _publish(self) -> None:
        number = len(self._published) + 1
        self._world.site.tell("invent", number=number)
        self._published.append(slug_of(number))

    def _arm(self, point: str) -> Callable[[Daemon], bool]:
        """Prepare the moment; gives what waits for it."""
        where, _, when = point.partition("-")
        if point == "random":
            pause = self._draw.uniform(0, _RANDOM_SECONDS)
            return lambda daemon: self._pause(daemon, pause)
        if where in ("smtp", "slack"):
            gate = self._gate(where)
            gate.arm(Moment(when))
            return lambda _: gate.wait(self._patience.moment)
        stall = point == "mid-body"
        kind = self._draw.choice(("listing", "feed", "article")) if stall else point
        self._world.site.tell("fault", what="stall" if stall else "hold", kind=kind)
        event = "mid_body" if stall else "held"
        return lambda daemon: self._seen(daemon, event)

    def _disarm(self) -> None:
        self._world.site.tell("release")
        for where in ("smtp", "slack"):
            self._gate(where).release(drop=True)

    def _gate(self, where: str) -> Gate:
        return self._world.smtp_gate if where == "smtp" else self._world.slack_gate

    @staticmethod
    def _pause(daemon: Daemon, seconds: float) -> bool:
        time.sleep(seconds)
        return daemon.alive

    def _seen(self, daemon: Daemon, event: str) -> bool:
        wanted: Callable[[Entry], bool] = lambda entry: entry["event"] == event  # noqa: E731
        return self._site.wait(wanted, self._patience.moment, lambda: daemon.alive) is not None

    def _judge(self) -> Verdict:
        smtp, slack = entries(self._world.smtp.journal), entries(self._world.slack.journal)
        return judge(self._published, CHANNELS, accepted(smtp, slack), self.result.kills)


def run(
    world: World,
    kills: int,
    seed: int,
    *,
    command: Sequence[str] = WATCH,
    patience: Patience = _PATIENCE,
) -> Result:
    """`kills` rounds over all points, in an order that the seed decides; the world stays open."""
    began = time.monotonic()
    killer = Killer(world, command, seed, patience)
    killer.first_sight()
    points = [POINTS[number % len(POINTS)] for number in range(kills)]
    random.Random(seed).shuffle(points)
    for point in points:
        killer.round(point)
    killer.settle()
    killer.result.seconds = round(time.monotonic() - began, 1)
    return killer.result


def _inspect(database: Path) -> tuple[str, dict[str, int]]:
    """`PRAGMA integrity_check`, and how many deliveries are in another state than sent."""
    connection = sqlite3.connect(database)
    try:
        integrity = str(connection.execute("PRAGMA integrity_check").fetchone()[0])
        states = connection.execute(
            "SELECT state, count(*) FROM deliveries WHERE state <> 'sent' GROUP BY state"
        ).fetchall()
    finally:
        connection.close()
    return integrity, dict(states)


def _report(result: Result) -> dict[str, Any]:
    return {"holds": not result.faults, "faults": result.faults, **asdict(result)}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.rig.killer", description=__doc__)
    parser.add_argument("--kills", type=int, default=30)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--keep", type=Path, help="an empty directory to leave everything in")
    words = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        world = World(words.keep or Path(scratch))
        try:
            result = run(world, words.kills, words.seed)
        finally:
            world.close()
    if words.json:
        words.json.write_text(json.dumps(_report(result), indent=1), "utf-8")
    print(json.dumps(_report(result), indent=1))
    sys.exit(bool(result.faults))


if __name__ == "__main__":
    main()
