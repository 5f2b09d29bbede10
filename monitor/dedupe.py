"""Decide what an item is against what is known: its keys, its fingerprint, its change.

Knows no store.  `keys` says how an item may be found again, in the order to look; `compare` says
what the found one makes of it.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import chain
from operator import attrgetter
from typing import Any, Final, NamedTuple

from monitor import urls
from monitor.model import Change, Item, Known, Polled
from monitor.publishers import spacemedia
from monitor.settings import Source
from monitor.storable import storable
from monitor.text import plain

_OF_EITHER = (
    "title", "byline", "authors", "published", "updated", "section", "lang", "image", "tags",
)  # fmt: skip
_FEWEST_WORDS = 8
# Of one known address: then the guids of its source are no keys any more.
MOST_GUID_CHANGES = 2

FINGERPRINT = "1"  # the way fingerprints are made; a new way must not make old news new


class KeyKind:
    """In the order in which they are looked up.  Plain text: an enum's hash takes three times as
    long, and keys are what everything is looked up by."""

    NETWORK: Final = "network"
    URL: Final = "url"
    GUID: Final = "guid"
    DECLARED: Final = "declared"
    # Last resort: nothing in the document tells this entry from its neighbour.
    ENTRY: Final = "entry"


# An address that one page declares is the same address that another is found under.
_ADDRESSES = (KeyKind.URL, KeyKind.DECLARED)


class Key(NamedTuple):
    """`doubtful`: what it finds counts only when the two are alike.  `kept`: it is stored."""

    kind: str  # of KeyKind
    key: str
    doubtful: bool = False
    kept: bool = True

    def __str__(self) -> str:
        return f"{self.kind}:{self.key}"


_is_doubtful = attrgetter("doubtful")


class Candidate(NamedTuple):
    """An item on its way into the store, with all that identity needs."""

    item: Item
    keys: tuple[Key, ...]
    fingerprint: str  # of `item`, the text as it is to be stored
    shown: str  # of what the source showed, which may be only a teaser
    listed: bool  # the source's own list says that it belongs to what is watched
    document: frozenset[str] = frozenset()  # addresses of all entries beside it, and its own

    @property
    def ways(self) -> Iterator[tuple[str, str]]:
        """All that its keys may be stored under."""
        return chain.from_iterable(map(ways_to, self.keys))


def candidates(polled: Polled, *, guids_unstable: bool, has_entries: bool) -> tuple[Candidate, ...]:
    """Every item of one document with its keys; the same entry twice is one.

    `has_entries`: an item of this source may be kept under such a key; else only those are given
    one that have no other.
    """
    source = polled.source
    items = _without_repeats(storable(polled.items))
    addresses = [_address_key(item, source) for item in items]
    names = [str(address) for address in addresses]
    times = Counter(names)
    untrusted = polled.repeated_guids if not guids_unstable else None
    document = frozenset(names)
    found = []
    for item, address, name in zip(items, addresses, names, strict=True):
        title, body = _plain(item.title), _plain(item.body)
        keys = _keys(item, source, address, repeated=times[name] > 1, untrusted=untrusted)
        has_no_other = all(map(_is_doubtful, keys))
        if has_entries or has_no_other:
            told_apart = _digest(f"{source.id} {address.key} {title}")
            keys.append(Key(KeyKind.ENTRY, entries_of(source.id) + told_apart, kept=has_no_other))
        shown = _fingerprint(title, body)
        listed = _is_listed(item, source)
        found.append(Candidate(item, tuple(keys), shown, shown, listed, document))
    return tuple(found)


def entries_of(source_id: str) -> str:
    """How the keys of a source's entries begin."""
    return f"{source_id}/"


def kinds_of(kind: str) -> tuple[str, ...]:
    """The kinds under which the store may have a key of this kind."""
    return _ADDRESSES if kind in _ADDRESSES else (kind,)


def ways_to(key: Key) -> list[tuple[str, str]]:
    """The (kind, key) pairs under which the store may have it."""
    return [(kind, key.key) for kind in kinds_of(key.kind)]


def with_text(candidate: Candidate, item: Item) -> Candidate:
    """The candidate with the text that the store will hold."""
    return candidate._replace(item=item, fingerprint=fingerprint(item.title, item.body))


def fingerprint(title: str | None, body: str | None) -> str:
    """A versioned hash of the words of title and body; white space, case and marks say nothing."""
    return _fingerprint(_plain(title), _plain(body))


def _fingerprint(title: str, body: str) -> str:
    words = f"{title}\n{body}"
    return f"{FINGERPRINT}:{_digest(words)}"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def compare(candidate: Candidate, known: Known | None, *, completes: bool) -> Change:
    """What `candidate` is.  `completes`: it is the article's own page, read for a wanted body.

    An edit is a change against what the same source showed before: two outlets' different
    teasers of one article are no edit, and a moved date or byline is none either.
    """
    if known is None:
        return Change.NEW
    if completes:
        if known.open:
            return Change.COMPLETED
        return Change.UNCHANGED if candidate.fingerprint == known.fingerprint else Change.MODIFIED
    if known.shown is None or known.shown == candidate.shown:
        return Change.UNCHANGED
    if not known.partial and _same(candidate.item.title, known.title):
        return Change.UNCHANGED  # another teaser of a text we have: its page will tell
    return Change.MODIFIED


def alike(one: Item, other: Item) -> bool:
    """Whether two texts found under one doubtful key are one article: the same title over texts
    that do not differ, or a text that is nearly all in the other.

    Titles made from a template (a daily briefing, a police report) must not make two days one.
    """
    shared = _shared(one.body, other.body)
    if same_title(one, other):
        return shared is None or shared >= 0.5
    return shared is not None and shared >= 0.8


def same_title(one: Item | Known, other: Item | Known) -> bool:
    return bool(one.title) and _same(one.title, other.title)


def completed(known: Item, page: Item) -> Item:
    """The item once its page is read: the page's word, the feed's where the page is silent."""
    silent = [name for name in _OF_EITHER if not getattr(page, name)]
    kept: dict[str, Any] = {name: getattr(known, name) for name in silent}
    reasons = _reasons(page, known, silent)
    return replace(page, url=known.url, guid=known.guid, stated_by=reasons, **kept)


def retitled(known: Item, shown: Item, *, keep_body: bool) -> Item:
    """The item after a feed or list showed it changed: what it shows now, over what is known."""
    taken = [name for name in ("title", "updated") if getattr(shown, name)]
    taken += [] if keep_body else ["body", "partial"]
    new: dict[str, Any] = {name: getattr(shown, name) for name in taken}
    return replace(known, stated_by=_reasons(known, shown, taken), **new)


def _reasons(item: Item, other: Item, taken: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """Where the fields of `item` come from, once those in `taken` are those of `other`."""
    own = [pair for pair in item.stated_by if pair[0] not in taken]
    return (*own, *(pair for pair in other.stated_by if pair[0] in taken))


def _without_repeats(items: Sequence[Item]) -> list[Item]:
    addresses = [urls.canonical(item.url) or item.url for item in items]
    if len(set(addresses)) == len(items):
        return list(items)
    seen: dict[tuple[str, str | None, str | None], Item] = {}
    for address, item in zip(addresses, items, strict=True):
        seen.setdefault((address, item.guid, item.title), item)
    return list(seen.values())


def _address_key(item: Item, source: Source) -> Key:
    network = spacemedia.network_key(item.url, source.hosts)
    if network is not None:
        return Key(KeyKind.NETWORK, network)
    return Key(KeyKind.URL, urls.canonical(item.url) or item.url)


def _keys(
    item: Item, source: Source, address: Key, *, repeated: bool, untrusted: frozenset[str] | None
) -> list[Key]:
    """`untrusted`: guids that say nothing in this document; None: no guid of this source does."""
    keys = [address._replace(doubtful=True, kept=False) if repeated else address]
    if item.guid and untrusted is not None and item.guid not in untrusted:
        # A guid is the publisher's word, and some number their entries from the top at each build.
        keys.append(Key(KeyKind.GUID, f"{source.id} {item.guid}", doubtful=True))
    declared = _declared(item, source)
    if declared is not None and declared != address:
        keys.append(declared)
    return keys


def _declared(item: Item, source: Source) -> Key | None:
    """The canonical address a page declares, believed only within its own publisher: else a
    hostile page could hide another's article."""
    if item.canonical_url is None:
        return None
    there, here = urls.site(item.canonical_url), urls.site(item.url)
    if there is None or here is None:
        return None
    if urls.registrable(there) != urls.registrable(here) and there not in source.hosts:
        return None
    network = spacemedia.network_key(item.canonical_url, source.hosts)
    if network is not None:
        return Key(KeyKind.NETWORK, network)
    canonical = urls.canonical(item.canonical_url)
    # A front page named as canonical by every article of a site tells no article from another.
    if canonical is None or urls.is_front_page(canonical):
        return None
    return Key(KeyKind.DECLARED, canonical)


def _is_listed(item: Item, source: Source) -> bool:
    """Whether the list alone says that an item belongs to what is watched, or its page must."""
    if source.kind == "sitemap" and source.article:
        return item.published is not None  # sitemaps give old articles a new `lastmod`
    return source.section is None or _same(item.section, source.section)


def _plain(text: str | None) -> str:
    return plain(text) if text else ""


def _same(one: str | None, other: str | None) -> bool:
    return _plain(one) == _plain(other)


def _shared(one: str | None, other: str | None) -> float | None:
    """How much of the shorter text's words stand in the other; None where there are too few."""
    a, b = set(_plain(one).split()), set(_plain(other).split())
    fewest = min(len(a), len(b))
    return len(a & b) / fewest if fewest >= _FEWEST_WORDS else None
