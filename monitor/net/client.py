"""The one way out: `Client.fetch` gets one URL, politely and within limits.

Each hop of a redirect is guarded, asked for in robots.txt and waits at the gate like the first.
Judges no status, tries nothing again, keeps no cookie, no cache and no validator.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Mapping, Set
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from urllib.parse import urljoin

from monitor import __version__
from monitor.errors import FetchError, FetchReason
from monitor.model import Response
from monitor.net.gate import Clock, Gate, SystemClock, retry_after_seconds
from monitor.net.guard import Guard, Lookup, Target, bad_url, parse, system_lookup
from monitor.net.hosts import Hosts
from monitor.net.robots import LARGEST_BYTES, PRODUCT, Robots
from monitor.net.socket import Socket
from monitor.net.wire import Limits, Request, Wire, is_redirect
from monitor.settings import Settings

__all__ = ["Ask", "Client", "Limits", "retry_after_seconds", "user_agent"]

# Nothing else goes along to another host: it may hold a secret, or a name for the reader.
_FOR_ANYONE = frozenset({"accept", "accept-language"})
_SOCKETS = {"wss": "https", "ws": "http"}
_ROBOTS_LIMITS = Limits(decoded_bytes=LARGEST_BYTES, cut=True)


@dataclass(frozen=True, slots=True)
class Ask:
    """What to fetch.  `etag` and `last_modified` as a Response's headers gave them.

    `allow`: networks (CIDR) beyond the settings' own.  `robots`, `gate`: False for a service that
    we were told to call (a webhook), not for a publisher.
    """

    url: str
    method: str = "GET"
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None
    etag: str | None = None
    last_modified: str | None = None
    allow: tuple[str, ...] = ()
    robots: bool = True
    gate: bool = True
    limits: Limits = field(default_factory=Limits)


class Client:
    """All fetches of one process.  Belongs to the loop that first calls `fetch`; close it there.

    Any port but 0 may be asked.  With `settings.proxy` every connection goes to the proxy, which
    resolves names itself: then only addresses and private names in the URL itself are refused,
    and `resolve` is not obeyed.
    """

    def __init__(
        self,
        settings: Settings,
        hosts: Hosts,
        clock: Clock | None = None,
        lookup: Lookup = system_lookup,
    ) -> None:
        clock = clock or SystemClock()
        self._settings = settings
        self._clock = clock
        self._lookup = lookup
        self._gate = Gate(hosts, clock)
        self._robots = Robots(hosts, clock)
        self._ways: dict[tuple[str, ...], tuple[Guard, Wire]] = {}

    @property
    def waited_for(self) -> Set[str]:
        """Hosts of which somebody waits, out of politeness, for the time to ask."""
        return self._gate.waited_for

    async def fetch(self, ask: Ask) -> Response:
        """Fetch one URL and return the answer, whatever its status: 304, 404, 429 and 503 too.

        After a 429 or 503 with Retry-After the host has already been put off for everybody.
        GET and HEAD follow redirects; any other method gets the redirect itself as its answer.
        Header values hold one character per byte, so an ETag goes back as the bytes that came.

        Raises FetchError: ADDRESS_REFUSED, BAD_URL, DNS, CONNECT, TLS, TIMEOUT, TOO_LARGE,
        BAD_ENCODING, PROTOCOL, REDIRECTS, ROBOTS, and RATE_LIMITED without asking when the host
        is put off for minutes.
        """
        request = _first(ask)
        seen: set[str] = set()
        elapsed_seconds = 0.0
        for _ in range(ask.limits.redirects + 1):
            url = request.target.text
            if url in seen:
                raise FetchError(FetchReason.REDIRECTS, f"{url[:200]} redirects in a circle")
            seen.add(url)
            answer = await self._hop(ask, request, elapsed_seconds)
            elapsed_seconds += answer.elapsed_seconds
            if request.method not in ("GET", "HEAD") or not is_redirect(
                answer.status, answer.headers
            ):
                first = answer.elapsed_seconds == elapsed_seconds
                return answer if first else replace(answer, elapsed_seconds=elapsed_seconds)
            request = _onwards(request, answer.headers["location"])
        detail = f"{ask.limits.redirects} redirects and still no answer from {request.target.host}"
        raise FetchError(FetchReason.REDIRECTS, detail)

    @asynccontextmanager
    async def socket(self, url: str, seconds: float = 30.0) -> AsyncIterator[Socket]:
        """A WebSocket to a service that we were told to call, guarded as `fetch` is.

        `url` begins with wss: or ws:.  Raises FetchError where it cannot be opened.
        """
        scheme, separator, rest = url.partition("://")
        if not separator or scheme.lower() not in _SOCKETS:
            raise bad_url(url, "a WebSocket's begins with wss:// or ws://")
        target = parse(f"{_SOCKETS[scheme.lower()]}://{rest}")
        guard, wire = self._way(())
        guard.admit(target.host)
        async with wire.socket(target, seconds) as socket:
            yield socket

    async def close(self) -> None:
        for _, wire in self._ways.values():
            await wire.close()
        self._ways.clear()

    async def _hop(self, ask: Ask, request: Request, elapsed_seconds: float) -> Response:
        guard, wire = self._way(ask.allow)
        target = request.target
        guard.admit(target.host)
        delay_seconds = self._settings.delay_seconds
        if ask.robots:
            wanted_seconds = await self._robots.check(target, lambda url: self._file(url, ask))
            delay_seconds = max(delay_seconds, wanted_seconds)
        left_seconds = ask.limits.total_seconds - elapsed_seconds
        if not ask.gate:
            return await wire.exchange(request, left_seconds)
        async with self._gate.turn(target.host, delay_seconds):
            answer = await wire.exchange(request, left_seconds)
            await self._heed(target.host, answer)
            return answer

    async def _heed(self, host: str, answer: Response) -> None:
        if answer.status in (429, 503):
            seconds = retry_after_seconds(answer.headers, self._clock.now())
            if seconds:
                await self._gate.put_off(host, seconds)

    async def _file(self, url: str, ask: Ask) -> Response:
        """A robots.txt, on behalf of `ask`."""
        return await self.fetch(
            Ask(url, allow=ask.allow, robots=False, gate=ask.gate, limits=_ROBOTS_LIMITS)
        )

    def _way(self, allow: tuple[str, ...]) -> tuple[Guard, Wire]:
        if allow not in self._ways:
            guard = Guard(self._settings, allow, self._lookup)
            wire = Wire(guard, user_agent(self._settings.contact), self._settings.proxy)
            self._ways[allow] = guard, wire
        return self._ways[allow]


def user_agent(contact: str | None) -> str:
    """`Wirewatch/<version> (+contact)`, for the people whose server we ask."""
    contact = re.sub(r"[^\x21-\x27\x2a-\x7e]", "", contact or "")
    return f"{PRODUCT}/{__version__} ({'+' + contact if contact else 'news monitor'})"


def _first(ask: Ask) -> Request:
    headers = dict(ask.headers)
    for name, value in (("if-none-match", ask.etag), ("if-modified-since", ask.last_modified)):
        sendable = _verbatim(value)
        if sendable:
            headers[name] = sendable
    return Request(ask.method.upper(), parse(ask.url), headers, ask.body, ask.limits)


def _verbatim(value: str | None) -> str | None:
    """`value`, one character per byte, as the text that goes out as those bytes.

    None for what cannot go out: asking without a validator costs bytes, a changed one an article.
    """
    if not value or re.search(r"[\x00-\x1f\x7f]", value):
        return None
    try:
        return value.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return None


def _onwards(request: Request, location: str) -> Request:
    """The request after a redirect.  From https to http too, but then as to a stranger: old
    publishers do it, and what is read there is public anyway."""
    try:
        text = location.encode("latin-1").decode("utf-8", "surrogateescape")
        text = re.sub("[\udc80-\udcff]", lambda m: f"%{ord(m[0]) - 0xDC00:02X}", text)
        target = parse(urljoin(request.target.text, text.strip()))
    except ValueError as error:
        raise bad_url(location, "a redirect leads there") from error
    if not _is_same_site(request.target, target):
        headers = {k: v for k, v in request.headers.items() if k.lower() in _FOR_ANYONE}
        return replace(request, target=target, headers=headers)
    carried = target.authorization or request.target.authorization
    return replace(request, target=replace(target, authorization=carried))


def _is_same_site(old: Target, new: Target) -> bool:
    upgraded = (old.url.scheme, old.url.port, new.url.scheme, new.url.port)
    is_upgrade = old.host == new.host and upgraded == ("http", 80, "https", 443)
    return is_upgrade or old.origin == new.origin
