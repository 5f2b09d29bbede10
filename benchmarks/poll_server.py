"""A web server on 127.0.0.1 with any number of feeds, rendered beforehand.

`http://f00001.bench.test/feed.xml` and, for whoever cannot map names, `/f00001/feed.xml`.  Speaks
as much HTTP/1.1 as feed readers do.  `Newsstand` starts and steers it, in a process of its own.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import os
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass, field
from email.utils import formatdate
from typing import Any

import poll_feeds
from poll_watch import cpu_seconds

ROBOTS = b"User-agent: *\nDisallow: /private/\n\nUser-agent: BadBot\nDisallow: /\n"
SET_UP_SECONDS = 300.0
BARE_REQUESTS = 5000


@dataclass
class Shelf:
    """What is served now, and what was asked for since it was set up."""

    count: int
    items: int
    base: int
    documents: list[bytes] = field(default_factory=list)
    etag: bytes = b""
    last_modified: bytes = b""
    conditional: bool = True
    asked: dict[str, int] = field(default_factory=dict)
    first_at: float = 0.0
    last_at: float = 0.0

    def fill(self, generation: int, *, conditional: bool) -> None:
        """`conditional`: answers 304 to who has this generation; otherwise always 200."""
        etag = f'"g{generation}"'.encode()
        if etag != self.etag:
            out = self.base + generation * 60
            self.documents = [
                poll_feeds.render(feed, generation, self.base, self.items)
                for feed in range(self.count)
            ]
            self.etag, self.last_modified = etag, formatdate(out, usegmt=True).encode()
        self.conditional = conditional
        self.asked, self.first_at, self.last_at = {}, 0.0, 0.0

    def note(self, what: str) -> None:
        now = time.time()
        self.first_at = self.first_at or now
        self.last_at = now
        self.asked[what] = self.asked.get(what, 0) + 1

    def answer(self, head: bytes) -> bytes:
        request, _, rest = head.partition(b"\r\n")
        path = request.split(b" ", 2)[1]
        headers = {
            name.strip().lower(): value.strip()
            for name, _, value in (line.partition(b":") for line in rest.split(b"\r\n"))
        }
        if path.startswith(b"/-/"):
            return self._steer(path.decode())
        if path == b"/robots.txt":
            self.note("robots")
            return _whole(b"200 OK", b"text/plain", ROBOTS)
        first = path.split(b"/")[1]
        name = headers[b"host"].split(b".")[0] if first == b"feed.xml" else first
        if not path.endswith(b"/feed.xml"):
            self.note("other")
            return _whole(b"404 Not Found", b"text/plain", b"")
        return self._feed(int(name[1:]), headers)

    def _feed(self, feed: int, headers: dict[bytes, bytes]) -> bytes:
        validators = b"ETag: %s\r\nLast-Modified: %s\r\n" % (self.etag, self.last_modified)
        tag = headers.get(b"if-none-match")
        known = tag == self.etag or (
            tag is None and headers.get(b"if-modified-since") == self.last_modified
        )
        if self.conditional and known:
            self.note("304")
            return b"HTTP/1.1 304 Not Modified\r\n%s\r\n" % validators
        self.note("200")
        kind = b"application/atom+xml" if feed % 3 == 2 else b"application/rss+xml"
        return _whole(b"200 OK", kind, self.documents[feed], validators)

    def _steer(self, path: str) -> bytes:
        if path.startswith("/-/fill/"):
            _, _, _, generation, conditional = path.split("/")
            self.fill(int(generation), conditional=conditional == "1")
        said = {"asked": self.asked, "first_at": self.first_at, "last_at": self.last_at}
        return _whole(b"200 OK", b"application/json", json.dumps(said).encode())


def _whole(status: bytes, kind: bytes, body: bytes, more: bytes = b"") -> bytes:
    return b"HTTP/1.1 %s\r\nContent-Type: %s\r\nContent-Length: %d\r\n%s\r\n%s" % (
        status, kind, len(body), more, body,
    )  # fmt: skip


class Connection(asyncio.Protocol):
    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf
        self._waiting = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, received: bytes) -> None:
        self._waiting += received
        while b"\r\n\r\n" in self._waiting:
            head, _, self._waiting = self._waiting.partition(b"\r\n\r\n")
            self._transport.write(self._shelf.answer(head))
            if b"connection: close" in head.lower():
                self._transport.close()


async def serve(count: int, items: int) -> None:
    shelf = Shelf(count, items, int(time.time()) - 3600)
    shelf.fill(0, conditional=True)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Connection(shelf), "127.0.0.1", 0, backlog=4096)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


@dataclass(frozen=True)
class Asked:
    """What was asked for since the last `fill`; times in epoch seconds."""

    new: int
    unchanged: int
    robots: int
    other: int
    first_at: float
    last_at: float


class Newsstand:
    """The server as seen by who measures.  Killed by `close`."""

    def __init__(self, feeds: int, core: int, items: int = poll_feeds.ITEMS) -> None:
        self.feeds, self.items = feeds, items
        self._process = subprocess.Popen(
            [sys.executable, __file__, "serve", str(core), str(feeds), str(items)],
            stdout=subprocess.PIPE,
        )
        assert self._process.stdout is not None
        self.port = int(self._process.stdout.readline())

    def fill(self, generation: int, *, conditional: bool = True) -> None:
        self._get(f"/-/fill/{generation}/{int(conditional)}")

    def asked(self) -> Asked:
        said = self._get("/-/asked")
        count = said["asked"].get
        return Asked(
            count("200", 0), count("304", 0), count("robots", 0), count("other", 0),
            said["first_at"], said["last_at"],
        )  # fmt: skip

    def ceiling(self, core: int, etag: str) -> float:
        """Requests for each second of its CPU time, asked by a bare client on `core`.

        `etag`: the one of what it serves, to be answered 304, or another, to get the document.
        """
        before = cpu_seconds(self._process.pid)
        ask = [sys.executable, __file__, "ask", str(core), str(self.port), str(self.feeds), etag]
        subprocess.run(ask, check=True)
        return BARE_REQUESTS / (cpu_seconds(self._process.pid) - before)

    def close(self) -> None:
        self._process.kill()
        self._process.wait()

    def _get(self, path: str) -> dict[str, Any]:
        url = f"http://127.0.0.1:{self.port}{path}"
        with urllib.request.urlopen(url, timeout=SET_UP_SECONDS) as answer:
            said: dict[str, Any] = json.load(answer)
        return said


async def ask_all(port: int, feeds: int, etag: str) -> None:
    """The bare client: 32 requests at once, a connection each, nothing is kept."""
    left = itertools.islice(itertools.cycle(range(feeds)), BARE_REQUESTS)

    async def ask() -> None:
        for feed in left:
            read, write = await asyncio.open_connection("127.0.0.1", port, limit=1 << 18)
            head = f"GET /f{feed:05}/feed.xml HTTP/1.1\r\nHost: x\r\nIf-None-Match: {etag}\r\n"
            write.write(f"{head}Connection: close\r\n\r\n".encode())
            while await read.read(1 << 18):
                pass
            write.close()

    await asyncio.gather(*(ask() for _ in range(32)))


if __name__ == "__main__":
    os.sched_setaffinity(0, {int(sys.argv[2])})
    if sys.argv[1] == "serve":
        asyncio.run(serve(int(sys.argv[3]), int(sys.argv[4])))
    else:
        asyncio.run(ask_all(int(sys.argv[3]), int(sys.argv[4]), sys.argv[5]))
