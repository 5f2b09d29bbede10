"""Which addresses may be reached: globally routable unicast, and networks that someone allowed.

Reads URLs the strict way, so that no other reader can see another host in them.  Opens no
connection.  Names are judged by every address they resolve to; when a proxy is set, the proxy
resolves, and only what stands in the URL itself can be judged.

Sources: IANA IPv4 and IPv6 Special-Purpose Address Registries; RFC 6052 (NAT64), RFC 4291
(mapped addresses), RFC 6761 and RFC 6762 (special names).
"""

from __future__ import annotations

import asyncio
import base64
import re
import socket
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)
from urllib.parse import urlsplit

from yarl import URL

from monitor.errors import FetchError, FetchReason
from monitor.settings import Settings

IP = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
Address = tuple[int, str, int]  # socket family, address, port
Lookup = Callable[[str, int], Awaitable[list[str]]]  # host, port -> addresses; may raise OSError

_LONGEST_URL = 8192
_LONGEST_REMEMBERED = 300  # of those that a source has; a hostile page's may be of any length

_CLOSED_4 = tuple(
    IPv4Network(text)
    for text in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "168.63.129.16/32",  # inside Azure: the machine's own control service
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/3",  # multicast, reserved, broadcast
    )
)
_OPEN_6 = IPv6Network("2000::/3")  # all that was ever given out as global unicast
_CLOSED_6 = tuple(
    IPv6Network(text)
    for text in (
        "2001::/23",  # protocol assignments: Teredo, ORCHID, benchmarking
        "2001:db8::/32",
        "2002::/16",  # 6to4
        "3fff::/20",
    )
)
_NAT64 = IPv6Network("64:ff9b::/96")

# Names that only ever mean something near by.  Asking for them would tell a stranger's resolver.
_NEAR = frozenset(
    {"localhost", "local", "localdomain", "internal", "intranet", "lan", "home", "corp", "private"}
)

_SHAPE = re.compile(
    r"https?://(?:(?P<user>[^@/?#\\\s\[\]]*)@)?"
    r"(?:\[[0-9a-f:.]+\]|[^@/?#\\\s\[\]:]{1,300})(?::[0-9]*)?(?:[/?#].*)?",
    re.I | re.S,
)
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
# Decoded by a careless reader, these would end the authority early.
_ENDS_AUTHORITY = re.compile(r"%(?:2f|5c|23|3f|[01][0-9a-f])", re.I)
_NAME = re.compile(r"(?=.{1,253}\Z)[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*")
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*", re.A)


@dataclass(frozen=True)
class Target:
    """Where a request goes.  `url` has neither user nor fragment, `host` no brackets and no dot
    at its end; `authorization` is the header that the URL's user and password come to."""

    url: URL
    host: str
    authorization: str | None = None

    @cached_property
    def text(self) -> str:
        return str(self.url)

    @cached_property
    def origin(self) -> str:
        return str(self.url.origin())


def bad_url(url: str, why: str) -> FetchError:
    shown = _CONTROL.sub("?", url.rpartition("@")[2][:100])  # no password in a log
    return FetchError(FetchReason.BAD_URL, f"{shown!r} is no address to fetch: {why}")


def parse(url: str) -> Target:
    """Read an absolute http or https URL.

    Raises FetchError: BAD_URL, or ADDRESS_REFUSED for an IPv4 address that is not written a.b.c.d.
    """
    return (_parsed if len(url) <= _LONGEST_REMEMBERED else _parsed.__wrapped__)(url)


@lru_cache(maxsize=4096)  # 2 kB each; a source is asked at the same address again and again
def _parsed(url: str) -> Target:
    if len(url) > _LONGEST_URL:
        raise bad_url(url, f"longer than {_LONGEST_URL} characters")
    shape = None if _CONTROL.search(url) else _SHAPE.fullmatch(url)
    if shape is None or _ENDS_AUTHORITY.search(shape["user"] or ""):
        raise bad_url(url, "it needs http:// or https://, a host, and nothing odd before the path")
    try:
        read = URL(url.replace(" ", "%20"))  # yarl would make it a plus in a query
        host = (read.raw_host or "").lower().removesuffix(".")
        if read.port == 0 or not (":" in host or _NAME.fullmatch(host)):
            raise bad_url(url, "no such host or port")
        literal(host)
        # Few have any of these, and each takes yarl as long as reading the address.
        bare = read if read.raw_user is None and read.raw_password is None else read.with_user(None)
        bare = bare.with_fragment(None) if bare.raw_fragment else bare
        bare = bare if bare.raw_host == host else bare.with_host(host)
        return Target(bare, host, _basic(read))
    except ValueError as error:
        raise bad_url(url, "its host or port cannot be read") from error


def _basic(url: URL) -> str | None:
    if not url.user and not url.password:
        return None
    pair = f"{url.user or ''}:{url.password or ''}".encode()
    return "Basic " + base64.b64encode(pair).decode("ascii")


def literal(host: str) -> IP | None:
    """The address that `host` spells out, None for a name.

    Raises ValueError for a broken IPv6 address and FetchError(ADDRESS_REFUSED) for the forms of
    IPv4 that only some readers take for an address (127.1, 0x7f.1, 017700000001, 2130706433).
    """
    if ":" in host:
        if "%" in host:
            raise ValueError("an address with a zone")
        return IPv6Address(host)
    if not _NUMBER.fullmatch(host.rpartition(".")[2]):
        return None
    try:
        return IPv4Address(host)
    except ValueError as error:
        detail = f"{host} is an IPv4 address in disguise; write it as four plain numbers"
        raise FetchError(FetchReason.ADDRESS_REFUSED, detail) from error


def is_public(ip: IP) -> bool:
    """Whether `ip` is globally routable unicast.  Tunnelled forms (6to4, Teredo) never are."""
    if isinstance(ip, IPv6Address):
        if ip in _NAT64:
            return is_public(IPv4Address(int(ip) & 0xFFFFFFFF))
        return ip in _OPEN_6 and not any(ip in network for network in _CLOSED_6)
    return not any(ip in network for network in _CLOSED_4)


async def system_lookup(host: str, port: int) -> list[str]:
    """What the machine's resolver says, in its order.  Raises OSError."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(entry[4][0]) for entry in found]


class Guard:
    """The rule for one set of allowed networks.  `allow` adds CIDRs to the settings' own."""

    def __init__(
        self, settings: Settings, allow: Iterable[str] = (), lookup: Lookup = system_lookup
    ) -> None:
        self._allowed: tuple[Network, ...] = tuple(
            ip_network(text, strict=False) for text in (*settings.allow, *allow)
        )
        self._resolve = {host.lower(): where for host, where in settings.resolve.items()}
        self._lookup = lookup

    def is_allowed(self, address: str) -> bool:
        """Whether `address` lies in a network that someone allowed."""
        return any(_plain(address) in network for network in self._allowed)

    def check(self, host: str, address: str) -> None:
        """Raise FetchError(ADDRESS_REFUSED) unless `host` may be reached at `address`."""
        try:
            fine = self.is_allowed(address) or is_public(_plain(address))
        except ValueError:
            fine = False
        if not fine:
            where = host if host == address else f"{host} ({address})"
            raise FetchError(
                FetchReason.ADDRESS_REFUSED,
                f"{where} is no public address; if it is meant, put its network under allow:",
            )

    def admit(self, host: str) -> None:
        """Judge what stands in the URL itself.  Raises FetchError(ADDRESS_REFUSED)."""
        if literal(host) is not None:
            self.check(host, host)
        elif not self._allowed and ("." not in host or _ending(host) in _NEAR):
            detail = f"{host} is a name of a private network; if it is meant, put that under allow:"
            raise FetchError(FetchReason.ADDRESS_REFUSED, detail)

    async def addresses(self, host: str, port: int) -> list[Address]:
        """Every address of `host`, all of them checked.

        Raises FetchError: ADDRESS_REFUSED when a single one is out of bounds, BAD_URL, DNS.
        """
        host = host.lower().removesuffix(".")
        if host in self._resolve:
            return [self._mapped(host)]
        try:
            self.admit(host)
            found = [host] if literal(host) else await self._lookup(host, port)
        except ValueError as error:
            raise bad_url(host, "its host cannot be read") from error
        except OSError as error:
            raise FetchError(FetchReason.DNS, f"{host} does not resolve: {error}") from error
        if not found:
            raise FetchError(FetchReason.DNS, f"{host} has no address")
        for address in found:
            self.check(host, address)
        return [(_family(address), address, port) for address in found]

    def _mapped(self, host: str) -> Address:
        where = self._resolve[host]
        try:
            split = urlsplit(f"//{where}")
            address, port = split.hostname or "", split.port
            if port and self.is_allowed(address):
                return _family(address), address, port
        except ValueError:
            pass
        detail = f"resolve: sends {host} to {where}, which is no address:port inside allow:"
        raise FetchError(FetchReason.ADDRESS_REFUSED, detail)


async def checked_addresses(
    host: str, port: int, settings: Settings, lookup: Lookup = system_lookup
) -> list[Address]:
    """(family, address, port) of every address of `host`, for whoever connects by itself.

    Obeys `allow` and `resolve`.  Connect to these and not to the name, which may by then mean
    something else.  Raises FetchError: ADDRESS_REFUSED, BAD_URL, DNS.
    """
    return await Guard(settings, lookup=lookup).addresses(host, port)


@lru_cache(maxsize=1024)
def _plain(address: str) -> IP:
    """`address` read, a mapped one (::ffff:a.b.c.d) as the IPv4 address that is reached."""
    ip = ip_address(address)
    return (ip.ipv4_mapped or ip) if isinstance(ip, IPv6Address) else ip


def _family(address: str) -> int:
    return socket.AF_INET6 if ":" in address else socket.AF_INET


def _ending(host: str) -> str:
    return "local" if host.endswith(".home.arpa") else host.rpartition(".")[2]
