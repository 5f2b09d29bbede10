"""Where redirects lead, and what goes along."""

from __future__ import annotations

import pytest

from monitor.errors import FetchReason
from monitor.net.client import Ask
from tests.net_world import client_for, http, moved, plain, reason, serving


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_redirects_are_followed_with_everything_on_the_same_site(status: int) -> None:
    """On the same scheme, host and port the validators and credentials stay."""
    pages = {"/a": moved("b?x=\u00c3\u00a9", status), "/b?x=%C3%A9": http(200, b"here")}
    async with client_for() as (client, _, _), serving(pages) as site:
        url = f"http://ana:pw@127.0.0.1:{site.port}/a"
        answer = await client.fetch(plain(url, etag='"1"', headers={"X-Token": "t"}))
    assert (answer.body, answer.url) == (b"here", f"{site.root}/b?x=%C3%A9")
    assert site.seen[1].headers["if-none-match"] == '"1"'
    assert site.seen[1].headers["x-token"] == "t"
    assert site.seen[1].headers["authorization"] == site.seen[0].headers["authorization"]


async def test_nothing_private_goes_to_another_host() -> None:
    """Another host or port gets neither credentials, validators nor the caller's headers."""
    async with client_for() as (client, _, _), serving({}) as other, serving({}) as site:
        other.pages["/"] = http(200)
        site.pages["/"] = moved(f"{other.root}/")
        url = f"http://ana:pw@127.0.0.1:{site.port}/"
        headers = {"X-Token": "t", "Accept": "text/xml", "Cookie": "a=b"}
        await client.fetch(plain(url, etag='"1"', last_modified="then", headers=headers))
    assert other.seen[0].headers.keys() == {"host", "user-agent", "accept-encoding", "accept"}
    assert other.seen[0].headers["accept"] == "text/xml"


@pytest.mark.parametrize(
    "where",
    [
        "http://169.254.169.254/latest/meta-data/",
        "http://[::1]/",
        "//10.0.0.1/",
        "http://2130706433/",
        "http://localtest.me/",
    ],
)
async def test_a_redirect_into_a_private_network_is_refused(where: str) -> None:
    """Every hop is guarded as the first one is."""

    async def lookup(host: str, port: int) -> list[str]:
        return ["10.0.0.1"]

    async with client_for(lookup=lookup) as (client, _, _), serving({"/": moved(where)}) as site:
        assert await reason(client, plain(f"{site.root}/")) is FetchReason.ADDRESS_REFUSED


@pytest.mark.parametrize(
    "where", ["file:///etc/passwd", "gopher://127.0.0.1/", "data:,x", "http://a\\@b/", "http://[/"]
)
async def test_a_redirect_to_no_web_address_is_refused(where: str) -> None:
    """A redirect leads to http and https alone."""
    async with client_for() as (client, _, _), serving({"/": moved(where)}) as site:
        assert await reason(client, plain(f"{site.root}/")) is FetchReason.BAD_URL


async def test_a_location_in_bytes_of_no_encoding_is_kept() -> None:
    """Latin-1 bytes in Location go out as the same bytes, escaped."""
    async with client_for() as (client, _, _), serving({"/": moved("/caf\xe9")}) as site:
        await client.fetch(plain(f"{site.root}/"))
        site.pages["/"] = b"HTTP/1.1 302 x\r\nLocation: /caf\xe9\r\nContent-Length: 0\r\n\r\n"
        await client.fetch(plain(f"{site.root}/"))
    assert site.paths[1::2] == ["/caf%E9", "/caf%E9"]


async def test_five_redirects_and_no_more() -> None:
    """Five are followed, the sixth is an error, and so is a circle."""
    pages = {f"/{n}": moved(f"/{n + 1}") for n in range(6)} | {"/6": http(200)}
    async with client_for() as (client, _, _), serving(pages) as site:
        assert (await client.fetch(plain(f"{site.root}/1"))).status == 200
        assert await reason(client, plain(f"{site.root}/0")) is FetchReason.REDIRECTS
        site.pages["/2"] = moved("/1")
        site.seen.clear()
        assert await reason(client, plain(f"{site.root}/1")) is FetchReason.REDIRECTS
        assert site.paths == ["/1", "/2"]


async def test_each_hop_is_asked_for_in_robots() -> None:
    """A redirect does not lead round a robots.txt."""
    pages = {"/a": moved("/b"), "/robots.txt": http(200, b"User-agent: *\nDisallow: /b")}
    async with client_for() as (client, _, _), serving(pages) as site:
        assert await reason(client, Ask(f"{site.root}/a")) is FetchReason.ROBOTS
        assert site.paths == ["/robots.txt", "/a"]


async def test_a_post_is_never_sent_on() -> None:
    """Only GET and HEAD follow a redirect; others get it as their answer."""
    async with client_for() as (client, _, _), serving({"/": moved("/b", 307)}) as site:
        answer = await client.fetch(plain(f"{site.root}/", method="POST", body=b"secret"))
        head = await client.fetch(plain(f"{site.root}/", method="HEAD"))
    assert (answer.status, answer.headers["location"]) == (307, "/b")
    assert (head.status, [seen.line.split()[0] for seen in site.seen]) == (
        404,
        ["POST", "HEAD", "HEAD"],
    )


async def test_a_redirect_without_a_place_is_an_answer() -> None:
    """A 302 that names no Location is left to the caller."""
    async with client_for() as (client, _, _), serving({"/": http(302)}) as site:
        assert (await client.fetch(plain(f"{site.root}/"))).status == 302
