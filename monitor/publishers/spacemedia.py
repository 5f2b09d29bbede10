"""The Space Media Network: its hosts, its articles' one identity, its section and front pages.

Article pages are read by `spacemedia_article`.  Does not fetch, and does not know where a section's
page is: the front page's links say so, or nothing does.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from monitor import dateline, dates, markup, urls
from monitor.dateline import Dateline
from monitor.errors import ReadError, ReadReason
from monitor.markup import Line
from monitor.model import Item
from monitor.publishers.sidestories import is_label
from monitor.publishers.spacemedia_article import read_article

__all__ = [
    "HOSTS",
    "SectionPage",
    "feed_url",
    "is_network",
    "network_key",
    "read_article",
    "read_section",
]

# Each seen with article links under /reports/, in public crawlers' lists or in its own feeds.
_HOST_NAMES = """
    spacedaily.com spacewar.com space-travel.com spacemart.com marsdaily.com moondaily.com
    saturndaily.com terradaily.com gpsdaily.com robodaily.com radardaily.com russodaily.com
    sinodaily.com indodaily.com seeddaily.com skynightly.com energy-daily.com oilgasdaily.com
    solardaily.com winddaily.com biofueldaily.com nuclearpowerdaily.com africadaily.net
"""
HOSTS = frozenset(_HOST_NAMES.split())
# /reports/Title_999.html, the wire's /afp/260302234435.o89e9bqh.html, /2003/031020131348.zpt4.html
_ARTICLE_PATH = re.compile(r"/(?:reports|afp|(?:19|20)[0-9]{2})/[^/]+\.html?", re.IGNORECASE)
_MORE = frozenset({"more", "read more", "full story"})
_MENU = 3  # so many links in a row, none to an article, head no box


def feed_url(url: str) -> str:
    """The feed of the host that a page is on: `https://www.spacewar.com/spacewar.xml`."""
    name = (urls.site(url) or "").rpartition(".")[0]
    return urls.absolute(url, f"/{name}.xml") or url


def is_network(url: str, hosts: Iterable[str] = ()) -> bool:
    """Whether an address is on one of the network's hosts, or on one of `hosts`."""
    host = urls.site(url)
    if not hosts or host is None:
        return host in HOSTS
    return host in HOSTS or any(host == other.removeprefix("www.") for other in hosts)


def network_key(url: str, hosts: tuple[str, ...] = ()) -> str | None:
    """`spacemedia:/reports/<slug>.html`, the same on every host; None where it is no article.

    The network answers the same path on each of its hosts, under another masthead.
    """
    if not is_network(url, hosts):
        return None
    path = urlsplit(url.strip()).path
    return f"spacemedia:{path}" if _ARTICLE_PATH.fullmatch(path) else None


@dataclass(frozen=True, slots=True)
class SectionPage:
    """A front or section page; `section_url` is the section's own page, where a link says so."""

    section_url: str | None
    items: tuple[Item, ...]


@dataclass(slots=True)
class _Entry:
    """A link to an article, while the lines under it are read."""

    url: str
    title: str
    section: str | None
    dateline: Dateline | None = None
    teaser: list[str] = field(default_factory=list)


def read_section(
    html: bytes | str,
    url: str,
    section: str | None,
    *,
    timezone: str = "UTC",
    hosts: tuple[str, ...] = (),
) -> SectionPage:
    """The articles that a front or section page links to, in its order, each once.

    With a `section` (its label, in any case of letters) only those in a box under that label; on
    the section's own page, to which the label's link leads back, those under no other label too.
    Items are partial: title, teaser or no body, place, wire and day where a dateline is printed.
    Raises ReadError(NO_LIST) without a single article link, ReadError(NO_SECTION) where no link and
    no box bears the label.
    """
    tree = markup.parse(markup.decode(html))
    lines = markup.lines(tree, links=True, names=("h1",)).lines if tree is not None else ()
    entries = _entries(lines, url, section, hosts)
    if not entries:
        raise ReadError(ReadReason.NO_LIST, "no link to an article (/reports/, /afp/) on the page")
    if section is None:
        return SectionPage(None, tuple(_item(entry, timezone) for entry in entries))
    targets = [
        target
        for line in lines
        if line.href and _same(line.text, section) and (target := urls.absolute(url, line.href))
    ]
    section_url = next((t for t in targets if urls.canonical(t) != urls.canonical(url)), None)
    is_own_page = (bool(targets) and section_url is None) or _is_headed(lines, section)
    for entry in entries if is_own_page else ():
        entry.section = entry.section or section
    items = tuple(_item(entry, timezone) for entry in entries if _same(entry.section, section))
    if not items and section_url is None:
        raise ReadError(ReadReason.NO_SECTION, f"no link and no box on the page says {section!r}")
    return SectionPage(section_url, items)


def _same(text: str | None, label: str) -> bool:
    return text is not None and text.casefold() == " ".join(label.split()).casefold()


def _is_headed(lines: Sequence[Line], section: str) -> bool:
    return any("h1" in line.inside and _same(line.text, section) for line in lines)


def _item(entry: _Entry, timezone: str) -> Item:
    found = entry.dateline
    return Item(
        url=entry.url,
        title=entry.title,
        place=found.place if found else None,
        wire=found.wire if found else None,
        published=dates.stamp(found.day, timezone) if found and found.day else None,
        section=entry.section,
        body=" ".join(entry.teaser) or None,
    )


def _entries(
    lines: Sequence[Line], url: str, section: str | None, hosts: tuple[str, ...]
) -> list[_Entry]:
    targets = [urls.absolute(url, line.href) if line.href else None for line in lines]
    keys = [network_key(target, hosts) if target else None for target in targets]
    labels = _labels(lines, keys, section)
    entries: dict[str, _Entry] = {}
    current: _Entry | None = None
    label: str | None = None
    for number, (line, target, key) in enumerate(zip(lines, targets, keys, strict=True)):
        if number in labels:
            label, current = labels[number], None
        elif key is not None and target is not None:
            if key not in entries and line.text.lower().strip(". ") not in _MORE:
                entries[key] = _Entry(target, line.text, label)
            current = entries.get(key)
        elif line.href is not None:
            current = None
        elif current is not None:
            _read_teaser(current, line)
    return list(entries.values())


def _read_teaser(entry: _Entry, line: Line) -> None:
    if line.gap and entry.teaser:
        return
    found = dateline.read(line.text) if entry.dateline is None else None
    text = line.text
    if found is not None:
        entry.dateline, text = found, found.rest
    text = text.removesuffix("...").rstrip(" \u2026")
    if text:
        entry.teaser.append(text)


def _labels(
    lines: Sequence[Line], keys: Sequence[str | None], section: str | None
) -> dict[int, str | None]:
    """Section labels by line; those of a menu, which head no box, as None."""
    found: dict[int, str | None] = {}
    run: list[int] = []
    for number, line in enumerate(lines):
        is_own = is_label(line.text) or (section is not None and _same(line.text, section))
        if keys[number] is None and is_own:
            found[number] = line.text
        if keys[number] is None and line.href is not None:
            run.append(number)
        elif any(character.isalnum() for character in line.text):  # "|" parts a menu's links
            run = []
        if len(run) >= _MENU:
            found.update((member, None) for member in run if member in found)
            run = run[-_MENU:]
    return found
