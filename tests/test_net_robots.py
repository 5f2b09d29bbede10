"""What robots.txt lets us fetch."""

from __future__ import annotations

import asyncio
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.errors import FetchError, FetchReason
from monitor.model import Response
from monitor.net.client import Ask, Client
from monitor.net.guard import parse
from monitor.net.robots import LARGEST_BYTES, Robots, RobotsCopy
from monitor.settings import Settings
from tests.net_world import (
    LOOPBACK,
    START,
    MemoryHosts,
    Talk,
    TestClock,
    client_for,
    http,
    moved,
    refusal,
    serving,
)

HOUR = 3600_000
DAY = 24 * HOUR


async def checked(text: str | bytes, path: str) -> float | None:
    """The delay that this robots.txt asks for, None when it forbids `path`."""
    body = text.encode() if isinstance(text, str) else text

    async def fetch(url: str) -> Response:
        return Response(url, 200, {}, body)

    try:
        return await Robots(MemoryHosts(), TestClock()).check(parse(f"http://x.test{path}"), fetch)
    except FetchError as error:
        if error.reason is not FetchReason.ROBOTS:
            raise
        return None


ALL = "User-agent: *\n"
ALLOWED = {
    "empty": ("", "/a"),
    "not-robots": ("<html><body>Disallow: /</body></html>", "/a"),
    "empty-disallow": (ALL + "Disallow:\n", "/a"),
    "longest-wins": (ALL + "Disallow: /a\nAllow: /a/b\n", "/a/b/c"),
    "order-is-nothing": (ALL + "Allow: /a/b\nDisallow: /a\n", "/a/b/c"),
    "allow-wins-ties": (ALL + "Disallow: /page\nAllow: /page\n", "/page"),
    "case-of-path": (ALL + "Disallow: /A\n", "/a"),
    "dollar": (ALL + "Disallow: /*.php$\n", "/a.php?x"),
    "star": (ALL + "Disallow: /a*c\n", "/abd"),
    "other-robot": ("User-agent: other\nDisallow: /\n", "/a"),
    "prefix-of-us": ("User-agent: wire\nDisallow: /\n", "/a"),
    "longer-than-us": ("User-agent: wirewatcher\nDisallow: /\n", "/a"),
    "own-group-wins": (ALL + "Disallow: /\n\nUser-agent: wirewatch\nDisallow: /x\n", "/a"),
    "own-empty-group": ("User-agent: wirewatch\nDisallow:\n\n" + ALL + "Disallow: /", "/a"),
    "rule-before-groups": ("Disallow: /\n" + ALL + "Disallow: /x\n", "/a"),
    "comment": (ALL + "Disallow: /x # Disallow: /\n#Disallow: /\n", "/a"),
    "robots-itself": (ALL + "Disallow: /\n", "/robots.txt"),
    "slash-stays-escaped": (ALL + "Disallow: /a/b\n", "/a%2Fb"),
}
FORBIDDEN = {
    "everything": (ALL + "Disallow: /\n", "/a"),
    "prefix": (ALL + "Disallow: /fish\n", "/fishheads/yummy.html"),
    "query": (ALL + "Disallow: /*?print=\n", "/a?print=1"),
    "dollar": (ALL + "Disallow: /*.php$\n", "/a.php"),
    "star": (ALL + "Disallow: /a*c\n", "/abbbc/x"),
    "longest-wins": (ALL + "Allow: /a\nDisallow: /a/b\n", "/a/b/c"),
    "our-case": ("USER-AGENT: WIREwatch\ndisallow: /\n", "/a"),
    "our-version": ("User-agent: Wirewatch/2.0\nDisallow: /\n", "/a"),
    "shared-heading": ("User-agent: other\nUser-agent: wirewatch\nDisallow: /\n", "/a"),
    "merged-groups": (
        "User-agent: wirewatch\nDisallow: /a\n\nUser-agent: other\nDisallow: /o\n\n"
        "User-agent: wirewatch\nDisallow: /b\n",
        "/b",
    ),
    "sitemap-between": ("User-agent: wirewatch\nSitemap: http://x/\nDisallow: /\n", "/a"),
    "bom": ("\ufeff" + ALL + "Disallow: /\n", "/a"),
    "bom-bytes": (b"\xef\xbb\xbfUser-agent: *\r\nDisallow: /\r\n", "/a"),
    "old-mac-lines": (ALL.replace("\n", "\r") + "Disallow: /\r", "/a"),
    "escaped-rule": (ALL + "Disallow: /%61\n", "/a"),
    "escaped-path": (ALL + "Disallow: /a\n", "/%61"),
    "non-ascii": (ALL + "Disallow: /ツ\n", "/%e3%83%84"),
    "no-colon": ("User-agent *\nDisallow /\n", "/a"),
    "misspelled": (ALL + "Dissallow: /\n", "/a"),
}


@pytest.mark.parametrize(("text", "path"), ALLOWED.values(), ids=ALLOWED)
async def test_allowed(text: str, path: str) -> None:
    """The file lets us fetch the path."""
    assert await checked(text, path) is not None


@pytest.mark.parametrize(("text", "path"), FORBIDDEN.values(), ids=FORBIDDEN)
async def test_forbidden(text: str | bytes, path: str) -> None:
    """The file forbids the path."""
    assert await checked(text, path) is None


@pytest.mark.parametrize(
    ("delay", "seconds"),
    [("7", 7.0), ("0.5", 0.5), ("86400", 60.0), ("-1", 0.0), ("soon", 0.0), ("1e999", 0.0)],
)
async def test_crawl_delay(delay: str, seconds: float) -> None:
    """The delay counts up to a minute; nonsense is none."""
    assert await checked(f"{ALL}Crawl-delay: {delay}\nDisallow: /x\n", "/a") == seconds


@given(st.binary(max_size=200), st.text(max_size=30))
async def test_any_file_is_read(body: bytes, value: str) -> None:
    """No bytes raise anything but a refusal."""
    await checked(body, "/a?b=c")
    await checked(
        f"User-agent: *\nDisallow: {value}\nAllow: /*{value}$\nCrawl-delay: {value}", "/a"
    )


@pytest.mark.parametrize(
    "lines",
    [
        [*(f"user-agent: a{n}" for n in range(18_000)), *["allow: /"] * 28_000],
        [*(f"user-agent a{n}" for n in range(18_000)), *["allow /"] * 28_000],
        [*(f"x\x0buser\tagent: a{n}" for n in range(14_000)), *["allow: /"] * 28_000],
        ["user-agent: *", *["disallow: /*a*a*a*a*a*a*b"] * 20_000],
        ["user-agent" + " " * 400_000 + "x", "disallow" + "\t" * 100_000],
    ],
    ids=["groups", "no-colon", "odd-lines", "stars", "blanks"],
)
@pytest.mark.alone
async def test_a_hostile_file_costs_little(lines: list[str]) -> None:
    """Thousands of groups times thousands of rules stay linear in time and memory."""
    started = time.process_time()
    await checked("\n".join(lines), "/" + "a" * 2000)
    assert time.process_time() - started < 2


async def test_a_refusal_says_what_forbids() -> None:
    """The sentence names the path and us."""
    async with client_for() as (client, _, _), serving({}) as site:
        site.pages["/robots.txt"] = http(200, b"User-agent: *\nDisallow: /private")
        error = await refusal(client, Ask(f"{site.root}/private/a?b#c"))
    assert error.reason is FetchReason.ROBOTS
    assert error.detail == "robots.txt forbids /private/a?b for Wirewatch"
    assert site.paths == ["/robots.txt"]


@pytest.mark.parametrize("status", [200, 201, 204, 400, 401, 403, 404, 410, 429, 451, 300, 304])
async def test_no_rules_allow_everything(status: int) -> None:
    """2xx without rules, 4xx and a 3xx that leads nowhere: fetch, and remember for a day."""
    async with client_for() as (client, hosts, clock), serving({}) as site:
        site.pages |= {"/robots.txt": http(status), "/a": http(200)}
        await client.fetch(Ask(f"{site.root}/a"))
        clock.at += 23 * HOUR
        await client.fetch(Ask(f"{site.root}/a"))
        clock.at += HOUR
        await client.fetch(Ask(f"{site.root}/a"))
    assert site.paths == ["/robots.txt", "/a", "/a", "/robots.txt", "/a"]
    assert list(hosts.copies) == [site.root]


@pytest.mark.parametrize("status", [500, 502, 503, 504, 599])
async def test_a_server_error_forbids_until_it_answers(status: int) -> None:
    """5xx is no; asked again after minutes, not at once; the first answer counts again."""
    async with client_for() as (client, hosts, clock), serving({}) as site:
        site.pages |= {"/robots.txt": http(status), "/a": http(200)}
        for _ in range(2):
            error = await refusal(client, Ask(f"{site.root}/a"))
            assert (error.reason, error.status) == (FetchReason.ROBOTS, status)
        assert site.paths == ["/robots.txt"]
        assert hosts.copies == {}
        site.pages["/robots.txt"] = http(404)
        clock.at += 6 * 60_000
        assert (await client.fetch(Ask(f"{site.root}/a"))).status == 200


async def _break_off(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nUser-agent")


@pytest.mark.parametrize("page", [http(503), _break_off], ids=["503", "broken"])
async def test_the_last_good_copy_serves_for_a_month(page: bytes | Talk) -> None:
    """While robots.txt cannot be had, what it said last holds for 30 days and no longer."""
    async with client_for() as (client, hosts, clock), serving({}) as site:
        site.pages |= {"/robots.txt": page, "/a": http(200)}
        rules = b"User-agent: *\nDisallow: /b"
        hosts.copies[site.root] = RobotsCopy(START - 29 * DAY, 200, rules)
        assert (await client.fetch(Ask(f"{site.root}/a"))).status == 200
        assert (await refusal(client, Ask(f"{site.root}/b"))).detail.endswith("/b for Wirewatch")
        assert site.paths == ["/robots.txt", "/a"]
        clock.at += DAY
        error = await refusal(client, Ask(f"{site.root}/a"))
    assert "robots.txt forbids" not in error.detail
    assert hosts.copies[site.root].body == rules


async def test_an_unreachable_host_gives_its_own_reason() -> None:
    """Where not even robots.txt can be had, the error says why and nothing is fetched."""
    async with client_for() as (client, _, _):
        async with serving({}) as site:
            pass
        error = await refusal(client, Ask(f"{site.root}/a"))
    assert error.reason is FetchReason.CONNECT
    assert error.detail.startswith("robots.txt could not be had: ")


async def test_robots_redirects_are_followed() -> None:
    """Up to five redirects are followed; a circle counts as no robots.txt at all."""
    async with client_for() as (client, _, _), serving({}) as site:
        site.pages |= {f"/{n}": moved(f"/{n + 1}") for n in range(1, 5)}
        site.pages |= {
            "/robots.txt": moved("/1"),
            "/5": http(200, b"User-agent: *\nDisallow: /a"),
        }
        assert (await refusal(client, Ask(f"{site.root}/a"))).reason is FetchReason.ROBOTS
    async with client_for() as (client, _, _), serving({}) as site:
        site.pages |= {"/robots.txt": moved("/robots.txt"), "/a": http(200)}
        assert (await client.fetch(Ask(f"{site.root}/a"))).status == 200


async def test_robots_may_not_lead_into_a_private_network() -> None:
    """A robots.txt that redirects to where nothing may go is one that cannot be had."""
    async with client_for() as (client, _, _), serving({}) as site:
        site.pages |= {"/robots.txt": moved("http://169.254.169.254/"), "/a": http(200)}
        error = await refusal(client, Ask(f"{site.root}/a"))
    assert (error.reason, site.paths) == (FetchReason.ADDRESS_REFUSED, ["/robots.txt"])


async def test_a_huge_file_is_read_up_to_its_limit() -> None:
    """500 KiB are read, whole lines only; an endless file ends there too."""
    rules = b"User-agent: *\nDisallow: /early\n"
    filler = b"#" * (LARGEST_BYTES - len(rules) - 10) + b"\n"
    body = rules + filler + b"Disallow: /ate-too-much\nDisallow: /late\n"

    async def endless(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n" + body)
        while True:
            writer.write(b"Disallow: /\n" * 5000)
            await writer.drain()

    for page in (http(200, body), endless):
        async with client_for() as (client, hosts, _), serving({}) as site:
            site.pages |= {"/robots.txt": page, "/ate": http(200), "/late": http(200)}
            assert (await client.fetch(Ask(f"{site.root}/ate"))).status == 200
            assert (await client.fetch(Ask(f"{site.root}/late"))).status == 200
            assert (await refusal(client, Ask(f"{site.root}/early"))).reason is FetchReason.ROBOTS
            assert len(hosts.copies[site.root].body) < LARGEST_BYTES


async def test_many_requests_ask_for_robots_once() -> None:
    """Requests that start together share one robots.txt."""
    async with client_for() as (client, _, _), serving({}) as site:
        site.pages |= {f"/{n}": http(200) for n in range(5)}
        await asyncio.gather(*(client.fetch(Ask(f"{site.root}/{n}")) for n in range(5)))
    assert site.paths.count("/robots.txt") == 1


async def test_crawl_delay_lengthens_the_pause() -> None:
    """The longer of our delay and the host's counts."""
    async with client_for() as (client, _, clock), serving({}) as site:
        site.pages |= {"/robots.txt": http(200, b"User-agent: *\nCrawl-delay: 9"), "/a": http(200)}
        for _ in range(3):
            await client.fetch(Ask(f"{site.root}/a"))
    assert clock.slept == [2.0, 9.0, 9.0]


async def test_a_put_off_host_is_not_taken_for_silent() -> None:
    """While the gate is shut robots.txt was not asked, so that is not held against it."""
    hosts, clock = MemoryHosts(), TestClock()
    client = Client(Settings(allow=LOOPBACK), hosts, clock)
    await hosts.defer("127.0.0.1", START + HOUR)
    async with serving({"/a": http(200)}) as site:
        assert (await refusal(client, Ask(f"{site.root}/a"))).reason is FetchReason.RATE_LIMITED
        hosts.free_at.clear()
        assert (await client.fetch(Ask(f"{site.root}/a"))).status == 200
    await client.close()
