"""reader over all feeds, each time a line comes in: `poll_reader.py DIRECTORY PORT FEEDS WORKERS`.

Answers with {"seconds": all, "index_seconds": of these for the index}, then {"items": stored}.
Search is enabled, so that the feeds' update notes what is to be indexed; `update_search()` does it.
"""

from __future__ import annotations

import json
import sys
import time
from importlib.metadata import version

from reader import make_reader


def main(directory: str, port: int, feeds: int, workers: int) -> None:
    reader = make_reader(f"{directory}/reader.sqlite", search_enabled=True)
    reader.update_search()
    for feed in range(feeds):
        reader.add_feed(f"http://127.0.0.1:{port}/f{feed:05}/feed.xml")
    print(json.dumps({"version": version("reader")}), flush=True)
    for _ in sys.stdin:
        started = time.perf_counter()
        reader.update_feeds(scheduled=False, workers=workers)
        updated = time.perf_counter()
        reader.update_search()
        ended = time.perf_counter()
        print(
            json.dumps({"seconds": ended - started, "index_seconds": ended - updated}), flush=True
        )
        print(json.dumps({"items": reader.get_entry_counts().total}), flush=True)


if __name__ == "__main__":
    main(sys.argv[1], *map(int, sys.argv[2:]))
