"""A small outside world for the tests of `monitor.net`: a raw server, a clock, a table of hosts.

The server says exactly the bytes it is given, right or wrong.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from monitor.errors import FetchError, FetchReason
from monitor.net.client import Ask, Client, Limits
from monitor.net.hosts import RobotsCopy
from monitor.settings import Settings

LOOPBACK = ("127.0.0.0/8",)
START = 1_700_000_000_000

Talk = Callable[[asyncio.StreamWriter], Awaitable[None]]


class MemoryHosts:
    """`Hosts` as the store keeps it, in memory."""

    def __init__(self) -> None:
        self.free_at: dict[str, int] = {}
        self.copies: dict[str, RobotsCopy] = {}

    async def next_slot(self, host: str, delay_ms: int, now: int) -> int:
        at = max(self.free_at.get(host, 0), now)
        self.free_at[host] = at + delay_ms
        return at

    async def defer(self, host: str, until: int) -> None:
        self.free_at[host] = max(self.free_at.get(host, 0), until)

    async def robots(self, origin: str) -> RobotsCopy | None:
        return self.copies.get(origin)

    async def keep_robots(self, origin: str, copy: RobotsCopy) -> None:
        self.copies[origin] = copy


class TestClock:
    """Stands still but for those who sleep."""

    __test__ = False

    def __init__(self) -> None:
        self.at = START
        self.slept: list[float] = []

    def now(self) -> int:
        return self.at

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.at += round(seconds * 1000)
        await asyncio.sleep(0)


@dataclass
class Seen:
    """One request as it came in."""

    line: str
    headers: dict[str, str]
    body: bytes

    @property
    def path(self) -> str:
        return self.line.split(" ")[1]


@dataclass
class Site:
    """`pages` maps a path to the bytes of its whole answer, or to what shall be said there."""

    pages: dict[str, bytes | Talk] = field(default_factory=dict)
    seen: list[Seen] = field(default_factory=list)
    port: int = 0
    visits: set[asyncio.Task[None]] = field(default_factory=set)

    @property
    def root(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def paths(self) -> list[str]:
        return [request.path for request in self.seen]

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        visit = asyncio.current_task()
        assert visit is not None
        self.visits.add(visit)
        try:
            request = await _read(reader)
            self.seen.append(request)
            page = self.pages.get(request.path, http(404))
            if isinstance(page, bytes):
                writer.write(page)
                await writer.drain()
            else:
                await page(writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()


async def _read(reader: asyncio.StreamReader) -> Seen:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    line, *rest = head.strip().split("\r\n")
    headers = {n.lower(): v.strip() for n, _, v in (each.partition(":") for each in rest)}
    return Seen(line, headers, await reader.readexactly(int(headers.get("content-length", 0))))


@asynccontextmanager
async def serving(pages: dict[str, bytes | Talk]) -> AsyncIterator[Site]:
    site = Site(pages)
    server = await asyncio.start_server(site.talk, "127.0.0.1", 0)
    site.port = server.sockets[0].getsockname()[1]
    try:
        yield site
    finally:
        server.close()
        for visit in site.visits:
            visit.cancel()
        await asyncio.gather(*site.visits, return_exceptions=True)


async def beat(seconds: float) -> None:
    """A server's slowness: here the passing of time is the thing under test."""
    loop = asyncio.get_running_loop()
    passed = loop.create_future()
    loop.call_later(seconds, passed.set_result, None)
    await passed


def http(status: int, body: bytes = b"", *headers: str, length: int | None = None) -> bytes:
    """A whole answer.  `length` is what Content-Length claims."""
    lines = [
        f"HTTP/1.1 {status} Words",
        f"Content-Length: {len(body) if length is None else length}",
    ]
    return "\r\n".join([*lines, "Connection: close", *headers, "", ""]).encode("latin-1") + body


def moved(to: str, status: int = 302) -> bytes:
    return http(status, b"", f"Location: {to}")


@asynccontextmanager
async def client_for(
    settings: Settings | None = None, **rest: object
) -> AsyncIterator[tuple[Client, MemoryHosts, TestClock]]:
    hosts, clock = MemoryHosts(), TestClock()
    client = Client(settings or Settings(allow=LOOPBACK), hosts, clock, **rest)  # type: ignore[arg-type]
    try:
        yield client, hosts, clock
    finally:
        await client.close()


async def refusal(client: Client, ask: Ask) -> FetchError:
    """The error that this fetch must end in."""
    try:
        answer = await client.fetch(ask)
    except FetchError as error:
        return error
    raise AssertionError(f"answered {answer.status}")


async def reason(client: Client, ask: Ask) -> FetchReason:
    return (await refusal(client, ask)).reason


def plain(url: str, **rest: object) -> Ask:
    """A fetch without robots.txt and gate."""
    return Ask(url, robots=False, gate=False, **rest)  # type: ignore[arg-type]


SHORT = Limits(total_seconds=0.3)
