"""Which addresses may be reached, in every spelling."""

from __future__ import annotations

import json
import socket
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urljoin

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.errors import FetchError, FetchReason
from monitor.net.guard import Guard, checked_addresses, parse
from monitor.settings import Settings

PUBLIC = "93.184.216.34"
NAMES = {
    "127.0.0.1.nip.io": ["127.0.0.1"],
    "169.254.169.254.nip.io": ["169.254.169.254"],
    "localtest.me": ["127.0.0.1", "::1"],
    "rebind.test": [PUBLIC, "127.0.0.1"],
    "short-ttl.test": ["127.0.0.1"],
    "mixed.test": [PUBLIC, "10.0.0.1"],
    "scoped.test": ["fe80::1%eth0"],
    "nothing.test": [],
}


async def lookup(host: str, port: int) -> list[str]:
    if host == "silent.test":
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
    return NAMES.get(host, [PUBLIC])


async def where(url: str, settings: Settings | None = None) -> list[tuple[int, str, int]]:
    """What a connection for `url` would go to."""
    target = parse(url)
    guard = Guard(settings or Settings(), lookup=lookup)
    guard.admit(target.host)
    return await guard.addresses(target.host, target.url.port or 0)


CASES = Path(__file__).parent / "data" / "net"
REFUSED = (CASES / "refused.txt").read_text(encoding="utf-8").split()

BAD = [
    "ftp://example.com/",
    "file:///etc/passwd",
    "//example.com/",
    "example.com",
    "http:",
    "http://",
    "http:///x",
    "http://?x",
    "http:example.com",
    "http:/example.com",
    "http://[example.com]/",
    "http://[v1.a]/",
    "http://[fe80::1%25eth0]/",
    "http://[::1",
    "http://example.com:0/",
    "http://example.com:99999/",
    "http://example.com:-1/",
    "http://a:b:c/",
    "http://example.com:٣/",
    "http://a@b@example.com/",
    "http://127.0.0.1\\@example.com/",
    "http://a%2f@example.com/",
    "http://[::1]:80@example.com/",
    "http://%31.example.com/",
    "http://{{7*7}}.example.com/",
    "http://a..b.com/",
    "http://loc\u00adalhost/",
    "http://./",
    "javascript:alert(1)",
    "",
    " http://example.com/",
    "http://exa mple.com/",
    "http://example.com/\r\nX: y",
    "http://example.com/\x00",
    "http://example.com\t/",
    "http://example.com/\udc80",
    f"http://{'a' * 64}.com/",
    f"http://{'ü' * 299}/",
    f"http://{'a.' * 200}com/",
    "http://example.com/" + "a" * 9000,
]

REACHED = {
    "http://93.184.216.34/": "93.184.216.34",
    "http://8.8.8.8:8080/": "8.8.8.8",
    "http://172.15.0.1/": "172.15.0.1",
    "http://[2606:4700:4700::1111]/": "2606:4700:4700::1111",
    "http://[64:ff9b::808:808]/": "64:ff9b::808:808",
    "http://[::ffff:8.8.8.8]/": "::ffff:808:808",
    "https://EXAMPLE.com./Feed#top": PUBLIC,
    "https://user:p%40ss@example.com/": PUBLIC,
    "https://münchen.de/": PUBLIC,
    "http://under_score.example.com/a b": PUBLIC,
}


@pytest.mark.parametrize("url", REFUSED)
async def test_private_addresses_are_refused_in_every_spelling(url: str) -> None:
    """Whatever is no global unicast is refused, also as a name, and if only one address is bad."""
    with pytest.raises(FetchError) as caught:
        await where(url)
    assert caught.value.reason is FetchReason.ADDRESS_REFUSED


@pytest.mark.parametrize("url", BAD)
def test_what_two_readers_could_read_differently_is_no_url(url: str) -> None:
    """Only a plain http or https URL is read, and the error names no secret."""
    with pytest.raises(FetchError) as caught:
        parse(url)
    assert caught.value.reason is FetchReason.BAD_URL


@pytest.mark.parametrize(("url", "address"), REACHED.items())
async def test_public_addresses_are_reached(url: str, address: str) -> None:
    """The guard does not stand in the way of the ordinary."""
    assert [ip_address(found[1]) for found in await where(url)] == [ip_address(address)]


@pytest.mark.real
async def test_the_collected_attacks_are_refused(real_data: Path) -> None:
    """All of the SSRF collection comes to what it expects, redirect targets included."""
    cases = json.loads((real_data / "hostile/ssrf/ssrf_urls.json").read_text(encoding="utf-8"))
    wrong = []
    for case in cases:
        url = case["url"]
        if url.startswith("REDIRECT "):
            url = urljoin("http://example.com/feed", url.removeprefix("REDIRECT "))
        try:
            await where(url)
            verdict = "allow"
        except FetchError:
            verdict = "block"
        if verdict != case["expect"]:
            wrong.append(case)
    assert len(cases) > 150
    assert wrong == []


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    """No URL makes the reader raise anything but FetchError."""
    for url in (
        text,
        f"http://{text}/",
        f"http://{text}@example.com/",
        f"http://example.com/{text}",
    ):
        try:
            target = parse(url)
        except FetchError:
            continue
        assert target.host == (target.url.raw_host or "").lower()


@given(st.ip_addresses())
def test_any_address_is_judged(ip: object) -> None:
    """Each address is either reached or refused, alone and with everything allowed."""
    Guard(Settings(allow=("0.0.0.0/0", "::/0"))).check("host", str(ip))
    end: FetchReason | None = None
    try:
        Guard(Settings()).check("host", str(ip))
    except FetchError as error:
        end = error.reason
    assert end in (None, FetchReason.ADDRESS_REFUSED)


def test_a_target_shows_neither_user_nor_fragment() -> None:
    """The password goes into the header and nowhere else."""
    target = parse("https://ana:s%3Acret@Example.com:8443/feed?q=1#top")
    assert (str(target.url), target.host) == ("https://example.com:8443/feed?q=1", "example.com")
    assert target.authorization == "Basic YW5hOnM6Y3JldA=="
    assert target.origin == "https://example.com:8443"


def test_an_error_never_shows_a_password() -> None:
    """A URL that cannot be read is shown without what stands before its @."""
    with pytest.raises(FetchError) as caught:
        parse("http://ana:" + "secret" * 40 + "@exa mple.com/")
    assert "secret" not in caught.value.detail


async def test_allowed_networks_open_names_and_literals() -> None:
    """What stands under allow may be reached, and nothing beside it."""
    settings = Settings(allow=("127.0.0.0/8", "fc00::/7"))
    assert await where("http://127.0.0.1:81/", settings) == [(socket.AF_INET, "127.0.0.1", 81)]
    assert await where("http://[fc00::1]/", settings) == [(socket.AF_INET6, "fc00::1", 80)]
    assert await where("http://[::ffff:127.0.0.1]/", settings)
    assert await where("http://short-ttl.test/", settings)
    assert await where("http://intranet/", settings)
    with pytest.raises(FetchError):
        await where("http://10.0.0.1/", settings)
    with pytest.raises(FetchError):
        await where("http://localtest.me/", settings)


async def test_a_source_may_add_a_network() -> None:
    """A source's own allow comes on top of the settings'."""
    guard = Guard(Settings(), ("10.0.0.0/8",), lookup)
    assert await guard.addresses("10.1.2.3", 80)


async def test_resolve_is_obeyed_inside_allowed_networks_only() -> None:
    """`resolve` sends a host to an address and port, without asking any resolver."""
    names = {"News.localhost": "127.0.0.1:8010", "six.test": "[::1]:25"}
    allowed = Settings(resolve=names, allow=("127.0.0.0/8", "::1/128"))
    assert await where("http://news.localhost./", allowed) == [(socket.AF_INET, "127.0.0.1", 8010)]
    assert await checked_addresses("six.test", 587, allowed) == [(socket.AF_INET6, "::1", 25)]
    for settings in (
        Settings(resolve=names),
        Settings(resolve={"news.test": f"{PUBLIC}:80"}),
        Settings(resolve={"news.test": "127.0.0.1"}, allow=("127.0.0.0/8",)),
        Settings(resolve={"news.test": "127.0.0.1:99999"}, allow=("127.0.0.0/8",)),
        Settings(resolve={"news.test": "elsewhere:80"}, allow=("127.0.0.0/8",)),
    ):
        host = next(iter(settings.resolve))
        with pytest.raises(FetchError) as caught:
            await checked_addresses(host, 80, settings, lookup)
        assert caught.value.reason is FetchReason.ADDRESS_REFUSED


async def test_checked_addresses_are_for_those_who_connect_themselves() -> None:
    """Mail goes through the same guard and gets addresses, never a name."""
    assert await checked_addresses("mail.test", 587, Settings(), lookup) == [
        (socket.AF_INET, PUBLIC, 587)
    ]
    with pytest.raises(FetchError):
        await checked_addresses("mixed.test", 587, Settings(), lookup)


@pytest.mark.parametrize(
    ("host", "reason"),
    [
        ("silent.test", FetchReason.DNS),
        ("nothing.test", FetchReason.DNS),
        ("fe80::1%eth0", FetchReason.BAD_URL),
        ("127.1", FetchReason.ADDRESS_REFUSED),
    ],
)
async def test_a_host_that_leads_nowhere(host: str, reason: FetchReason) -> None:
    """No address is DNS, a broken one BAD_URL."""
    with pytest.raises(FetchError) as caught:
        await checked_addresses(host, 25, Settings(), lookup)
    assert caught.value.reason is reason


@pytest.mark.parametrize("host", ["a\x00b.test", "a" * 70 + ".test", "", "a b"])
async def test_the_machines_resolver_raises_nothing_else(host: str) -> None:
    """Odd host names for the system's resolver end in FetchError."""
    with pytest.raises(FetchError):
        await checked_addresses(host, 25, Settings())
