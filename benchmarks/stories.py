"""How well and how fast items are put into stories, by the code that the daemon runs.

Everything goes through a real store: an item is stored with its words, then `grouping.group` finds
its story, one transaction an item, in the order of time.

Measured, on real data under WIREWATCH_REAL_DATA:
- copies: `neardup/minhash-articles`, 100 and 1,000 texts.  Two texts are copies when one's
  `copy_of_id` is the other, or both have the same; precision and recall against the set's truth.
- headlines: `stream/uci-news-aggregator` (title, host, time; no text).  B-cubed precision, recall
  and F1 (Bagga and Baldwin 1998), and the same of pairs.
- full texts: `stream/reuters-21578-april`, all of it in its order; F1 of the pairs that
  `tests/data/reuters_pairs.csv` holds, labelled by reading and not used to choose any constant.
- cost: CPU time of `group` for an item of 3 KB, after 10,000 and after 100,000 items of invented
  news in the store; the median of 1,000 items, each new.

Under --check this fails when a figure misses its bound, or the data is not there.  No peer: the
libraries that group news want a model or a batch, and none is incremental and explains itself.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import json
import os
import random
import sqlite3
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Hashable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

import kit
from monitor import grouping, wordcounts
from monitor.model import BodyState, Item
from monitor.settings import Config, Route, Settings
from monitor.store import arrivals, migrations
from monitor.store.arrivals import Arrival
from monitor.store.connection import connect
from monitor.store.db import Tx
from monitor.text import Scan, index_text

REAL_DATA = Path(
    os.environ.get("WIREWATCH_REAL_DATA") or kit.HERE.parent.parent / "shared" / "data"
)
PAIRS = kit.HERE.parent / "tests" / "data" / "reuters_pairs.csv"
NOON = 1_763_812_800_000
SECOND = 1000
SIZES = (10_000, 100_000)
TIMED = 1_000


@dataclass(frozen=True)
class Article:
    """`name` and `label` are the set's own: which text it is, and which story it tells."""

    at: int
    title: str | None
    body: str | None
    host: str = "wire.example"
    name: str = ""
    label: str = ""


class Archive:
    """A store of its own, written to as the daemon does."""

    def __init__(self, directory: Path) -> None:
        settings = Settings(directory / "wirewatch.db")
        self.config = Config(directory, "bench", settings, (), (), {}, Route(), "none")
        self._db = connect(directory / "wirewatch.db")
        migrations.apply(self._db)
        self._db.execute("PRAGMA synchronous = OFF")  # no figure here is about the disk
        self._db.execute("PRAGMA foreign_keys = 0")
        self.size = 0

    @contextmanager
    def transaction(self) -> Iterator[Tx]:
        self._db.execute("BEGIN IMMEDIATE")
        tx = Tx(self._db)
        yield tx
        for sql, rows in tx.put_off.items():
            tx.many(sql, rows)
        self._db.execute("COMMIT")

    def store(self, articles: Sequence[Article]) -> list[int]:
        """Their ids."""
        first = self.size + 1
        self.size += len(articles)
        with self.transaction() as tx:
            arrivals.insert(tx, first, [_arrival(id_, a) for id_, a in enumerate(articles, first)])
        return list(range(first, self.size + 1))

    def group(self, item_id: int, at: int) -> float:
        """CPU seconds that it took."""
        with self.transaction() as tx:
            started = time.process_time()
            wordcounts.count(tx)
            grouping.group(tx, self.config, item_id, at)
            return time.process_time() - started

    def rows(self, columns: str) -> list[sqlite3.Row]:
        return self._db.execute(f"SELECT {columns} FROM items ORDER BY item_id").fetchall()


def _arrival(item_id: int, article: Article) -> Arrival:
    url = f"https://{article.host}/{item_id}"
    item = Item(url, article.title, body=article.body, partial=article.body is None)
    words = index_text(Scan(f"{article.title or ''}\n{article.body or ''}"))
    return Arrival(
        item, "bench", article.host, f"1:{item_id}", f"url:{url}", article.at, BodyState.FULL,
        None, words=words,
    )  # fmt: skip


@contextmanager
def archive() -> Iterator[Archive]:
    with tempfile.TemporaryDirectory() as directory:
        yield Archive(Path(directory))


def grouped(articles: Sequence[Article], columns: str) -> list[sqlite3.Row]:
    """What became of them, stored and grouped one after the other."""
    with archive() as kept:
        for article in articles:
            (item_id,) = kept.store([article])
            kept.group(item_id, article.at)
        return kept.rows(columns)


# --- copies ------------------------------------------------------------------------------------


def copies(number: int) -> tuple[float, float]:
    """Precision and recall."""
    place = REAL_DATA / "neardup" / "minhash-articles"
    lines = (place / f"articles_{number}.train").read_text().splitlines()
    texts = [line.split(" ", 1) for line in lines]
    articles = [Article(NOON + n * SECOND, None, text, name=name)
                for n, (name, text) in enumerate(texts)]  # fmt: skip
    truth_lines = (place / f"articles_{number}.truth").read_text().splitlines()
    truth = {frozenset(line.split()) for line in truth_lines}
    rows = grouped(articles, "item_id, coalesce(copy_of_id, item_id) AS original")
    found = {
        frozenset((articles[row["item_id"] - 1].name, articles[row["original"] - 1].name))
        for row in rows if row["original"] != row["item_id"]
    }  # fmt: skip
    right = len(found & truth)
    return right / len(found) if found else 0.0, right / len(truth)


# --- stories -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Quality:
    precision: float
    recall: float

    @property
    def f1(self) -> float:
        total = self.precision + self.recall
        return 2 * self.precision * self.recall / total if total else 0.0


def b_cubed(found: Sequence[Hashable], truth: Sequence[Hashable]) -> Quality:
    both = Counter(zip(found, truth, strict=True))
    sizes, labels = Counter(found), Counter(truth)
    return Quality(
        sum(n * n / sizes[one] for (one, _), n in both.items()) / len(found),
        sum(n * n / labels[label] for (_, label), n in both.items()) / len(found),
    )


def of_pairs(found: Sequence[Hashable], truth: Sequence[Hashable]) -> Quality:
    def pairs(counts: Counter[Hashable]) -> int:
        return sum(n * (n - 1) // 2 for n in counts.values())

    right = pairs(Counter(zip(found, truth, strict=True)))
    return Quality(right / (pairs(Counter(found)) or 1), right / (pairs(Counter(truth)) or 1))


def headlines() -> list[Article]:
    with (REAL_DATA / "stream" / "uci-news-aggregator" / "dev.csv").open() as file:
        rows = list(csv.DictReader(file))
    rows.sort(key=lambda row: (int(row["TIMESTAMP"]), int(row["ID"])))
    return [
        Article(int(row["TIMESTAMP"]), row["TITLE"], None, row["HOSTNAME"], row["ID"], row["STORY"])
        for row in rows
    ]


def reuters() -> list[Article]:
    place = REAL_DATA / "stream" / "reuters-21578-april.jsonl.gz"
    with gzip.open(place, "rt") as file:
        rows = [json.loads(line) for line in file]
    articles = [
        Article(_moment(row["date"]), row.get("title"), row.get("body"), name=row["id"])
        for row in rows
    ]
    return sorted(articles, key=lambda article: (article.at, int(article.name)))


def _moment(printed: str) -> int:
    """Of " 8-APR-1987 11:35:01.50"."""
    whole, _, hundredths = printed.strip().partition(".")
    at = datetime.strptime(whole, "%d-%b-%Y %H:%M:%S").replace(tzinfo=UTC)
    return int(at.timestamp()) * 1000 + int(hundredths[:2] or 0) * 10


def story_of_each(articles: Sequence[Article]) -> list[str]:
    return [row["story_key"] for row in grouped(articles, "story_key")]


def labelled(path: Path) -> list[tuple[str, str, bool]]:
    """Two ids and whether the texts tell the same event."""
    with path.open() as file:
        return [(row["id_a"], row["id_b"], row["label"] == "same") for row in csv.DictReader(file)]


def of_labelled(
    stories: dict[str, str], pairs: Sequence[tuple[str, str, bool]]
) -> tuple[Quality, list[tuple[str, str, bool]]]:
    """How well the stories tell which pairs are the same, and the pairs they tell wrongly."""
    told = [(stories[one] == stories[other], same) for one, other, same in pairs]
    right = sum(joined and same for joined, same in told)
    joined, same = sum(joined for joined, _ in told), sum(same for _, same in told)
    wrong = [pair for pair, (one, other) in zip(pairs, told, strict=True) if one is not other]
    return Quality(right / (joined or 1), right / (same or 1)), wrong


# --- cost --------------------------------------------------------------------------------------


def invented(seed: int) -> Iterator[Article]:
    """Endless news of 3 KB: four items an event, words as frequent as Zipf has them."""
    chance = random.Random(seed)
    vocabulary = [f"w{number:x}" for number in range(40_000)]
    at = NOON
    while True:
        event = _words(chance, vocabulary, 40, 3_000)
        for _ in range(4):
            at += 3 * SECOND
            title = " ".join(chance.sample(event, 8))
            body = " ".join([*chance.sample(event, 30), *_words(chance, vocabulary, 450, 0)])
            yield Article(at, title, body)


def _words(chance: random.Random, vocabulary: Sequence[str], number: int, rarer: int) -> list[str]:
    """`rarer`: the most frequent of all that may be among them."""
    last = len(vocabulary) - 1
    return [vocabulary[min(last, int((last - rarer) ** chance.random()) + rarer)]
            for _ in range(number)]  # fmt: skip


def cost() -> list[float]:
    """Median CPU milliseconds of an item at each of SIZES."""
    news, medians = invented(7), []
    with archive() as kept:
        for size in SIZES:
            while kept.size < size - TIMED:
                batch = [next(news) for _ in range(min(500, size - TIMED - kept.size))]
                kept.store(batch)
            last = [next(news) for _ in range(TIMED)]
            taken = []
            for article in last:
                (item_id,) = kept.store([article])
                taken.append(kept.group(item_id, article.at) * 1000)
            medians.append(median(taken))
    return medians


def main() -> int:
    parser = argparse.ArgumentParser(prog="./run.sh bench stories")
    parser.add_argument("--wrong", action="store_true", help="show the pairs told wrongly")
    shows_wrong = parser.parse_known_args()[0].wrong
    if not REAL_DATA.is_dir():
        print("no real data: set WIREWATCH_REAL_DATA", file=sys.stderr)
        return 1 if "--check" in sys.argv else 77
    figures = []
    for number in (100, 1_000):
        precision, recall = copies(number)
        figures += [
            kit.Figure(f"copies of {number}: precision", precision, "", floor=1.0),
            kit.Figure(f"copies of {number}: recall", recall, "", floor=1.0),
        ]
    articles = headlines()
    found, truth = story_of_each(articles), [article.label for article in articles]
    cubed, pairs = b_cubed(found, truth), of_pairs(found, truth)
    figures += [
        kit.Figure("headlines: B-cubed precision", cubed.precision, "", floor=0.85),
        kit.Figure("headlines: B-cubed recall", cubed.recall, ""),
        kit.Figure("headlines: B-cubed F1", cubed.f1, "", floor=0.60),
        kit.Figure("headlines: pairs' precision", pairs.precision, ""),
        kit.Figure("headlines: pairs' F1", pairs.f1, ""),
    ]
    texts = reuters()
    stories = dict(zip((text.name for text in texts), story_of_each(texts), strict=True))
    told, wrong = of_labelled(stories, labelled(PAIRS))
    figures += [
        kit.Figure("full texts: pairs' precision", told.precision, "", floor=0.90),
        kit.Figure("full texts: pairs' recall", told.recall, ""),
        kit.Figure("full texts: pairs' F1", told.f1, "", floor=0.80),
    ]
    small, large = cost()
    figures += [
        kit.Figure(f"an item at {SIZES[0]:,}", small, "ms"),
        kit.Figure(f"an item at {SIZES[1]:,}", large, "ms"),
        kit.Figure("the second beside the first", large / small, "times", ceiling=1.5),
    ]
    if shows_wrong:
        print(*wrong, sep="\n")
    return kit.report("stories", figures)


if __name__ == "__main__":
    raise SystemExit(main())
