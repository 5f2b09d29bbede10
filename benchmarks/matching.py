"""How many news items a second one core matches against up to 100,000 rules, and beside whom.

Items of about 3 KB (`matching_items`), each given to a program once: what warms it up are others,
each round has its own, and each program and number of rules is a process of its own on one core.
Rules (`matching_rules`): 100, 1,000, 10,000 and 100,000 phrases of one to three words, and a set of
10,000 as analysts write them: 60 % phrases, 20 % boolean, 10 % NEAR, 5 % wildcards, 5 % regular
expressions.  In turn, in the same run:

    wirewatch    the Matcher as the daemon calls it: which rules hit, and the places of each
    lucene       8: MemoryIndex and a presearcher by the rarest term, which is what Lucene Monitor
                 and Elasticsearch's percolator do; which rules hit, no places
    postgresql   stored `tsquery`s, inverted by RUM where it is there, over a socket
    re2          one Set of all phrases on the raw text (google-re2)
    fts5         the item in an FTS5 table in memory, each rule a query
    re           Python's own regular expressions, one after the other
These are what people match stored queries with.  Who needs seconds for an item is not asked: re2,
fts5 and re get no more than 10,000 rules.  All are asked of phrases, we alone of the mixed set,
which is put beside Lucene's speed on as many phrases.

A speed is items a second of CPU time (with PostgreSQL: the client's and the server process's): it
is what speed comes to where nothing else wants the core.  It is the median round with the spread;
the rate by the clock stands beside it.  Memory is what the rules add: resident memory, Java's heap
after a collection, PostgreSQL's table and index.  Build seconds are without reading the rules.

Our answers, places included, are compared with what `matching_truth` writes down: every item of the
sample against every phrase, at each number of rules, and the mixed set with the slow evaluator of
the tests.  How far others differ from us is told only: each cuts words its own way.

Under --check this fails, with 1, when one of these is missed, or cannot be measured:
    10,000 phrases: at least 8 times as fast as Lucene, 30 times as PostgreSQL
    100,000 phrases: at least 3 times as fast as Lucene
    10,000 mixed rules: at least 2 times as fast as Lucene on 10,000 phrases
    no answer differs, no rule fails; one changed rule of 100,000 is live within 2 seconds
    every peer above runs

Not measured: reading and storing items, several cores, other languages than English.

Quick: `--only wirewatch --rules 10000 --seconds 5`; `--rules mixed`, `--rules change` are parts,
too.  `--real`: the Reuters texts of WIREWATCH_REAL_DATA instead of prose made by the script;
`--tree DIR`: the Wirewatch of another checkout.  `matching_figure` draws the figure.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import kit
import matching_items
import matching_postgres
import matching_programs
import matching_report
import matching_rules
import matching_truth
from matching_items import Story
from matching_programs import LUCENE, MOST_RULES, OURS, PEERS, POSTGRES, Broken, Series, Work

SIZES = (100, 1000, 10_000, 100_000)
MIXED, CHANGE = "mixed", "change"
MIXED_RULES = 10_000
ITEMS, OTHER_ITEMS = 6000, 1500
ROUNDS, SECONDS = 5, 10.0
SAMPLE = 300  # items whose answers are compared
SLOW_SECONDS = 120.0
FLOORS = {(10_000, LUCENE): 8.0, (10_000, POSTGRES): 30.0, (100_000, LUCENE): 3.0}
MIXED_FLOOR, CHANGE_CEILING = 2.0, 2.0
DATA = Path(os.environ.get("WIREWATCH_REAL_DATA") or kit.HERE.parent.parent / "shared" / "data")
REUTERS = DATA / "stream" / "reuters-21578-april.jsonl.gz"
# One in so many rules is a phrase of other texts.  Reuters' repeat one another, so it is fewer of
# them there; with 10,000 rules there are about 1.3 hits an item, and some 150 rules that share
# their rarest word with it, either way.
FROM_TEXTS = {"made": 8, "real": 24}


@dataclass(frozen=True)
class Asked:
    """The command line."""

    rules: list[str]
    only: list[str]
    real: bool
    rounds: int
    seconds: float
    tree: Path


@dataclass
class Bench:
    """What was measured."""

    asked: Asked
    stories: list[Story] = field(default_factory=list)
    phrases: list[str] = field(default_factory=list)
    mixed: list[str] = field(default_factory=list)
    series: dict[tuple[str, str, int], Series] = field(default_factory=dict)
    changed: dict[str, Any] = field(default_factory=dict)
    missing: set[str] = field(default_factory=set)

    def get(self, name: str, rules: int, kind: str = "phrases") -> Series | None:
        return self.series.get((name, kind, rules))

    @property
    def sizes(self) -> list[int]:
        return [int(part) for part in self.asked.rules if part not in (MIXED, CHANGE)]

    def prepare(self, folder: Path) -> None:
        if self.asked.real:
            held = matching_items.real(REUTERS)
            others, self.stories = held[2::3], [s for n, s in enumerate(held) if n % 3 != 2]
        else:
            others = matching_items.made(OTHER_ITEMS, "others")
            self.stories = matching_items.made(ITEMS, "items")
        from_texts = FROM_TEXTS["real" if self.asked.real else "made"]
        items, other = matching_rules.Grams(self.stories), matching_rules.Grams(others)
        self.phrases = matching_rules.phrases(max(SIZES), items, other, from_texts)
        self.mixed = matching_rules.mixed(MIXED_RULES, self.phrases, other)
        texts = [" ".join(f"{story.title} {story.body}".split()) for story in self.stories]
        write(folder / "items.jsonl", map(json.dumps, self.stories))
        write(folder / "texts.txt", texts)
        write(folder / "phrases.txt", self.phrases)
        write(folder / "queries.txt", matching_rules.quoted(self.phrases))
        write(folder / "mixed.txt", self.mixed)

    def measure(self, work: Work) -> None:
        for name in self.asked.only:
            try:
                with server_for(name, work.core) as place:
                    self._all_sizes(name, work, place)
            except (Broken, OSError, matching_postgres.Missing) as error:
                if name == OURS:
                    raise
                say(f"left out: {name}: {error}")
                self.missing.add(name)
        if OURS in self.asked.only and CHANGE in self.asked.rules:
            self.changed = matching_programs.change(work, max(SIZES))

    def _all_sizes(self, name: str, work: Work, place: str) -> None:
        for rules in self.sizes:
            if rules > MOST_RULES[name]:
                say(f"left out: {name} with {rules:,} rules would take too long")
                continue
            self._one(matching_programs.run(name, work, rules, "phrases", place))
        if name == OURS and MIXED in self.asked.rules:
            self._one(matching_programs.run(name, work, MIXED_RULES, MIXED))

    def _one(self, one: Series) -> None:
        self.series[one.name, one.kind, one.rules] = one
        say(f"{one.name}, {one.rules:,} {one.kind}: {one.speed:,.1f} items/s {one.note}")

    def sample(self, one: Series) -> dict[int, Story]:
        """Of the items of all its rounds, by number."""
        step = max(1, len(one.hits) // SAMPLE)
        return {at: self.stories[at] for at in sorted(one.hits)[::step][:SAMPLE]}


@contextmanager
def server_for(name: str, core: int) -> Iterator[str]:
    if name != POSTGRES:
        yield ""
        return
    with matching_postgres.server(core) as place:
        yield place


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def write(path: Path, lines: Any) -> None:
    path.write_text("".join(f"{line}\n" for line in lines))


def figures(bench: Bench) -> list[kit.Figure]:
    made: list[kit.Figure] = []
    for rules in bench.sizes:
        ours = bench.get(OURS, rules)
        if ours is None:
            continue
        made.append(kit.Figure(f"{rules} phrases", ours.speed, "items/s"))
        for name in PEERS:
            peer = bench.get(name, rules)
            if peer is not None:
                floor = FLOORS.get((rules, name))
                times = ours.speed / peer.speed
                made.append(kit.Figure(f"{rules} phrases, beside {name}", times, "times", floor))
        made += judged(f"{rules} phrases", *matching_truth.differences(
            bench.sample(ours), bench.phrases[:rules], ours.hits
        ))  # fmt: skip
    return made + mixed_figures(bench) + change_figures(bench)


def judged(name: str, wrong: int, looked: int) -> list[kit.Figure]:
    return [
        kit.Figure(f"{name}, answers that differ", wrong, "", ceiling=0),
        kit.Figure(f"{name}, items compared", looked, "", floor=1),
    ]


def mixed_figures(bench: Bench) -> list[kit.Figure]:
    ours = bench.get(OURS, MIXED_RULES, MIXED)
    if ours is None:
        return []
    made = [kit.Figure(f"{MIXED_RULES} mixed rules", ours.speed, "items/s")]
    lucene = bench.get(LUCENE, MIXED_RULES)
    if lucene is not None:
        times = ours.speed / lucene.speed
        name = f"{MIXED_RULES} mixed, beside {LUCENE} on phrases"
        made.append(kit.Figure(name, times, "times", MIXED_FLOOR))
    failing = int(ours.note.split()[0]) if ours.note else 0
    made.append(kit.Figure("mixed rules that fail", failing, "", ceiling=0))
    return made + judged(f"{MIXED_RULES} mixed rules", *matching_truth.slow_differences(
        bench.sample(ours), bench.mixed, ours.hits, SLOW_SECONDS
    ))  # fmt: skip


def change_figures(bench: Bench) -> list[kit.Figure]:
    if not bench.changed:
        return []
    name = f"{max(SIZES)} phrases, one changed, live after"
    return [kit.Figure(name, bench.changed["seconds"], "s", ceiling=CHANGE_CEILING)]


def command_line() -> Asked:
    parts = [*map(str, SIZES), MIXED, CHANGE]
    parser = argparse.ArgumentParser(prog="./run.sh bench matching")
    parser.add_argument("--rules", action="append", choices=parts, help="all if not given")
    parser.add_argument("--only", action="append", choices=(OURS, *PEERS), help="may come again")
    parser.add_argument("--real", action="store_true", help="Reuters' texts")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--seconds", type=float, default=SECONDS, help="a round takes, at most")
    parser.add_argument("--tree", type=Path, default=kit.HERE.parent, help="another checkout")
    parser.add_argument("--check", action="store_true", help="fail when a figure misses its bound")
    said = parser.parse_args()
    only = [name for name in (OURS, *PEERS) if name in (said.only or (OURS, *PEERS))]
    rules = [part for part in parts if part in (said.rules or parts)]
    return Asked(rules, only, said.real, said.rounds, said.seconds, said.tree.resolve())


def main() -> int:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    asked = command_line()
    if asked.real and not REUTERS.is_file():
        say(f"there is no {REUTERS}: set WIREWATCH_REAL_DATA")
        return 1 if "--check" in sys.argv else 77
    bench = Bench(asked)
    core = max(os.sched_getaffinity(0))
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="matching-")))
        bench.prepare(folder)
        warm = len(bench.stories) // (asked.rounds + 1)
        bench.measure(Work(folder, warm, asked.rounds, asked.seconds, core, asked.tree))
    size = sum(len(s.title) + len(s.body) for s in bench.stories) / len(bench.stories)
    kind = "of Reuters" if asked.real else "made"
    print(f"{len(bench.stories)} items {kind}, {size:,.0f} characters each, one core, CPU time")
    print(matching_report.table(bench.series), end="\n\n")
    made = figures(bench)
    made.append(kit.Figure("peers that could not be run", len(bench.missing), "", ceiling=0))
    code = kit.report("matching", made)
    more = {"real": asked.real, "change": bench.changed}
    matching_report.keep(kit.HERE / "results" / "matching-rounds.json", bench.series, more)
    return code


if __name__ == "__main__":
    raise SystemExit(main())
