"""How fast we read feeds, beside feedparser, and how often we leave one to it.

Measured: entries per second of CPU time on one core, from bytes to what the rest of the program
works with: for us `feeds.parse`, whose items have their dates read and their HTML as plain text,
for feedparser `feedparser.parse` with its defaults, for fastfeedparser (where it is installed)
`fastfeedparser.parse`.  On five feeds of 50 entries as publishers print them, made here from a
fixed seed: RSS 2.0, Atom and RSS 1.0 with summaries in plain text, RSS 2.0 and Atom with HTML.

With --corpus DIR: which share of the documents there (archives among them) is left to feedparser,
with the reasons counted.  With --json: one JSON value in place of the table.

Under --check this fails, with 1, when our entries per second are not at least 10 times feedparser's
on each of the five.

Each round reads each feed 20 times with every reader in turn; a ratio is the median of the
rounds' own ratios.  Not measured: fetching, memory, hostile documents.
"""

from __future__ import annotations

import argparse
import gc
import importlib
import io
import json
import random
import sys
import tarfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median

import feedparser

import kit
from monitor import feeds
from monitor.errors import ReadError

ROUNDS = 9
READS = 20  # a round
ENTRIES = 50
URL = "https://news.example/feed.xml"
TEXT = (
    "the army said on monday that forces had taken a village near the border after days of heavy"
    " fighting and officials in the capital denied the report while aid groups warned of shortages"
)
WORDS = TEXT.split()

Made = Callable[[random.Random, int], str]


def words(rng: random.Random, count: int) -> str:
    return " ".join(rng.choices(WORDS, k=count)).capitalize()


def html(rng: random.Random, number: int) -> str:
    return (
        f'<p><img src="https://news.example/img/{number}.jpg" alt="" />{words(rng, 22)}'
        f' <a href="https://news.example/{number}?a=1&amp;b=2">{words(rng, 3)}</a>.</p>\n'
        f"<p>It&#8217;s <strong>{words(rng, 4)}</strong>, {words(rng, 14)}.</p>"
    )


def rss_item(rng: random.Random, number: int, summary: str) -> str:
    return (
        f"<item>\n<title>{words(rng, 9)}</title>\n<link>https://news.example/{number}/a.html</link>"
        f'\n<guid isPermaLink="false">https://news.example/?p={number}</guid>\n'
        f"<pubDate>Tue, 04 Mar 2025 {number % 24:02}:{number:02}:07 +0000</pubDate>\n"
        f"<dc:creator>{words(rng, 2)}</dc:creator>\n<category>World</category>\n"
        f"<description>{summary}</description>\n</item>\n"
    )


def rss_plain(rng: random.Random, number: int) -> str:
    return rss_item(rng, number, words(rng, 40))


def rss_html(rng: random.Random, number: int) -> str:
    return rss_item(rng, number, f"<![CDATA[{html(rng, number)}]]>")


def atom_entry(rng: random.Random, number: int, summary: str) -> str:
    date = f"2025-03-04T{number % 24:02}:{number:02}"
    return (
        f'<entry>\n<title type="text">{words(rng, 9)}</title>\n'
        f'<link rel="alternate" type="text/html" href="https://news.example/{number}/a.html"/>\n'
        f"<id>tag:news.example,2025:{number}</id>\n<published>{date}:07Z</published>\n"
        f"<updated>{date}:59+00:00</updated>\n<author><name>{words(rng, 2)}</name></author>\n"
        f'<category term="world"/>\n{summary}\n</entry>\n'
    )


def atom_plain(rng: random.Random, number: int) -> str:
    return atom_entry(rng, number, f"<summary>{words(rng, 40)}</summary>")


def atom_html(rng: random.Random, number: int) -> str:
    return atom_entry(
        rng, number, f'<content type="html"><![CDATA[{html(rng, number)}]]></content>'
    )


def rdf_plain(rng: random.Random, number: int) -> str:
    link = f"https://news.example/{number}/a.html"
    return (
        f'<item rdf:about="{link}">\n<title>{words(rng, 9)}</title>\n<link>{link}</link>\n'
        f"<description>{words(rng, 40)}</description>\n<dc:creator>{words(rng, 2)}</dc:creator>\n"
        f"<dc:date>2025-03-04T{number % 24:02}:{number:02}:07+00:00</dc:date>\n"
        f"<dc:subject>World</dc:subject>\n</item>\n"
    )


DC = 'xmlns:dc="http://purl.org/dc/elements/1.1/"'
ABOUT = "<title>News</title><link>https://news.example/</link><description>All</description>"
RSS = (f'<rss version="2.0" {DC}><channel>{ABOUT}<language>en</language>\n', "</channel></rss>")
ATOM = (
    '<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en"><title>News</title>'
    '<link href="https://news.example/"/><id>tag:news.example,2025:all</id>\n',
    "</feed>",
)
RDF = (
    f'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" {DC} '
    f'xmlns="http://purl.org/rss/1.0/"><channel rdf:about="https://news.example/">{ABOUT}</channel>\n',
    "</rdf:RDF>",
)
KINDS: dict[str, tuple[tuple[str, str], Made]] = {
    "RSS 2.0, plain": (RSS, rss_plain),
    "RSS 2.0, HTML": (RSS, rss_html),
    "Atom, plain": (ATOM, atom_plain),
    "Atom, HTML": (ATOM, atom_html),
    "RSS 1.0, plain": (RDF, rdf_plain),
}


def document(kind: str, entries: int = ENTRIES) -> bytes:
    (start, end), made = KINDS[kind]
    rng = random.Random(7)
    body = "".join(made(rng, number) for number in range(entries))
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{start}{body}{end}\n'.encode()


def ours(body: bytes) -> feeds.Feed:
    return feeds.parse(body, url=URL, content_type=None, timezone="UTC")


def readers() -> dict[str, Callable[[bytes], object]]:
    found: dict[str, Callable[[bytes], object]] = {
        "wirewatch": ours,
        "feedparser": lambda body: feedparser.parse(io.BytesIO(body)),
    }
    try:
        found["fastfeedparser"] = importlib.import_module("fastfeedparser").parse
    except ImportError:
        print("left out: fastfeedparser is not installed", file=sys.stderr)
    return found


def seconds(read: Callable[[bytes], object], body: bytes) -> float:
    gc.collect()  # feedparser leaves cycles, which are not the next reader's to clear
    started = time.process_time()
    for _ in range(READS):
        read(body)
    return (time.process_time() - started) / READS


def measure() -> list[kit.Figure]:
    figures, programs = [], readers()
    for kind in KINDS:
        body = document(kind)
        taken: dict[str, list[float]] = {name: [] for name in programs}
        for _ in range(ROUNDS):
            for name, read in programs.items():
                taken[name].append(seconds(read, body))
        for name, times in taken.items():
            figures.append(kit.Figure(f"{kind}: {name}", ENTRIES / median(times), "entries/s"))
        for name in taken.keys() - {"wirewatch"}:
            ratios = (b / a for a, b in zip(taken["wirewatch"], taken[name], strict=True))
            floor = 10 if name == "feedparser" else None
            figures.append(kit.Figure(f"{kind}: beside {name}", median(ratios), "times", floor))
    return figures


def documents(directory: Path) -> Iterator[tuple[str, bytes]]:
    for path in sorted(each for each in directory.rglob("*") if each.is_file()):
        if path.name.endswith(".tar.gz"):
            with tarfile.open(path) as archive:
                for member in archive.getmembers():
                    if member.isfile() and (opened := archive.extractfile(member)):
                        yield f"{path.name}/{member.name}", opened.read()
        else:
            yield path.name, path.read_bytes()


def shares(directory: Path) -> list[kit.Figure]:
    """How documents of a corpus were read: fast, as JSON, for which doubts not, or not at all."""
    found: Counter[str] = Counter()
    for _, body in documents(directory):
        try:
            found[ours(body).read_by] += 1
        except ReadError as error:
            found[f"refused: {error.reason}"] += 1
    read = sum(count for word, count in found.items() if not word.startswith("refused"))
    slow = read - found["fast"] - found["json"]
    figures = [kit.Figure("documents that are feeds", read, "")]
    figures.append(kit.Figure("left to feedparser", 100 * slow / max(read, 1), "%"))
    figures += [kit.Figure(f"  {word}", count, "") for word, count in found.most_common()]
    return figures


def main() -> int:
    parser = argparse.ArgumentParser(prog="./run.sh bench feeds")
    parser.add_argument("--corpus", type=Path, help="count fallbacks there instead")
    parser.add_argument("--json", action="store_true", help="print one JSON value")
    given = parser.parse_known_args()[0]
    figures = shares(given.corpus) if given.corpus else measure()
    if given.json:
        print(json.dumps({figure.name.strip(): figure.value for figure in figures}, indent=2))
        return 0
    return kit.report("feeds", figures)


if __name__ == "__main__":
    raise SystemExit(main())
