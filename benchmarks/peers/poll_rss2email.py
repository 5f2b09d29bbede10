"""rss2email over all feeds, each time a line comes in: `poll_rss2email.py DIRECTORY PORT FEEDS`.

What `r2e run --no-send` does, but for the start of Python: it reads its state, makes each message,
sends none, writes its state.  Answers with {"seconds": ..., "index_seconds": 0}, {"items": known}.
The pause between two feeds of one server is set to nothing.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from importlib.metadata import version
from pathlib import Path

import rss2email
from rss2email import command
from rss2email.feed import Feed
from rss2email.feeds import Feeds


def main(directory: str, port: int, count: int) -> None:
    rss2email.LOG.setLevel("CRITICAL")
    place = Path(directory)
    files = {
        "configfiles": [str(place / "rss2email.cfg")],
        "datafile_path": str(place / "r2e.json"),
    }
    feeds = Feeds(**files)
    feeds.load()
    feeds.config["DEFAULT"].update({"to": "me@bench.test", "same-server-fetch-interval": "0"})
    for number in range(count):
        url = f"http://127.0.0.1:{port}/f{number:05}/feed.xml"
        feeds.append(Feed(name=f"f{number:05}", url=url, to="me@bench.test", config=feeds.config))
    feeds.save_config()
    feeds.save_feeds()
    print(json.dumps({"version": version("rss2email")}), flush=True)
    for _ in sys.stdin:
        started = time.perf_counter()
        feeds = Feeds(**files)
        feeds.load()
        command.run(feeds, argparse.Namespace(index=None, send=False, clean=False))
        seconds = time.perf_counter() - started
        print(json.dumps({"seconds": seconds, "index_seconds": 0}), flush=True)
        print(json.dumps({"items": sum(len(feed.seen) for feed in feeds)}), flush=True)


if __name__ == "__main__":
    main(sys.argv[1], *map(int, sys.argv[2:]))
