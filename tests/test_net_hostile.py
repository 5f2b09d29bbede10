"""Servers that lie, drip, hang, break off or never end: each comes to a reason, in time."""

from __future__ import annotations

import asyncio
import datetime
import gzip
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import event, given
from hypothesis import strategies as st

from monitor.errors import FetchError, FetchReason
from monitor.net.client import Limits
from tests.net_world import (
    SHORT,
    Talk,
    beat,
    client_for,
    http,
    moved,
    plain,
    reason,
    refusal,
    serving,
)

OK = b"HTTP/1.1 200 OK\r\n"


def says(*parts: bytes) -> Talk:
    """Say this and hang up."""

    async def talk(writer: asyncio.StreamWriter) -> None:
        for part in parts:
            writer.write(part)
            await writer.drain()

    return talk


def for_ever(part: bytes, start: bytes = OK, pause_seconds: float = 0.0) -> Talk:
    """Say `part` until nobody listens."""

    async def talk(writer: asyncio.StreamWriter) -> None:
        writer.write(start)
        while True:
            writer.write(part)
            await writer.drain()
            await beat(pause_seconds)

    return talk


async def hang(writer: asyncio.StreamWriter) -> None:
    """Say nothing."""
    await asyncio.Event().wait()


BOMB = gzip.compress(b"\0" * 30_000_000)

ENDS: dict[str, tuple[bytes | Talk, FetchReason]] = {
    "silence": (hang, FetchReason.TIMEOUT),
    "drip": (for_ever(b"x", OK + b"\r\n", 0.01), FetchReason.TIMEOUT),
    "header-drip": (for_ever(b"x", OK + b"X: ", 0.01), FetchReason.TIMEOUT),
    "chunk-drip": (
        for_ever(b"1\r\nx\r\n", OK + b"Transfer-Encoding: chunked\r\n\r\n", 0.01),
        FetchReason.TIMEOUT,
    ),
    "early-hints-for-ever": (
        for_ever(b"HTTP/1.1 103 Early Hints\r\n\r\n", b"", 0.01),
        FetchReason.TIMEOUT,
    ),
    "body-never-comes": (
        for_ever(b"", OK + b"Content-Length: 5\r\n\r\n", 0.01),
        FetchReason.TIMEOUT,
    ),
    "endless-body": (for_ever(b"x" * 50_000, OK + b"\r\n"), FetchReason.TOO_LARGE),
    "endless-chunks": (
        for_ever(b"C350\r\n" + b"x" * 50_000 + b"\r\n", OK + b"Transfer-Encoding: chunked\r\n\r\n"),
        FetchReason.TOO_LARGE,
    ),
    "claims-too-much": (OK + b"Content-Length: 99999999\r\n\r\n", FetchReason.TOO_LARGE),
    "bomb": (http(200, BOMB, "Content-Encoding: gzip"), FetchReason.TOO_LARGE),
    "bomb-in-bomb": (
        http(200, gzip.compress(BOMB), "Content-Encoding: gzip", "Content-Encoding: gzip"),
        FetchReason.TOO_LARGE,
    ),
    "nested": (http(200, BOMB, "Content-Encoding: gzip, gzip, gzip"), FetchReason.BAD_ENCODING),
    "brotli": (http(200, b"x", "Content-Encoding: br"), FetchReason.BAD_ENCODING),
    "no-gzip": (http(200, b"<rss/>", "Content-Encoding: gzip"), FetchReason.BAD_ENCODING),
    "half-a-gzip": (http(200, BOMB[:500], "Content-Encoding: gzip"), FetchReason.BAD_ENCODING),
    "endless-headers": (for_ever(b"X-A: " + b"b" * 1000 + b"\r\n"), FetchReason.PROTOCOL),
    "endless-header": (for_ever(b"b" * 1000, OK + b"X-A: "), FetchReason.PROTOCOL),
    "endless-status": (for_ever(b"b" * 1000, b"HTTP/1.1 200 "), FetchReason.PROTOCOL),
    "hangs-up": (says(), FetchReason.PROTOCOL),
    "breaks-off-in-headers": (says(OK + b"Content-Le"), FetchReason.PROTOCOL),
    "breaks-off-in-body": (says(OK + b"Content-Length: 10\r\n\r\nabc"), FetchReason.PROTOCOL),
    "breaks-off-in-chunk": (
        says(OK + b"Transfer-Encoding: chunked\r\n\r\n5\r\nab"),
        FetchReason.PROTOCOL,
    ),
    "bad-chunk-size": (
        says(OK + b"Transfer-Encoding: chunked\r\n\r\nzz\r\nab\r\n0\r\n\r\n"),
        FetchReason.PROTOCOL,
    ),
    "two-lengths": (
        says(OK + b"Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd"),
        FetchReason.PROTOCOL,
    ),
    "says-more-than-it-claims": (
        says(OK + b"Content-Length: 3\r\n\r\nabcdef"),
        FetchReason.PROTOCOL,
    ),
    "negative-length": (says(OK + b"Content-Length: -3\r\n\r\nabc"), FetchReason.PROTOCOL),
    "no-http": (says(b"220 mail.example ESMTP\r\n"), FetchReason.PROTOCOL),
    "http-0.9": (says(b"<html>hello</html>"), FetchReason.PROTOCOL),
    "bad-status": (says(b"HTTP/1.1 two hundred\r\n\r\n"), FetchReason.PROTOCOL),
}


@pytest.mark.parametrize(("page", "end"), ENDS.values(), ids=ENDS)
async def test_each_comes_to_its_end(page: bytes | Talk, end: FetchReason) -> None:
    """The reason is the right one and comes within the deadline; the next fetch is fine."""
    # Only who waits for the deadline needs a short one; a loaded machine may be slow.
    seconds = 0.5 if end is FetchReason.TIMEOUT else 8.0
    limits = Limits(raw_bytes=1_000_000, decoded_bytes=2_000_000, total_seconds=seconds)
    async with client_for() as (client, _, _), serving({"/": page, "/ok": http(200)}) as site:
        started = asyncio.get_running_loop().time()
        assert await reason(client, plain(f"{site.root}/", limits=limits)) is end
        assert asyncio.get_running_loop().time() - started < 10
        assert (await client.fetch(plain(f"{site.root}/ok"))).status == 200


@pytest.mark.parametrize(
    ("page", "body"),
    [
        (says(OK + b"\r\nabcdef"), b"abcdef"),
        (says(OK + b"Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\nHTTP/1.1 404"), b"abc"),
        (says(b"HTTP/1.0 200 OK\r\n\r\nabc"), b"abc"),
        (says(b"HTTP/1.1 304 Not Modified\r\nContent-Length: 900\r\n\r\n"), b""),
        (says(b"HTTP/1.1 103 Hints\r\n\r\n" + OK + b"Content-Length: 1\r\n\r\na"), b"a"),
        (says(OK + b"Content-Length: 0\r\nContent-Encoding: gzip\r\n\r\n"), b""),
    ],
)
async def test_odd_but_whole_answers(page: Talk, body: bytes) -> None:
    """What HTTP lets a server say is an answer; what it says too much is dropped."""
    async with client_for() as (client, _, _), serving({"/": page}) as site:
        assert (await client.fetch(plain(f"{site.root}/"))).body == body


@pytest.mark.parametrize(
    ("name", "answered"),
    [
        *((name, True) for name in ("drip", "chunk-drip", "body-never-comes", "endless-chunks")),
        *((name, True) for name in ("claims-too-much", "bomb", "nested", "brotli", "half-a-gzip")),
        *((name, True) for name in ("breaks-off-in-body", "breaks-off-in-chunk")),
        *((name, False) for name in ("silence", "header-drip", "hangs-up", "bad-status")),
    ],
)
async def test_an_answer_whose_body_nobody_needs(name: str, answered: bool) -> None:
    """Is one as soon as its head is whole."""
    page, end = ENDS[name]
    limits = Limits(
        raw_bytes=1_000_000, decoded_bytes=2_000_000, body_optional=True,
        total_seconds=0.5 if end is FetchReason.TIMEOUT else 8.0,
    )  # fmt: skip
    async with client_for() as (client, _, _), serving({"/": page, "/ok": http(200)}) as site:
        ask = plain(f"{site.root}/", limits=limits)
        if answered:
            answer = await client.fetch(ask)
            assert (answer.status, answer.body) == (200, b"")
        else:
            assert await reason(client, ask) is end
        assert (await client.fetch(plain(f"{site.root}/ok"))).status == 200


async def test_an_answer_left_over_is_never_the_next_one() -> None:
    """A second answer that nobody asked for does not answer the next request."""
    smuggled = says(OK + b"Content-Length: 1\r\n\r\na" + OK + b"Content-Length: 4\r\n\r\nevil")
    async with client_for() as (client, _, _), serving({"/": smuggled}) as site:
        site.pages["/b"] = http(200, b"good")
        assert (await client.fetch(plain(f"{site.root}/"))).body == b"a"
        assert (await client.fetch(plain(f"{site.root}/b"))).body == b"good"


async def test_the_deadline_runs_over_all_hops() -> None:
    """Slow redirects share one deadline."""

    def slowly(n: int) -> Talk:
        async def talk(writer: asyncio.StreamWriter) -> None:
            await beat(0.15)
            writer.write(moved(f"/{n + 1}"))

        return talk

    pages: dict[str, bytes | Talk] = {f"/{n}": slowly(n) for n in range(5)}
    async with client_for() as (client, _, _), serving(pages) as site:
        assert await reason(client, plain(f"{site.root}/0", limits=SHORT)) is FetchReason.TIMEOUT
        assert len(site.seen) <= 3


async def test_a_fetch_can_be_cancelled() -> None:
    """Who cancels gets the cancellation, and the connection is closed."""
    begun, ended = asyncio.Event(), asyncio.Event()

    async def wait_for_end(writer: asyncio.StreamWriter) -> None:
        begun.set()
        try:
            while True:
                writer.write(b"x")
                await writer.drain()
                await beat(0.005)
        finally:
            ended.set()

    async with client_for() as (client, _, _), serving({"/": wait_for_end}) as site:
        task = asyncio.create_task(client.fetch(plain(f"{site.root}/")))
        await begun.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await asyncio.wait_for(ended.wait(), 5)


@given(
    st.binary(max_size=200), st.sampled_from([b"", OK, OK + b"Transfer-Encoding: chunked\r\n\r\n"])
)
async def test_any_bytes_are_an_answer_or_a_reason(noise: bytes, start: bytes) -> None:
    """Noise for an answer raises nothing but FetchError."""
    async with client_for() as (client, _, _), serving({"/": start + noise}) as site:
        try:
            await client.fetch(plain(f"{site.root}/", limits=SHORT))
        except FetchError:
            event("refused")
        site.pages["/"] = http(200)
        assert (await client.fetch(plain(f"{site.root}/"))).status == 200


async def test_nobody_listens() -> None:
    """A closed port is CONNECT, a name without address DNS."""

    async def lookup(host: str, port: int) -> list[str]:
        raise OSError("no such name")

    async with client_for(lookup=lookup) as (client, _, _):
        async with serving({}) as site:
            pass
        assert await reason(client, plain(f"{site.root}/")) is FetchReason.CONNECT
        assert await reason(client, plain("http://nowhere.test/")) is FetchReason.DNS


async def test_a_slow_resolver_ends_in_a_timeout() -> None:
    """The deadline runs while a name is looked up."""

    async def lookup(host: str, port: int) -> list[str]:
        await asyncio.Event().wait()
        return []

    async with client_for(lookup=lookup) as (client, _, _):
        ask = plain("http://slow.test/", limits=SHORT)
        assert await reason(client, ask) is FetchReason.TIMEOUT


# --- TLS -------------------------------------------------------------------------------------


@asynccontextmanager
async def serving_tls(folder: Path) -> AsyncIterator[int]:
    """A server whose certificate nobody signed; yields its port."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    today = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
    built = x509.CertificateBuilder(name, name, key.public_key(), 1).not_valid_before(today)
    signed = built.not_valid_after(today.replace(year=2126)).sign(key, hashes.SHA256())
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    pem = folder / "server.pem"
    pem.write_bytes(private + signed.public_bytes(serialization.Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(http(200))
        writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0, ssl=context)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()


async def test_a_certificate_nobody_signed_is_refused(tmp_path: Path) -> None:
    """TLS is verified."""
    async with client_for() as (client, _, _), serving_tls(tmp_path) as port:
        error = await refusal(client, plain(f"https://127.0.0.1:{port}/"))
    assert error.reason is FetchReason.TLS


async def test_plain_http_on_a_tls_port() -> None:
    """A server that speaks no TLS where it should is TLS too."""
    async with client_for() as (client, _, _), serving({}) as site:
        error = await refusal(client, plain(f"https://127.0.0.1:{site.port}/", limits=SHORT))
    assert error.reason in (FetchReason.TLS, FetchReason.TIMEOUT)
