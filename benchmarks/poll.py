"""How many feeds a second one core polls, beside lemon24/reader, newsboat and rss2email.

200 and 2,000 feeds of 50 items (`poll_feeds`) from a server on 127.0.0.1 that has the other core
(`poll_server`).  Everybody polls all of them, in turn, in the same run:

    first      never seen before: for us the baseline that tells nothing, and robots.txt
    new        50 items each that are new: stored, indexed, and by us matched against 100 rules
    304        nothing new, and the server says so
    same       nothing new, but the server knows no validators and sends the same 50 items

Wirewatch is the daemon (`wirewatch watch`) as people run it, its alerts (one item in a hundred)
printed.  All sources are made due at once by a statement in its database; measured is from the
first request to the last COMMIT, so the start-up and the clock's tick before are left out.
Peers, `poll_peers`: reader's `update_feeds()` and `update_search()`; newsboat's `-x reload`, with
its start and the reading of its cache, and without an index; `r2e run --no-send`, which stores only
which items it has seen.  None matches, tells or asks robots.txt.
These are what people run on a machine of their own for many feeds.

While a peer polls, Wirewatch is stopped, as it would take from the core what it has left to do:
what no rule asked for is put into its story afterwards.  That is done (but for what takes more than
three minutes) before the rounds in which nothing is new.

Memory is that of all processes of a program (PSS, looked at every 0.2 s), CPU time theirs, too: it
is what speed comes to where nothing else wants the core.  A speed is the median round, with the
spread from slowest to fastest; there are up to 9 rounds, fewer of what takes minutes.  How many
times as fast one is as another is told turn by turn, and the median of that is the figure.

Under --check this fails, with 1, when one of these is missed, or cannot be measured:
    nothing new, 304 and same: at least 3 times as fast as reader
    all new: at least 3 times as fast as the fastest peer
    peak memory at 2,000 feeds: below 200 MB
    all that was stored is in the full-text index; every peer above runs

Not measured: article pages, TLS, compression, slow servers, other tables than those of one run.

Quick: `python benchmarks/poll.py --feeds 200 --only wirewatch --rounds 1`; `--tree DIR` takes the
Wirewatch of another checkout.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack, nullcontext
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Protocol, TypeVar

import kit
import poll_peers
from poll_feeds import ITEMS, RULES
from poll_ours import TREE, Broken, Poll, Wirewatch
from poll_series import FIRST, NEW, NOT_MODIFIED, PHASES, SAME, Series, beside, table, without_index
from poll_server import Newsstand
from poll_watch import MB

T = TypeVar("T")

SIZES = (200, 2000)
FLOOR = 3.0
MOST_MB = 200.0
OURS, MODEL = "wirewatch", "reader"
PEERS = (MODEL, "newsboat", "rss2email")
ROUNDS = {FIRST: 1, NEW: 3, NOT_MODIFIED: 9, SAME: 9}


class Program(Protocol):
    version: str

    def poll(self, items: int) -> Poll: ...
    def close(self) -> None: ...


@dataclass(frozen=True)
class Asked:
    """The command line."""

    sizes: list[int]
    rounds: int
    only: list[str]
    tree: Path
    newsboat: Path


@dataclass
class Bench:
    """Programs beside each other over one number of feeds."""

    asked: Asked
    stand: Newsstand
    core: int
    series: dict[str, Series] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)
    indexed: bool = True
    alerts: int = 0
    _programs: dict[str, Program] = field(default_factory=dict)

    def run(self, place: Path) -> None:
        with ExitStack() as stack:
            # Ours last, which polls as soon as it runs; then in turns as they were named.
            for name in sorted(self.asked.only, key=OURS.__eq__):
                self._start(name, place / name, stack)
            self._programs = self._as_named(self._programs)
            self.series = self._as_named(self.series)
            ours = self._programs.get(OURS)
            for phase in PHASES:
                if phase == NOT_MODIFIED and isinstance(ours, Wirewatch):
                    ours.settle()  # from here on nothing is new
                for _ in range(min(ROUNDS[phase], self.asked.rounds)):
                    self._round(phase)
            if isinstance(ours, Wirewatch):
                self.indexed, self.alerts = ours.is_indexed(), ours.alerts()

    def _as_named(self, of_programs: dict[str, T]) -> dict[str, T]:
        return {name: of_programs[name] for name in self.asked.only if name in of_programs}

    def _start(self, name: str, place: Path, stack: ExitStack) -> None:
        makers: dict[str, Callable[[], Program]] = {
            OURS: lambda: Wirewatch(place, self.stand, self.core, self.asked.tree),
            MODEL: lambda: poll_peers.reader(place, self.stand, self.core),
            "newsboat": lambda: poll_peers.Newsboat(
                place, self.stand, self.core, self.asked.newsboat
            ),
            "rss2email": lambda: poll_peers.rss2email(place, self.stand, self.core),
        }
        try:
            program = makers[name]()
        except (Broken, OSError, subprocess.CalledProcessError) as error:
            self._leave_out(name, error)
            return
        stack.callback(program.close)
        self._programs[name] = program
        self.series[name] = Series(name, self.stand.feeds, program.version)

    def _round(self, phase: str) -> None:
        for name, program in tuple(self._programs.items()):
            series = self.series[name]
            if series.is_over(phase):
                continue
            generation = len(series.rounds[NEW]) + (phase == NEW)
            self.stand.fill(generation, conditional=phase != SAME)
            try:
                with self._alone(program):
                    poll = program.poll(ITEMS * self.stand.feeds * (generation + 1))
            except Broken as error:
                self._leave_out(name, error)
                continue
            series.rounds[phase].append(poll)
            say(f"{self.stand.feeds} feeds, {phase}: {name} {poll.seconds:.2f} s")

    def _alone(self, program: Program) -> AbstractContextManager[None]:
        """Ours alone runs between its rounds, too."""
        ours = self._programs.get(OURS)
        is_other = isinstance(ours, Wirewatch) and ours is not program
        return ours.stopped() if is_other else nullcontext()

    def _leave_out(self, name: str, error: Exception) -> None:
        if name == OURS:
            raise error
        say(f"left out: {name}: {error}")
        self.missing.append(name)
        self._programs.pop(name, None)
        self.series.pop(name, None)


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def figures(bench: Bench) -> list[kit.Figure]:
    n, ours = bench.stand.feeds, bench.series.get(OURS)
    peers = [one for name, one in bench.series.items() if name != OURS]
    if ours is None:
        return []
    fastest = max(peers, key=lambda one: one.speed(NEW), default=None)
    made = [kit.Figure(f"{n} feeds, {phase}", ours.speed(phase), "feeds/s") for phase in PHASES]
    for phase in (NOT_MODIFIED, SAME):
        if MODEL in bench.series:
            made += beside(phase, ours, bench.series[MODEL], FLOOR)
    for peer in peers:
        made += beside(NEW, ours, peer, FLOOR if peer is fastest else None)
    if MODEL in bench.series:
        times = ours.speed(NEW) / without_index(bench.series[MODEL])
        made.append(kit.Figure(f"{n} feeds, {NEW}, {MODEL} without index", times, "times"))
    most = MOST_MB if n >= max(SIZES) else None
    made.append(kit.Figure(f"{n} feeds, peak memory", ours.memory().tree / MB, "MB", ceiling=most))
    made.append(kit.Figure(f"{n} feeds, alerts told", bench.alerts, ""))
    made.append(kit.Figure(f"{n} feeds, stored but not indexed", not bench.indexed, "", ceiling=0))
    return made


def command_line() -> Asked:
    parser = argparse.ArgumentParser(prog="./run.sh bench poll")
    parser.add_argument("--feeds", type=int, action="append", help="200 and 2000 if not given")
    parser.add_argument("--rounds", type=int, default=max(ROUNDS.values()), help="at most")
    parser.add_argument("--only", action="append", choices=(OURS, *PEERS), help="may come again")
    parser.add_argument("--tree", type=Path, default=TREE, help="another checkout of Wirewatch")
    parser.add_argument("--newsboat", type=Path, default=poll_peers.NEWSBOAT, help="unpacked there")
    parser.add_argument("--check", action="store_true", help="fail when a figure misses its bound")
    said = parser.parse_args()
    only = said.only or [OURS, *PEERS]
    return Asked(said.feeds or list(SIZES), said.rounds, only, said.tree.resolve(), said.newsboat)


def run(asked: Asked, feeds: int, cores: list[int]) -> Bench:
    own, other = cores
    say(f"{feeds} feeds: rendering, then first rounds")
    with tempfile.TemporaryDirectory(prefix="poll-") as place, ExitStack() as stack:
        stand = Newsstand(feeds, own)
        stack.callback(stand.close)
        bench = Bench(asked, stand, other)
        rates = [stand.ceiling(other, etag) for etag in ('"g0"', "-")]
        bench.run(Path(place))
    names = ", ".join(f"{one.name} {one.version}" for one in bench.series.values())
    print(f"{feeds} feeds of {ITEMS} items, {RULES} rules: {names}")
    most = f"{rates[0]:,.0f} times 304, {rates[1]:,.0f} times 200"
    print(f"the server alone answers, in a second of its own core, {most}")
    print(table(list(bench.series.values())), end="\n\n", flush=True)
    return bench


def main() -> int:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    asked = command_line()
    cores = sorted(os.sched_getaffinity(0))
    if len(cores) < 2:
        say("two cores are needed: one is the server's and ours who measure")
        return 1 if "--check" in sys.argv else 77
    os.sched_setaffinity(0, cores[:1])
    benches = [run(asked, feeds, [cores[0], cores[-1]]) for feeds in asked.sizes]
    made = [figure for bench in benches for figure in figures(bench)]
    missing = sum(len(bench.missing) for bench in benches)
    made.append(kit.Figure("peers that could not be run", missing, "", ceiling=0))
    code = kit.report("poll", made)
    rounds = [asdict(one) for bench in benches for one in bench.series.values()]
    (kit.HERE / "results" / "poll-rounds.json").write_text(json.dumps(rounds, indent=2) + "\n")
    return code


if __name__ == "__main__":
    raise SystemExit(main())
