"""One fetch: what goes out, what comes back, and to whom nothing goes."""

from __future__ import annotations

import gzip
import itertools
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor import __version__
from monitor.errors import FetchError, FetchReason
from monitor.net.client import Client, Limits, user_agent
from monitor.net.guard import Guard, parse
from monitor.net.wire import Request, Wire
from monitor.settings import Settings
from tests.net_world import (
    LOOPBACK,
    MemoryHosts,
    client_for,
    http,
    moved,
    plain,
    reason,
    refusal,
    serving,
)


async def test_an_answer_comes_back_whole() -> None:
    """URL, status, lower-case headers and decoded body."""
    page = http(200, gzip.compress(b"<rss/>"), "Content-Encoding: gzip", "Content-Type: text/xml")
    async with client_for() as (client, _, _), serving({"/feed?a=b%20c": page}) as site:
        answer = await client.fetch(plain(f"{site.root}/feed?a=b c#top"))
    assert (answer.status, answer.body) == (200, b"<rss/>")
    assert answer.url == f"{site.root}/feed?a=b%20c"
    assert answer.content_type == "text/xml"
    assert 0 <= answer.elapsed_seconds < 5


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (gzip.compress(b"<rss/>"), ()),
        (gzip.compress(b"<rss/>"), ("Content-Type: application/gzip",)),
        (gzip.compress(gzip.compress(b"<rss/>")), ("Content-Encoding: gzip",)),
    ],
    ids=["untold", "by-type", "twice"],
)
async def test_a_body_packed_once_more_comes_back(body: bytes, headers: tuple[str, ...]) -> None:
    """As from servers that pack what is packed, or do not say that it is."""
    async with client_for() as (client, _, _), serving({"/": http(200, body, *headers)}) as site:
        assert (await client.fetch(plain(f"{site.root}/"))).body == b"<rss/>"


@pytest.mark.parametrize("length", [8_191, 65_000])
async def test_an_answer_with_a_long_header_comes_back(length: int) -> None:
    """A policy or a list of what to preload may be tens of thousands of characters long."""
    page = http(200, b"<rss/>", f"Content-Security-Policy: {'x' * length}")
    async with client_for() as (client, _, _), serving({"/": page}) as site:
        answer = await client.fetch(plain(f"{site.root}/"))
    assert answer.body == b"<rss/>"
    assert answer.headers["content-security-policy"] == "x" * length


@pytest.mark.parametrize(
    "status", [200, 204, 206, 300, 304, 400, 401, 404, 410, 418, 429, 500, 503]
)
async def test_any_status_is_an_answer(status: int) -> None:
    """The caller judges the status."""
    async with client_for() as (client, _, _), serving({"/": http(status)}) as site:
        assert (await client.fetch(plain(f"{site.root}/"))).status == status


async def test_what_goes_out() -> None:
    """Our name, what we can decode, and the caller's own headers and body."""
    settings = Settings(allow=LOOPBACK, contact="https://desk.example/bot\r\nX: (y)")
    async with client_for(settings) as (client, _, _), serving({"/": http(200)}) as site:
        await client.fetch(
            plain(f"{site.root}/", method="post", body=b"{}", headers={"Content-Type": "x/y"})
        )
    sent = site.seen[0]
    assert (sent.line, sent.body) == ("POST / HTTP/1.1", b"{}")
    assert sent.headers == {
        "host": f"127.0.0.1:{site.port}",
        "user-agent": f"Wirewatch/{__version__} (+https://desk.example/botX:y)",
        "accept-encoding": "gzip, deflate",
        "accept": "*/*",
        "content-type": "x/y",
        "content-length": "2",
    }


async def test_no_cookie_is_kept() -> None:
    """Every fetch comes as a stranger."""

    async def lookup(host: str, port: int) -> list[str]:
        return ["127.0.0.1"]

    pages = {"/": http(200, b"", "Set-Cookie: a=b; Path=/")}
    async with client_for(lookup=lookup) as (client, _, _), serving(pages) as site:
        for _ in range(2):
            await client.fetch(plain(f"http://news.test:{site.port}/"))
    assert "cookie" not in site.seen[1].headers


def test_without_a_contact_the_name_is_neutral() -> None:
    """Nobody is named who did not ask for it."""
    assert user_agent(None) == user_agent(" ") == f"Wirewatch/{__version__} (news monitor)"


@pytest.mark.parametrize("etag", ['"abc"', 'W/"x y"', '"caf\u00c3\u00a9"', "unquoted"])
async def test_validators_go_back_as_they_came(etag: str) -> None:
    """The bytes of ETag and Last-Modified come and go unchanged."""
    page = http(200, b"", f"ETag: {etag}", "Last-Modified: Yesterday, about noon")
    async with client_for() as (client, _, _), serving({"/": page}) as site:
        first = await client.fetch(plain(f"{site.root}/"))
        known = {"etag": first.headers["etag"], "last_modified": first.headers["last-modified"]}
        await client.fetch(plain(f"{site.root}/", **known))
    assert first.headers["etag"] == etag
    assert site.seen[1].headers["if-none-match"] == etag
    assert site.seen[1].headers["if-modified-since"] == "Yesterday, about noon"


@pytest.mark.parametrize(
    "etag", ['"a"\r\nX-Evil: 1', '"a\x00"', '"caf\u00e9"', '"\u4e2d"', "\udc80", ""]
)
async def test_a_validator_that_cannot_go_out_is_left_out(etag: str) -> None:
    """No line can be smuggled in, and what would change on its way is not sent."""
    async with client_for() as (client, _, _), serving({"/": http(200)}) as site:
        await client.fetch(plain(f"{site.root}/", etag=etag, last_modified=etag))
    assert not site.seen[0].headers.keys() & {"if-none-match", "if-modified-since", "x-evil"}


@pytest.mark.parametrize(
    ("name", "value"),
    [("x", "a\r\nb: c"), ("x", "a\n"), ("x", "\0"), ("x\r\ny", "a"), ("", "a"), ("x", "\ud800")],
)
async def test_no_header_can_hold_another(name: str, value: str) -> None:
    """A header with a line break is refused before anything is sent."""
    async with client_for() as (client, _, _), serving({"/": http(200)}) as site:
        ask = plain(f"{site.root}/", headers={name: value})
        assert await reason(client, ask) is FetchReason.PROTOCOL
        assert await reason(client, plain(f"{site.root}/", method="GET / HTTP/1.1\r\nX:"))
        assert site.seen == []


@given(st.text(max_size=40))
async def test_no_path_can_hold_a_line(text: str) -> None:
    """Whatever stands in a URL, one request line with our headers goes out, or none."""
    async with client_for() as (client, _, _), serving({}) as site:
        end: FetchReason | None = None
        try:
            await client.fetch(plain(f"{site.root}/{text}"))
        except FetchError as error:
            end = error.reason
        assert end in (None, FetchReason.BAD_URL)
        assert all(seen.line.count(" ") == 2 and len(seen.headers) == 4 for seen in site.seen)


async def test_credentials_of_a_url_become_a_header() -> None:
    """They are sent, and are in neither the answer's URL nor an error."""
    async with client_for() as (client, _, _), serving({"/": http(401)}) as site:
        url = f"http://ana:secret@127.0.0.1:{site.port}/"
        answer = await client.fetch(plain(url))
        site.pages["/"] = moved("/")
        error = await refusal(client, plain(url))
    assert site.seen[0].headers["authorization"] == "Basic YW5hOnNlY3JldA=="
    assert answer.url == f"{site.root}/"
    assert "secret" not in str(error)


# --- the guard, in the connector -------------------------------------------------------------


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "news.test", "[::ffff:127.0.0.1]"])
async def test_what_is_not_allowed_is_never_connected_to(host: str) -> None:
    """Without `allow` no byte reaches this machine, by literal or by name."""

    async def lookup(name: str, port: int) -> list[str]:
        return ["127.0.0.1"]

    async with client_for(Settings(), lookup=lookup) as (client, _, _), serving({}) as site:
        ask = plain(f"http://{host}:{site.port}/")
        assert await reason(client, ask) is FetchReason.ADDRESS_REFUSED
        assert (site.seen, site.visits) == ([], set())


@pytest.mark.parametrize("host", ["127.0.0.1", "[::1]", "[::ffff:127.0.0.1]"])
async def test_the_connector_itself_refuses_literals(host: str) -> None:
    """Addresses in a URL never pass a resolver; the socket for one is not even made."""
    wire = Wire(Guard(Settings()), "test", None)
    async with serving({}) as site:
        target = parse(f"http://{host}:{site.port}/")
        with pytest.raises(FetchError) as caught:
            await wire.exchange(Request("GET", target, {}, None, Limits()), 5)
        assert site.visits == set()
    await wire.close()
    assert caught.value.reason is FetchReason.ADDRESS_REFUSED


async def test_the_peer_is_judged_once_more() -> None:
    """Where the system connects elsewhere than it was told, no request goes out.

    Linux connects 0.0.0.0 to 127.0.0.1.
    """
    async with client_for(Settings(allow=("0.0.0.0/32",))) as (client, _, _), serving({}) as site:
        ask = plain(f"http://0.0.0.0:{site.port}/")
        assert await reason(client, ask) is FetchReason.ADDRESS_REFUSED
        assert site.seen == []


async def test_a_name_is_resolved_once_for_check_and_connection() -> None:
    """A name that means something else the second time is not asked a second time."""
    answers = itertools.chain([["127.0.0.1"]], itertools.repeat(["10.0.0.1"]))
    asked: list[str] = []

    async def lookup(host: str, port: int) -> list[str]:
        asked.append(host)
        return next(answers)

    async with client_for(lookup=lookup) as (client, _, _), serving({"/": http(200)}) as site:
        ask = plain(f"http://rebind.test:{site.port}/")
        assert (await client.fetch(ask)).status == 200
        assert asked == ["rebind.test"]
        assert await reason(client, ask) is FetchReason.ADDRESS_REFUSED
        assert len(site.seen) == 1


async def test_an_open_connection_is_not_lent_to_who_may_not_use_it() -> None:
    """A connection that one source's `allow` opened does not carry another's request."""
    async with client_for(Settings()) as (client, _, _), serving({}) as site:
        site.pages["/"] = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
        assert (await client.fetch(plain(f"{site.root}/", allow=LOOPBACK))).status == 200
        assert await reason(client, plain(f"{site.root}/")) is FetchReason.ADDRESS_REFUSED
        assert len(site.seen) == 1


async def test_resolve_maps_a_host_to_address_and_port() -> None:
    """The request goes to the mapped place and still names the host."""
    async with serving({"/a": http(200, b"here")}) as site:
        resolve = {"news.localhost": f"127.0.0.1:{site.port}"}
        async with client_for(Settings(allow=LOOPBACK, resolve=resolve)) as (client, _, _):
            answer = await client.fetch(plain("http://news.localhost/a"))
        async with client_for(Settings(resolve=resolve)) as (client, _, _):
            error = await refusal(client, plain("http://news.localhost/a"))
    assert (answer.body, answer.url) == (b"here", "http://news.localhost/a")
    assert site.seen[0].headers["host"] == "news.localhost"
    assert error.reason is FetchReason.ADDRESS_REFUSED


async def test_a_proxy_gets_everything_but_private_literals() -> None:
    """The proxy is asked with the whole URL and may stand anywhere; the URL itself is judged."""
    pages = {"http://example.com/a": http(200, b"via")}
    async with (
        serving(pages) as site,
        client_for(Settings(proxy=site.root)) as (client, _, _),
    ):
        assert (await client.fetch(plain("http://example.com/a"))).body == b"via"
        for url in ("http://169.254.169.254/", "http://localhost/", "http://[::1]/"):
            assert await reason(client, plain(url)) is FetchReason.ADDRESS_REFUSED
    assert site.paths == ["http://example.com/a"]


async def test_the_shared_parts_outlive_a_client() -> None:
    """A client may be closed before it was ever used, and twice."""
    client = Client(Settings(), MemoryHosts())
    await client.close()
    await client.close()


async def test_limits_are_the_callers() -> None:
    """A caller's own limits hold, raw and decoded."""
    body = zlib.compress(b"x" * 5000)
    pages = {"/z": http(200, body, "Content-Encoding: deflate"), "/raw": http(200, b"x" * 5000)}
    async with client_for() as (client, _, _), serving(pages) as site:
        small, tiny = Limits(decoded_bytes=4999), Limits(raw_bytes=10)
        for path, limits in (("/z", small), ("/raw", small), ("/z", tiny), ("/raw", tiny)):
            ask = plain(f"{site.root}{path}", limits=limits)
            assert await reason(client, ask) is FetchReason.TOO_LARGE
        exact = Limits(decoded_bytes=5000, raw_bytes=5000)
        assert (await client.fetch(plain(f"{site.root}/z", limits=exact))).body == b"x" * 5000
