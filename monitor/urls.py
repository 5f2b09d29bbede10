"""Addresses: the identity form of a URL, the site and the registrable domain it belongs to.

The canonical form says "the same article", it is a key and not an address to fetch.  Merged on
purpose, because no publisher keeps different articles apart by it: http and https, `www.`, `m.` and
`amp.` hosts, default ports, user names, a closing slash, the order of parameters, the AMP copy of a
page, and parameters that only say where a reader came from.  Kept apart: case of the path, doubled
slashes, every parameter not known to be tracking, `#!` fragments (old applications put the article
there).

Opens no connection: the public suffix list is the one bundled with publicsuffixlist.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable
from functools import cache, lru_cache
from urllib.parse import SplitResult, quote, urljoin, urlsplit

import idna
from publicsuffixlist import PublicSuffixList

# Longer ones are refused: servers answer 414 far below, and every step here is then bounded.
MAX_LENGTH = 8192
_REMEMBERED = 1024  # addresses: each is asked for several times on its way through one document

# As their vendors document them: Google Analytics and Ads, Meta, Microsoft, Yandex, X, TikTok,
# LinkedIn, Instagram, Mailchimp, HubSpot, Vero, Omeda, Marketo, Webtrends, Adobe, Alibaba, Yahoo,
# and newsrooms' own (BBC at_ and ns_, Guardian CMP, NYT smid, WSJ mod, Le Monde xtor, Forbes sh).
_TRACKING_PREFIXES = ("utm_", "ns_", "at_", "amp_", "pk_", "mtm_", "hsa_", "itm_")
_TRACKING_NAMES = """
    fbclid gclid gclsrc dclid gbraid wbraid msclkid yclid twclid ttclid li_fat_id igshid igsh
    mc_cid mc_eid _hsenc _hsmi __hstc __hssc hsctatracking vero_id oly_anon_id oly_enc_id mkt_tok
    wt_mc wtmc wt.mc_id cmp cmpid ncid icid s_cid ref_src ref_url spm scm share_from _ga _gl ito
    xtor smid partner ftag rss mod intcmp intcid ocid guccounter guce_referrer guce_referrer_sig sh
    phpsessid jsessionid usqp amp _amp
"""
_TRACKING = frozenset(_TRACKING_NAMES.split())
_TRACKING_PAIRS = frozenset({"feature=share", "outputtype=amp", "output=amp"})

_CONTROLS = re.compile(r"[\x00-\x1f\x7f]")
# What nobody sees at the ends of an address that was pasted.
_UNSEEN = "".join(filter(str.isspace, map(chr, range(0x3001)))) + "\u200b\u200e\u200f\u2060\ufeff"
_ONLY_A_SCHEME = re.compile(r"https?:/*", re.IGNORECASE)
# As people write addresses by hand.
_TYPED = re.compile(r"www\.(?:[a-z0-9-]+\.)+[a-z]{2,}(?:[/?#:].*)?", re.IGNORECASE)
_ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})?")
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_SESSION = re.compile(r";jsessionid=[^/;]*", re.IGNORECASE)
_HOST = re.compile(r"(?:[a-z0-9_][a-z0-9_-]*\.)*[a-z0-9_][a-z0-9_-]*")
_FRONT_PAGE = re.compile(
    r"https://[^/]+/(?:[a-z]{2}(?:-[a-z]{2})?(?:/|$))?(?:(?:index|default|home)(?:\.[a-z]{3,5})?)?",
    re.IGNORECASE,
)
# Most addresses are: what follows changes no more of them than their scheme and closing slashes.
_PLAIN = re.compile(
    r"https?://((?:[a-z0-9][a-z0-9-]{0,61}\.){1,3}[a-z]{2,20})"
    r"((?:/[A-Za-z0-9_~-][A-Za-z0-9_~.-]*+)*+)/*"
)
_ADDRESS = re.compile(r"[0-9.]+|.*:.*")
_VARIANT_HOSTS = ("www.", "m.", "amp.")
# https://developers.google.com/amp/cache/overview#amp-cache-url-format
_AMP_CACHE = ".cdn.ampproject.org"
_AMP_CACHE_PATH = re.compile(r"/(?:[a-z]/)?(?:s/)?([^/]+\..*)")
_GOOGLE_AMP_PATH = re.compile(r"/amp/(?:s/)?([^/]+\..*)")


@cache
def _suffixes() -> PublicSuffixList:
    """1.7 MB, of which those who read nothing but feeds have no need."""
    return PublicSuffixList()


@lru_cache(maxsize=_REMEMBERED)
def canonical(url: str) -> str | None:
    """The identity form of an address; None where it is no http(s) address or hopeless.

    Idempotent.  Follows RFC 3986 section 6.2.2 (case, percent-encoding, dot segments) and the
    merging that this module's docstring lists.
    """
    plain = _PLAIN.fullmatch(url)
    if plain is not None and "amp" not in url and len(url) <= MAX_LENGTH:
        return f"https://{_plain_host(plain[1])}{plain[2] or '/'}"
    parts = _split(url)
    while parts is not None and (inner := _behind_amp_cache(parts)) is not None:
        parts = _split(inner)
    host = _host(parts) if parts is not None else None
    if parts is None or host is None:
        return None
    query = _query(parts.query)
    fragment = parts.fragment if parts.fragment.startswith("!") else ""
    return "".join(
        (
            f"https://{_plain_host(host)}{_port(parts)}{_path(parts.path)}",
            f"?{query}" if query else "",
            f"#{_escaped(fragment)}" if fragment else "",
        )
    )


def is_front_page(url: str) -> bool:
    """Whether an address is that of a whole site, in one of its languages, and not of a page."""
    plain = canonical(url)
    return plain is not None and _FRONT_PAGE.fullmatch(plain) is not None


@lru_cache(maxsize=_REMEMBERED)
def site(url: str) -> str | None:
    """The host of an http(s) address without `www.`, None where there is none."""
    plain = _PLAIN.fullmatch(url)
    if plain is not None and len(url) <= MAX_LENGTH:
        return plain[1].removeprefix("www.") or None
    parts = _split(url)
    host = _host(parts) if parts is not None else None
    return host.removeprefix("www.") or None if host is not None else None


@lru_cache(maxsize=_REMEMBERED)
def registrable(host: str) -> str:
    """The part of a host name that somebody registered, or the host itself where there is none.

    By the public suffix list with its private part: two people's pages on one shared host
    (`a.github.io`, `b.github.io`) are strangers to each other.  A top level that the list does not
    know (`.test`, a company's own) is taken for a suffix, as the list's own rule says.
    """
    host = host.lower().strip(".")
    if _ADDRESS.fullmatch(host):
        return host
    return _suffixes().privatesuffix(host) or host


def absolute(base: str, href: str) -> str | None:
    """`href`, found in a document at `base`, as an absolute http(s) address; None if it is none."""
    href = _clean(href)
    if not href or _ONLY_A_SCHEME.fullmatch(href):
        return None
    if href[0] in "wW" and _TYPED.fullmatch(href):
        href = f"//{href}"
    try:
        joined = urljoin(base, href)
    except ValueError:
        return None
    parts = _split(joined)
    if parts is None or _host(parts) is None:
        return None
    return parts.geturl().replace(" ", "%20")


def _clean(url: str) -> str:
    # A lone surrogate cannot be written to any file or database.
    return _CONTROLS.sub("", url.encode("utf-8", "replace").decode("utf-8")).strip(_UNSEEN)


def _split(url: str) -> SplitResult | None:
    url = _clean(url)
    if len(url) > MAX_LENGTH:
        return None
    try:
        parts = urlsplit(url)
        _ = parts.port  # raises on what is no port
    except ValueError:
        return None
    return parts if parts.scheme in ("http", "https") and parts.netloc else None


def _host(parts: SplitResult) -> str | None:
    # A browser ends the host at a backslash, urlsplit does not: two readers, two hosts.
    if "\\" in parts.netloc:
        return None
    host = (parts.hostname or "").rstrip(".")
    if parts.netloc.rpartition("@")[2].startswith("["):
        return _ipv6(host)
    if not host.isascii():
        try:
            host = idna.encode(host, uts46=True).decode("ascii")
        except idna.IDNAError:
            return None
    return host if len(host) <= 253 and _HOST.fullmatch(host) else None


def _ipv6(host: str) -> str | None:
    try:
        return f"[{ipaddress.IPv6Address(host)}]"
    except ValueError:
        return None


def _plain_host(host: str) -> str:
    registered = registrable(host)
    while host.startswith(_VARIANT_HOSTS) and host != registered:
        host = host.partition(".")[2]
    return host


def _port(parts: SplitResult) -> str:
    # Both defaults for both schemes, which are one here.
    return "" if parts.port in (None, 80, 443) else f":{parts.port}"


def _behind_amp_cache(parts: SplitResult) -> str | None:
    host = parts.hostname or ""
    if host.endswith(_AMP_CACHE):
        found = _AMP_CACHE_PATH.fullmatch(parts.path)
    elif host.removeprefix("www.") == "google.com":
        found = _GOOGLE_AMP_PATH.fullmatch(parts.path)
    else:
        found = None
    if found is None:
        return None
    return f"https://{found[1]}?{parts.query}"


def _path(path: str) -> str:
    path = _SESSION.sub("", _escaped(path.replace("\\", "/")))
    segments = _without_dots(path.split("/")[1:])
    while (
        segments and (shorter := _without_amp(segments[-1], alone=len(segments) == 1)) is not None
    ):
        segments[-1:] = [shorter] if shorter else []
    start = 0
    while len(segments) - start > 1 and segments[start] == "amp":
        start += 1
    return "/" + "/".join(segments[start:])


def _without_dots(segments: Iterable[str]) -> list[str]:
    kept: list[str] = []
    for segment in segments:
        if segment == "..":
            if kept:
                kept.pop()
        elif segment != ".":
            kept.append(segment)
    return kept


def _without_amp(name: str, *, alone: bool) -> str | None:
    """The last segment of a path one step plainer, empty when it goes; None when it is plain."""
    if not name or (name == "amp" and not alone):
        return ""
    for ending, plain in ((".amp.html", ".html"), (".amp", "")):
        stem = name.removesuffix(ending)
        if stem != name and stem.strip("."):
            return stem + plain
    return None


def _query(query: str) -> str:
    pairs = (_escaped(pair.replace("+", "%20")) for pair in query.split("&"))
    return "&".join(sorted(pair for pair in pairs if pair and not _is_tracking(pair)))


def _is_tracking(pair: str) -> bool:
    pair = pair.lower()
    key = pair.partition("=")[0]
    return key in _TRACKING or key.startswith(_TRACKING_PREFIXES) or pair in _TRACKING_PAIRS


def _escaped(text: str) -> str:
    """Percent-encoding normalised: unreserved characters plain, all escapes in upper case."""
    text = _ESCAPE.sub(_one_escape, text)
    return quote(text, safe="%/:@!$&'()*+,;=?", errors="replace")


def _one_escape(found: re.Match[str]) -> str:
    digits: str | None = found[1]
    if digits is None:
        return "%25"
    character = chr(int(digits, 16))
    return character if character in _UNRESERVED else f"%{digits.upper()}"
