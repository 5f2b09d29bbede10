"""When a host may be asked."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.errors import FetchError, FetchReason
from monitor.net.client import Ask, Client
from monitor.net.gate import PATIENCE_SECONDS, Gate, retry_after_seconds
from monitor.settings import Settings
from tests.net_world import LOOPBACK, START, MemoryHosts, TestClock, http, moved, refusal, serving

NOW = int(datetime(2026, 11, 22, 12, 0, tzinfo=UTC).timestamp()) * 1000


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120.0),
        (" 0 ", 0.0),
        ("1.5", 1.5),
        ("9" * 60, 86400.0),
        ("9" * 9000, 86400.0),
        ("Sun, 22 Nov 2026 12:01:00 GMT", 60.0),
        ("Sunday, 22-Nov-26 12:01:00 GMT", 60.0),
        ("Sun Nov 22 12:01:00 2026", 60.0),
        ("Sun, 22 Nov 2026 11:00:00 GMT", 0.0),
        ("Fri, 31 Dec 9999 23:59:59 -2359", 86400.0),
        ("Mon, 01 Jan 0001 00:00:00 +2359", 0.0),
        ("", None),
        ("-5", None),
        ("soon", None),
        ("1e400", None),
        ("٣", None),
        ("Sun, 99 Nov 2026 12:01:00 GMT", None),
    ],
)
def test_retry_after_is_seconds_or_a_date(value: str, seconds: float | None) -> None:
    """Both forms are read, within 0 and 24 hours; anything else says nothing."""
    assert retry_after_seconds({"retry-after": value}, NOW) == seconds


@given(st.text(max_size=80))
def test_any_retry_after_is_harmless(value: str) -> None:
    """No value raises or leaves the bounds."""
    seconds = retry_after_seconds({"retry-after": value}, NOW)
    assert seconds is None or 0 <= seconds <= 86400


def test_no_retry_after_says_nothing() -> None:
    """A response without the header is None."""
    assert retry_after_seconds({}, NOW) is None


async def test_two_processes_take_turns() -> None:
    """Two clients that share one table of hosts keep the pause between any two requests."""
    hosts, clock = MemoryHosts(), TestClock()
    settings = Settings(allow=LOOPBACK, delay_seconds=2.0)
    clients = [Client(settings, hosts, clock) for _ in range(2)]
    async with serving({f"/{n}": http(200) for n in range(4)}) as site:
        asks = [Ask(f"{site.root}/{n}", robots=False) for n in range(4)]
        await asyncio.gather(*(clients[n % 2].fetch(ask) for n, ask in enumerate(asks)))
    for client in clients:
        await client.close()
    assert sorted(site.paths) == ["/0", "/1", "/2", "/3"]
    assert hosts.free_at == {"127.0.0.1": START + 4 * 2000}


async def test_one_request_at_a_time() -> None:
    """Within a process the next request of a host starts when the last has ended, in order."""
    gate = Gate(MemoryHosts(), TestClock())
    events: list[str] = []

    async def visit(host: str, name: str) -> None:
        async with gate.turn(host, 0.0):
            events.append(f"{name} in")
            await asyncio.sleep(0)
            await asyncio.sleep(0)
            events.append(f"{name} out")

    await asyncio.gather(visit("a.test", "1"), visit("a.test", "2"), visit("b.test", "3"))
    ours = [event for event in events if event[0] != "3"]
    assert ours == ["1 in", "1 out", "2 in", "2 out"]
    assert events.index("3 in") < events.index("2 in")


async def test_a_waiting_turn_can_be_cancelled() -> None:
    """Who gives up waiting leaves the host free for the next."""
    asleep = asyncio.Event()

    class LongNight(TestClock):
        async def sleep(self, seconds: float) -> None:
            asleep.set()
            await asyncio.Event().wait()

    hosts = MemoryHosts()
    gate = Gate(hosts, LongNight())
    await hosts.defer("a.test", START + 60_000)

    async def visit() -> None:
        async with gate.turn("a.test", 2.0):
            raise AssertionError("too early")

    task = asyncio.create_task(visit())
    await asleep.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    hosts.free_at.clear()
    async with gate.turn("a.test", 2.0):
        pass


async def test_retry_after_puts_a_host_off_for_everybody() -> None:
    """After a 429 or 503 with Retry-After the next request waits that long, in any process."""
    hosts, clock = MemoryHosts(), TestClock()
    settings = Settings(allow=LOOPBACK, delay_seconds=2.0)
    first, second = Client(settings, hosts, clock), Client(settings, hosts, clock)
    pages = {"/a": http(503, b"", "Retry-After: 90"), "/b": http(429), "/c": http(200)}
    async with serving(pages) as site:
        assert (await first.fetch(Ask(f"{site.root}/a", robots=False))).status == 503
        assert (await second.fetch(Ask(f"{site.root}/b", robots=False))).status == 429
        assert (await second.fetch(Ask(f"{site.root}/c", robots=False))).status == 200
    await first.close()
    await second.close()
    assert clock.slept == [90.0, 2.0]


async def test_nobody_waits_for_hours() -> None:
    """A host that is put off for long refuses at once and says for how long."""
    hosts, clock = MemoryHosts(), TestClock()
    client = Client(Settings(allow=LOOPBACK), hosts, clock)
    async with serving({"/a": http(429, b"", "Retry-After: 7200"), "/b": http(200)}) as site:
        await client.fetch(Ask(f"{site.root}/a", robots=False))
        error = await refusal(client, Ask(f"{site.root}/b", robots=False))
    await client.close()
    assert error.reason is FetchReason.RATE_LIMITED
    assert error.retry_after_seconds == 7200.0 > PATIENCE_SECONDS
    assert (site.paths, clock.slept) == (["/a"], [])


async def test_every_hop_waits_for_its_turn() -> None:
    """A redirect is a request like any other."""
    clock = TestClock()
    client = Client(Settings(allow=LOOPBACK, delay_seconds=2.0), MemoryHosts(), clock)
    async with serving({"/a": moved("/b"), "/b": http(200, b"here")}) as site:
        answer = await client.fetch(Ask(f"{site.root}/a", robots=False))
    await client.close()
    assert (answer.body, clock.slept) == (b"here", [2.0])


async def test_waiting_does_not_count_against_the_deadline() -> None:
    """A turn that comes after 100 s leaves the fetch its own 30."""
    hosts, clock = MemoryHosts(), TestClock()
    await hosts.defer("127.0.0.1", START + 100_000)
    client = Client(Settings(allow=LOOPBACK), hosts, clock)
    async with serving({"/a": http(200)}) as site:
        answer = await client.fetch(Ask(f"{site.root}/a", robots=False))
    await client.close()
    assert answer.elapsed_seconds < 30
    assert clock.slept == [100.0]


async def test_a_failure_frees_the_host() -> None:
    """A turn that ends in an error is over."""
    gate = Gate(MemoryHosts(), TestClock())
    with pytest.raises(FetchError):
        async with gate.turn("a.test", 0.0):
            raise FetchError(FetchReason.PROTOCOL, "broke off")
    async with gate.turn("a.test", 0.0):
        pass
