"""A bad site hurts nobody else: the real daemon over good and bad sites on loopback, all at once.

The sites are `rig/bad_sites.py`; what is asked is what the daemon's database says afterwards.
"""

from __future__ import annotations

import sqlite3
import statistics
import sys
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from tests.rig.children import Child
from tests.rig.daemon import Aftermath, Daemon
from tests.rig.footprint import Footprint

pytestmark = pytest.mark.alone

EVERY_SECONDS = 2
# The daemon looks once a second, and an interval is stretched by up to a tenth.
LONGEST_GAP_SECONDS = 2 * EVERY_SECONDS + 2
FEWEST_GAPS = 8
GOOD = ("feed", "page")
# Each with what its outcome must say, and words of the sentence that a person reads.
BAD = {
    "slow": ("timeout", "slow.test gave no whole answer within 30 s"),
    "endless": ("too_large", "the answer is larger than 5,000,000 bytes"),
    "bomb": ("too_large", "the answer is larger than 10,000,000 bytes"),
    "html": ("not_a_feed", "answers with an HTML page: give the address of a feed"),
    "hang": ("parse_timeout", "took longer than 10 s and was stopped"),
    "swell": ("parse_memory", "took more memory than a worker may have"),
    "cut": ("protocol", "cut.test broke off in the middle of its answer"),
    "circle": ("redirects", "redirects in a circle"),
    "busy": ("rate_limited", "500 Internal Server Error and asks to be left alone for 3600 s"),
}


@dataclass
class Evening:
    """One run of the daemon over the sites of these kinds, and what it left."""

    directory: Path
    names: Sequence[str]
    every_seconds: int = EVERY_SECONDS
    delay: str = "0s"
    exit_code: int | None = None
    aftermath: Aftermath | None = None
    stop_seconds: float = 0.0
    peak_mib: float = 0.0
    log: str = ""
    database: Path = field(init=False)

    def __post_init__(self) -> None:
        self.database = self.directory / "wirewatch.db"

    def pass_by(self, enough: Callable[[Evening], bool], seconds: float) -> Evening:
        """Run until there is `enough`, at most so long, and stop as an administrator does."""
        site = Child("tests.rig.bad_sites", self.directory)
        try:
            self._write_files(site.port)
            daemon = Daemon(
                (sys.executable, "-m", "monitor.cli", "watch", "--config", str(self.directory)),
                self.directory / "log",
                {},
            )
            with Footprint(daemon.pid) as footprint:
                footprint.until(lambda: enough(self) or not daemon.alive, seconds)
                began = footprint.seconds
                self.exit_code, self.aftermath = daemon.stop(30)
                self.stop_seconds = footprint.seconds - began
        finally:
            site.stop()
        self.peak_mib = footprint.peak_mib
        self.log = (self.directory / "log").read_text("utf-8")
        return self

    def ask(self, query: str, *values: str) -> list[tuple[Any, ...]]:
        if not self.database.exists():
            return []
        with closing(sqlite3.connect(f"file:{self.database}?mode=ro", uri=True)) as db:
            try:
                return db.execute(query, values).fetchall()
            except sqlite3.OperationalError:
                return []  # its schema is being made

    def gaps(self, source: str) -> list[float]:
        """Seconds between two polls."""
        rows = self.ask("SELECT polled_at FROM polls WHERE source_id = ? ORDER BY 1", source)
        return [(b[0] - a[0]) / 1000 for a, b in pairwise(rows)]

    def _write_files(self, port: int) -> None:
        hosts = [*self.names, *(name.replace("dull", "slow") for name in self.names)]
        texts = {
            "monitor.yaml": f"database: {self.database}\ndelay: {self.delay}\n"
            "allow: [127.0.0.0/8]\n"
            "resolve:\n"
            + "".join(f'  {host}.test: "127.0.0.1:{port}"\n' for host in dict.fromkeys(hosts)),
            "sources.yaml": "sources:\n" + "".join(map(self._source, self.names)),
            "rules.yaml": "rules:\n  - {id: ferries, any: [ferry]}\n",
            "routes.yaml": "channels: {}\n",
        }
        for name, text in texts.items():
            (self.directory / name).write_text(text, "utf-8")

    def _source(self, name: str) -> str:
        kind = "page, selectors: {item: p.e, link: a}" if name == "page" else "feed"
        common = f'id: {name}, url: "http://{name}.test/", every: {self.every_seconds}s'
        return f"  - {{{common}, kind: {kind}}}\n"


@pytest.fixture(scope="module")
def evening(tmp_path_factory: pytest.TempPathFactory) -> Evening:
    """Every kind of bad site beside the good ones, until the slowest has had its outcome and the
    good ones enough polls to tell."""

    def enough(so_far: Evening) -> bool:
        asked = len(so_far.ask("SELECT DISTINCT source_id FROM polls"))
        return asked == len(so_far.names) and all(
            len(so_far.gaps(name)) >= FEWEST_GAPS for name in GOOD
        )

    names = (*GOOD, *BAD)
    return Evening(tmp_path_factory.mktemp("evening"), names).pass_by(enough, 60)


def assert_never_kept_waiting(evening: Evening, source: str) -> None:
    gaps = evening.gaps(source)
    figures = f"{source}: {len(gaps)} gaps, {statistics.median(gaps):.2f} s, {max(gaps):.2f} s"
    print(figures)
    assert statistics.median(gaps) <= evening.every_seconds * 1.1 + 1, figures
    assert max(gaps) < LONGEST_GAP_SECONDS, figures


@pytest.mark.parametrize("source", BAD)
def test_each_bad_site_has_its_own_outcome(evening: Evening, source: str) -> None:
    """Its reason is its own, and a sentence says it to a person."""
    reason, words = BAD[source]
    query = "SELECT DISTINCT outcome, reason, detail FROM polls WHERE source_id = ?"
    ((outcome, said_reason, detail),) = evening.ask(query, source)
    assert (outcome, said_reason) == ("failed", reason)
    assert words in detail


@pytest.mark.parametrize("source", GOOD)
def test_good_sites_are_polled_within_their_interval_throughout(
    evening: Evening, source: str
) -> None:
    assert len(evening.gaps(source)) >= FEWEST_GAPS
    assert_never_kept_waiting(evening, source)
    query = "SELECT DISTINCT outcome FROM polls WHERE source_id = ?"
    assert evening.ask(query, source) == [("ok",)]


def test_all_processes_together_stay_under_512_mib(evening: Evening) -> None:
    print(f"peak {evening.peak_mib:.0f} MiB")
    assert 0 < evening.peak_mib < 512


def test_a_stop_waits_for_no_bad_site(evening: Evening) -> None:
    """SIGTERM ends it within ten seconds, with exit code 0 and no process left."""
    print(f"stopped in {evening.stop_seconds:.1f} s")
    assert evening.exit_code == 0
    assert evening.stop_seconds < 10
    assert evening.aftermath is not None
    assert evening.aftermath.left == frozenset()
    assert "Traceback" not in evening.log


@pytest.fixture(scope="module")
def rush(tmp_path_factory: pytest.TempPathFactory) -> Evening:
    """Forty sources that answer after 5 to 24 s, so that some are always on their way, and twelve
    that bring an article with each poll, on hosts that never give a whole one."""
    late = (f"late-{number}" for number in range(40))
    dull = (f"dull-{number}" for number in range(12))
    directory = tmp_path_factory.mktemp("rush")
    return Evening(directory, (*GOOD, *late, *dull)).pass_by(lambda _: False, 24)


@pytest.mark.parametrize("source", GOOD)
def test_many_slow_sites_do_not_keep_good_ones_waiting(rush: Evening, source: str) -> None:
    """Neither their polls nor their articles."""
    assert_never_kept_waiting(rush, source)
    query = "SELECT count(*), sum(body_state = 'full') FROM items WHERE source_id = ?"
    ((stored, read),) = rush.ask(query, source)
    assert read >= stored - 1


def test_a_stop_is_no_fault_of_the_articles_it_cuts_short(rush: Evening) -> None:
    """What was asked for when the stop came is asked for again, as if it had not been."""
    query = "SELECT DISTINCT substr(body_reason, 1, 7) FROM items WHERE body_reason IS NOT NULL"
    assert rush.ask(query) in ([], [("timeout",)])
    assert rush.ask("SELECT count(*) FROM items WHERE body_state = 'wanted'")[0][0] >= 12
    assert rush.exit_code == 0
    assert rush.stop_seconds < 10
    assert rush.peak_mib < 512
    print(f"peak {rush.peak_mib:.0f} MiB, stopped in {rush.stop_seconds:.1f} s")


def test_who_waits_for_a_host_leaves_room_for_others(tmp_path: Path) -> None:
    """Of seventy-five sources, more than are polled at once, each waits 2.9 s after robots.txt,
    which is less than what counts as slow: all are asked for it before the first wait is over."""
    names = [f"feed-{number}" for number in range(75)]
    morning = Evening(tmp_path, names, every_seconds=60, delay="2.9s")

    def enough(so_far: Evening) -> bool:
        return len(so_far.ask("SELECT DISTINCT source_id FROM polls")) == len(names)

    morning.pass_by(enough, 60)
    ((asked, last_at),) = morning.ask("SELECT count(*), max(fetched_at) FROM robots")
    ((polled, first_at),) = morning.ask("SELECT count(*), min(polled_at) FROM polls")
    assert (asked, polled) == (75, 75)
    assert last_at < first_at
