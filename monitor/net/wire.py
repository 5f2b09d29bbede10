"""One HTTP exchange over a guarded connection: a request out, a whole decoded answer in.

Follows no redirect, asks no robots.txt, waits for nobody; `client` does.  Speaks aiohttp so that
nobody else has to, and turns all of its errors into FetchError.
"""

from __future__ import annotations

import asyncio
import re
import socket
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from http import HTTPStatus

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.connector import Connection
from aiohttp.http_exceptions import HttpProcessingError
from aiohttp.tracing import Trace

from monitor.errors import FetchError, FetchReason
from monitor.model import Response
from monitor.net.decoding import ACCEPTED, Body, too_large, unpacked
from monitor.net.guard import Guard, Target
from monitor.net.socket import Socket

_LONGEST_LINE = 16_384
# Lists of policies and of what to preload run to tens of thousands.
_LONGEST_HEADER = 65_536
_LONGEST_TEXT = 1_000_000
# A host's next article comes after its delay, 2 s as shipped; of thousands of hosts each kept
# connection takes memory, a hundred kilobytes of it for TLS.
_KEPT_SECONDS = 5.0
_HEARTBEAT_SECONDS = 30.0
_JOINED = frozenset({"content-encoding", "cache-control", "link", "vary"})
_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_HEADER_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f\ud800-\udfff]")

# The first that fits; a subclass stands before its base.
_REASONS: tuple[tuple[type[BaseException], FetchReason, str], ...] = (
    (aiohttp.ClientConnectorDNSError, FetchReason.DNS, "does not resolve"),
    (aiohttp.ClientSSLError, FetchReason.TLS, "has no TLS that can be trusted"),
    (ssl.SSLError, FetchReason.TLS, "broke off TLS"),
    (aiohttp.ClientConnectorError, FetchReason.CONNECT, "cannot be reached"),
    (aiohttp.ClientHttpProxyError, FetchReason.CONNECT, "cannot be reached through the proxy"),
    (aiohttp.InvalidURL, FetchReason.BAD_URL, "has an address that cannot be asked for"),
    (aiohttp.ClientPayloadError, FetchReason.PROTOCOL, "broke off in the middle of its answer"),
    (Exception, FetchReason.PROTOCOL, "broke off or does not speak HTTP"),
)


_Head = tuple[int, Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Limits:
    """What one fetch may cost.  `raw_bytes` counts as sent, `decoded_bytes` as read;
    `total_seconds` runs over all connects, redirects and bodies, not over waiting for our turn
    and not over robots.txt, which has its own.
    With `cut` a body ends at `decoded_bytes` instead of failing, with `body_optional` one that
    cannot be read whole is empty instead."""

    raw_bytes: int = 5_000_000
    decoded_bytes: int = 10_000_000
    total_seconds: float = 30.0
    redirects: int = 5
    cut: bool = False
    body_optional: bool = False


@dataclass(frozen=True, slots=True)
class Request:
    method: str
    target: Target
    headers: Mapping[str, str]
    body: bytes | None
    limits: Limits


class Wire:
    """The connections that one guard allows.  They are never shared with another guard's.

    With `proxy` every connection goes there, so neither addresses nor names are checked here.
    """

    def __init__(self, guard: Guard, user_agent: str, proxy: str | None) -> None:
        self._guard = guard
        self._user_agent = user_agent
        self._proxy = proxy
        self._session: aiohttp.ClientSession | None = None

    async def exchange(self, request: Request, seconds: float) -> Response:
        """The answer, whatever its status.  A redirect's body is not read.

        Raises FetchError for everything that is no whole HTTP answer within `seconds`.
        """
        loop = asyncio.get_running_loop()
        started = loop.time()
        heads: list[_Head] = []
        try:
            body = await self._read(request, seconds, heads)
        except FetchError:
            if not (heads and request.limits.body_optional):
                raise
            body = b""
        (status, headers), *_ = heads
        return Response(request.target.text, status, headers, body, loop.time() - started)

    async def _read(self, request: Request, seconds: float, heads: list[_Head]) -> bytes:
        """The status and headers are put into `heads` as soon as they are there."""
        host = request.target.host
        try:
            async with asyncio.timeout(max(seconds, 0.0)):
                return await self._exchange(request, heads)
        except TimeoutError as error:
            detail = f"{host} gave no whole answer within {request.limits.total_seconds:.0f} s"
            raise FetchError(FetchReason.TIMEOUT, detail) from error
        except (aiohttp.ClientError, HttpProcessingError, OSError, ValueError) as error:
            raise _failure(error, host) from error

    async def _exchange(self, request: Request, heads: list[_Head]) -> bytes:
        async with self._open().request(
            request.method,
            request.target.url,
            headers=self._headers(request),
            data=request.body,
            allow_redirects=False,
            proxy=self._proxy,
        ) as answer:
            headers = _plain_headers(answer.raw_headers)
            heads.append((answer.status, headers))
            if answer.status == HTTPStatus.NOT_MODIFIED or is_redirect(answer.status, headers):
                return b""
            return await _body(answer, headers, request.limits)

    @asynccontextmanager
    async def socket(self, target: Target, seconds: float) -> AsyncIterator[Socket]:
        """A WebSocket, open within `seconds`; the other side must show signs of life.

        Raises FetchError where it cannot be opened.
        """
        opening = self._open().ws_connect(
            target.url, heartbeat=_HEARTBEAT_SECONDS, max_msg_size=_LONGEST_TEXT,
            headers={"user-agent": self._user_agent}, proxy=self._proxy,
        )  # fmt: skip
        try:
            async with asyncio.timeout(seconds):
                connection = await opening
        except TimeoutError as error:
            detail = f"{target.host} opened no WebSocket within {seconds:.0f} s"
            raise FetchError(FetchReason.TIMEOUT, detail) from error
        except (aiohttp.ClientError, HttpProcessingError, OSError, ValueError) as error:
            raise _failure(error, target.host) from error
        async with connection:
            yield Socket(connection)

    def _open(self) -> aiohttp.ClientSession:
        """Made late: a session belongs to the loop that runs."""
        if self._session is None:
            connector = (
                aiohttp.TCPConnector(keepalive_timeout=_KEPT_SECONDS)
                if self._proxy
                else _Connector(self._guard)
            )
            self._session = aiohttp.ClientSession(
                connector=connector,
                cookie_jar=aiohttp.DummyCookieJar(),
                auto_decompress=False,
                timeout=aiohttp.ClientTimeout(total=None),
                max_line_size=_LONGEST_LINE,
                max_field_size=_LONGEST_HEADER,
            )
        return self._session

    def _headers(self, request: Request) -> dict[str, str]:
        headers = {name.lower(): value for name, value in request.headers.items()}
        if request.target.authorization:
            headers["authorization"] = request.target.authorization
        for name, value in ((request.method, ""), *headers.items()):
            if not _HEADER_NAME.fullmatch(name) or _HEADER_CONTROL.search(value):
                detail = f"{name[:40]!r} cannot stand in a request as it is; nothing was sent"
                raise FetchError(FetchReason.PROTOCOL, detail)
        return headers | {"user-agent": self._user_agent, "accept-encoding": ACCEPTED}

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None


class _Resolver(AbstractResolver):
    def __init__(self, guard: Guard) -> None:
        self._guard = guard

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        return [
            ResolveResult(hostname=host, host=ip, port=to, family=kind, proto=0, flags=0)
            for kind, ip, to in await self._guard.addresses(host, port)
        ]

    async def close(self) -> None:
        return None


class _Connector(aiohttp.TCPConnector):
    """Checks an address when it is resolved, when its socket is made (literals are never
    resolved), and once more as the peer of the connection that the request goes out on."""

    def __init__(self, guard: Guard) -> None:
        super().__init__(
            resolver=_Resolver(guard), use_dns_cache=False, socket_factory=self._checked_socket,
            keepalive_timeout=_KEPT_SECONDS,
        )  # fmt: skip
        self._guard = guard

    def _checked_socket(self, address: aiohttp.AddrInfoType) -> socket.socket:
        family, kind, protocol, _, where = address
        self._guard.check(str(where[0]), str(where[0]))
        return socket.socket(family, kind, protocol)

    async def connect(
        self, req: aiohttp.ClientRequest, traces: list[Trace], timeout: aiohttp.ClientTimeout
    ) -> Connection:
        connection = await super().connect(req, traces, timeout)
        transport = connection.transport
        peer = transport.get_extra_info("peername") if transport else None
        try:
            if not peer:
                raise ConnectionResetError("closed as soon as it was open")
            self._guard.check(req.url.raw_host or "", str(peer[0]))
        except (FetchError, ConnectionResetError):
            connection.close()
            raise
        return connection


def is_redirect(status: int, headers: Mapping[str, str]) -> bool:
    return status in (301, 302, 303, 307, 308) and "location" in headers


async def _body(
    answer: aiohttp.ClientResponse, headers: Mapping[str, str], limits: Limits
) -> bytes:
    if not limits.cut and (answer.content_length or 0) > limits.raw_bytes:
        raise too_large(limits.raw_bytes)
    body = Body(
        headers.get("content-encoding", ""),
        limits.raw_bytes,
        limits.decoded_bytes,
        cut=limits.cut,
    )
    async for chunk in answer.content.iter_any():
        if not body.feed(chunk):
            break
    whole = body.finish()
    return whole if limits.cut else unpacked(whole, limits.raw_bytes, limits.decoded_bytes)


def _plain_headers(raw: tuple[tuple[bytes, bytes], ...]) -> dict[str, str]:
    """Lower-case names; every byte of a value is one character (Latin-1), so none is lost."""
    headers: dict[str, str] = {}
    for name_bytes, value_bytes in raw:
        name, value = name_bytes.decode("latin-1").lower(), value_bytes.decode("latin-1")
        if name in headers and name in _JOINED:
            headers[name] = f"{headers[name]}, {value}"
        else:
            headers.setdefault(name, value)
    return headers


def _failure(error: Exception, host: str) -> FetchError:
    reason, words = next((r, words) for kind, r, words in _REASONS if isinstance(error, kind))
    # The library's own sentence names settings of its own; the system's says what happened.
    cause = error.os_error if isinstance(error, aiohttp.ClientConnectorError) else error
    said = " ".join((getattr(cause, "strerror", None) or str(cause)).split())[:200]
    said = said or type(error).__name__
    return FetchError(reason, f"{host} {words} ({said})")
