"""How fast and how well we find an article's text, beside the extractors that others use.

Measured: pages per second of CPU time on one core, and F1 of the body, on the 86 news and blog
pages of `article-extraction/` under WIREWATCH_REAL_DATA.  F1 is that of the benchmark which the
pages come from (github.com/scrapinghub/article-extraction-benchmark): runs of four words, mean
precision and mean recall over the pages, their harmonic mean.

Peers: trafilatura is what we stand on: with its own defaults, with `fast=True`, and with that and
without readers' comments, which is how we call it, so that the difference to that is our own cost
and worth.  readability-lxml, newspaper4k and news-please are what a Python program would take
otherwise.  None fetches an image or anything else.

Under --check this fails, with 1, when one of these is missed, or cannot be measured:
    body F1                                     at least 0.95
    pages per second beside trafilatura fast    at least 0.5: we read title, date and authors, too
    every peer above runs, and the pages are there

Each round runs every extractor once, in turn, in a process of its own that has not seen the pages;
a speed is the median round, its spread (slowest to fastest) is said.  A ratio is the median of the
rounds' own ratios.  Not measured: fetching, memory, other fields than the body, hostile pages.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from statistics import mean, median
from typing import Any

import kit

ROUNDS = 5
REAL_DATA = Path(
    os.environ.get("WIREWATCH_REAL_DATA") or kit.HERE.parent.parent / "shared" / "data"
)
PAGES = REAL_DATA / "article-extraction"
SCRIPT = kit.HERE / "peers" / "extract_peers.py"
OURS, FLOOR_OF = "wirewatch", "trafilatura fast"
TRAFILATURA = ("trafilatura==2.3.1", "lxml_html_clean==0.4.6")
PEERS = {
    FLOOR_OF: TRAFILATURA,
    "trafilatura fast, no comments": TRAFILATURA,
    "trafilatura": TRAFILATURA,
    "readability-lxml": ("readability-lxml==0.9", "html-text==0.7.1"),
    "newspaper4k": ("newspaper4k[ja]==0.9.6",),  # one page is Japanese
    "news-please": ("news-please==1.6.16", "newspaper4k[ja]==0.9.6"),
}


@dataclass
class Extractor:
    """One extractor's rounds: CPU seconds of each, and what the first one found."""

    name: str
    python: Path
    seconds: list[float] = field(default_factory=list)
    versions: dict[str, str] = field(default_factory=dict)
    bodies: dict[str, str | None] = field(default_factory=dict)

    def run(self) -> None:
        answer: Any = kit.ask(self.python, SCRIPT, self.name, str(PAGES))
        self.seconds.append(answer["seconds"])
        self.versions, self.bodies = answer["versions"], answer["bodies"]

    @property
    def speed(self) -> float:
        return len(self.bodies) / median(self.seconds)

    @property
    def spread(self) -> float:
        """Slowest to fastest round, as a part of the median."""
        return (max(self.seconds) - min(self.seconds)) / median(self.seconds)

    @property
    def raised(self) -> int:
        return sum(body is None for body in self.bodies.values())

    def times(self, other: Extractor) -> float:
        """How many times as fast this one is, round by round."""
        return median(b / a for a, b in zip(self.seconds, other.seconds, strict=True))


@dataclass(frozen=True)
class Quality:
    precision: float
    recall: float

    @property
    def f1(self) -> float:
        return 2 * self.precision * self.recall / (self.precision + self.recall)


def shingles(text: str) -> Counter[tuple[str, ...]]:
    words = re.findall(r"\w+", text)
    runs = (tuple(words[n : n + 4]) for n in range(max(1, len(words) - 3)))
    return Counter(run for run in runs if run)


def quality(bodies: dict[str, str | None], truth: dict[str, str]) -> Quality:
    """An empty body counts against recall alone, as in the benchmark that this follows."""
    precisions, recalls = [], []
    for page, true in truth.items():
        wanted, got = shingles(true), shingles(bodies[page] or "")
        hits = (wanted & got).total()
        if got:
            precisions.append(hits / got.total())
        if wanted:
            recalls.append(hits / wanted.total())
    return Quality(mean(precisions), mean(recalls))


def measure() -> tuple[list[Extractor], list[str]]:
    """All that ran, ours first, and the names of those that did not."""
    extractors, missing = [Extractor(OURS, Path(sys.executable))], []
    for name, requirements in PEERS.items():
        try:
            extractors.append(Extractor(name, kit.peer(*requirements)))
        except (OSError, subprocess.CalledProcessError) as error:
            print(f"left out: {name} cannot be installed: {error}", file=sys.stderr)
            missing.append(name)
    for number in range(1, ROUNDS + 1):
        print(f"round {number} of {ROUNDS}", file=sys.stderr)
        for extractor in tuple(extractors):
            try:
                extractor.run()
            except (ValueError, KeyError, subprocess.CalledProcessError) as error:
                if extractor.name == OURS:
                    raise
                print(f"left out: {extractor.name} does not run: {error}", file=sys.stderr)
                extractors.remove(extractor)
                missing.append(extractor.name)
    return extractors, missing


def table(extractors: list[Extractor], found: dict[str, Quality]) -> str:
    lines = [
        f"{'':30} {'F1':>6} {'precision':>9} {'recall':>7} {'pages/s':>8} {'spread':>7}  failed"
    ]
    for each in extractors:
        q = found[each.name]
        lines.append(
            f"{each.name:30} {q.f1:6.3f} {q.precision:9.3f} {q.recall:7.3f} {each.speed:8.1f}"
            f" {each.spread:7.0%}  {each.raised or '-'}"
        )
    return "\n".join(lines)


def main() -> int:
    if not (PAGES / "ground-truth.json").is_file():
        print(f"no pages in {PAGES}: set WIREWATCH_REAL_DATA", file=sys.stderr)
        return 1 if "--check" in sys.argv else 77
    pages = json.loads((PAGES / "ground-truth.json").read_text())
    extractors, missing = measure()
    truth = {page: entry["articleBody"] for page, entry in pages.items()}
    found = {each.name: quality(each.bodies, truth) for each in extractors}
    ours = extractors[0]
    print(
        f"{len(truth)} pages, {ROUNDS} rounds, one core, CPU time; spread: slowest to fastest round"
    )
    print(table(extractors, found), end="\n\n")
    figures = [
        kit.Figure("body F1", found[OURS].f1, "", floor=0.95),
        kit.Figure("pages per second", ours.speed, "pages/s"),
        kit.Figure("peers that could not be run", len(missing), "", ceiling=0),
    ]
    for each in extractors[1:]:
        floor = 0.5 if each.name == FLOOR_OF else None
        figures.append(kit.Figure(f"speed beside {each.name}", ours.times(each), "times", floor))
    for each in extractors[1:]:
        gain = found[OURS].f1 - found[each.name].f1
        figures.append(kit.Figure(f"body F1 beyond {each.name}", gain, ""))
    code = kit.report("extract", figures)
    rounds = {
        each.name: {"versions": each.versions, "seconds": each.seconds} for each in extractors
    }
    (kit.HERE / "results" / "extract-rounds.json").write_text(json.dumps(rounds, indent=2) + "\n")
    return code


if __name__ == "__main__":
    raise SystemExit(main())
