"""One extractor over all pages, once, on one core: `extract_peers.py NAME DIRECTORY`.

Prints {"versions": {...}, "seconds": CPU seconds of the pass, "bodies": {page: text or null}}; null
where the extractor raised.  Runs in the environment of the extractor that it names, ours too, so
it imports no other.  Each page is new to the process, as an article is: trafilatura and others
remember texts that they have seen.  We get bytes as they came, peers the text ready decoded.  Does
not judge the bodies.
"""

from __future__ import annotations

import contextlib
import gzip
import json
import os
import signal
import socket
import sys
import time
import warnings
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import NoReturn

Extractor = Callable[[bytes, str, str], str | None]  # page, page as text, address

MOST_SECONDS = 300  # then this process is killed
PROSE = "<p>The council voted late on Tuesday to keep the old tram line along the quay.</p>"
MADE = f"<html><head><title>Tram</title></head><body><h1>Tram</h1>{PROSE * 9}</body></html>"


def wirewatch() -> Extractor:
    from monitor.extract import article

    return lambda raw, text, url: article(raw, url=url).body


def trafilatura() -> Extractor:
    from trafilatura import extract

    return lambda raw, text, url: extract(text)


def trafilatura_fast() -> Extractor:
    from trafilatura import extract

    return lambda raw, text, url: extract(text, fast=True)


def trafilatura_as_ours() -> Extractor:
    from trafilatura import extract

    return lambda raw, text, url: extract(text, fast=True, include_comments=False)


def readability() -> Extractor:
    from html_text import (
        extract_text,
    )  # readability gives HTML; this is how it is judged there, too
    from readability import Document

    return lambda raw, text, url: extract_text(Document(text).summary(html_partial=True))


def newspaper() -> Extractor:
    from newspaper import article

    return lambda raw, text, url: article(url, input_html=text, fetch_images=False).text


def news_please() -> Extractor:
    from newsplease import NewsPlease

    return lambda raw, text, url: NewsPlease.from_html(text, url=url, fetch_images=False).maintext


EXTRACTORS: dict[str, tuple[Callable[[], Extractor], str]] = {
    "wirewatch": (wirewatch, "wirewatch"),
    "trafilatura": (trafilatura, "trafilatura"),
    "trafilatura fast": (trafilatura_fast, "trafilatura"),
    "trafilatura fast, no comments": (trafilatura_as_ours, "trafilatura"),
    "readability-lxml": (readability, "readability-lxml"),
    "newspaper4k": (newspaper, "newspaper4k"),
    "news-please": (news_please, "news-please"),
}


def refuse(*args: object, **kwargs: object) -> NoReturn:
    raise OSError("a benchmark reaches no network")


def confine() -> None:
    """One core, no network, no warnings, an end."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    socket.getaddrinfo = refuse
    warnings.simplefilter("ignore")
    signal.alarm(MOST_SECONDS)


def measure(name: str, directory: Path) -> dict[str, object]:
    truth = json.loads((directory / "ground-truth.json").read_text())
    pages = {
        page: (gzip.decompress((directory / "html" / f"{page}.html.gz").read_bytes()), entry["url"])
        for page, entry in truth.items()
    }
    texts = {page: raw.decode("utf-8", "replace") for page, (raw, _) in pages.items()}
    begin, package = EXTRACTORS[name]
    extract = begin()
    extract(MADE.encode(), MADE, "https://lantern.test/tram")  # warm: modules, patterns, tables
    bodies: dict[str, str | None] = {}
    started = time.process_time()
    for page, (raw, url) in pages.items():
        try:
            bodies[page] = extract(raw, texts[page], url) or ""
        except Exception as error:  # noqa: BLE001 - what an extractor raises is its own choice
            bodies[page] = None
            print(f"{name} on {url}: {error!r}")
    seconds = time.process_time() - started
    versions = {name: version(name) for name in (package, "lxml")}
    return {"versions": versions, "seconds": seconds, "bodies": bodies}


if __name__ == "__main__":
    confine()
    with contextlib.redirect_stdout(sys.stderr):  # some peers print
        answer = measure(sys.argv[1], Path(sys.argv[2]))
    json.dump(answer, sys.stdout)
