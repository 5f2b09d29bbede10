"""What single publishers' pages need beyond the general reading, from `quirks.yaml`.

Data only: no publisher has code here.  Finds elements; what they mean is the reader's to say.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from cssselect import HTMLTranslator, SelectorError
from lxml.etree import XPath
from lxml.html import HtmlElement

from monitor import urls
from monitor.publishers import tables

_FILE = "quirks.yaml"
_MOST_ELEMENTS = 100


@dataclass(frozen=True, slots=True)
class Quirk:
    """One host's entry; see the comment at the top of the file."""

    title_cut: tuple[str, ...] = ()
    drop: tuple[XPath, ...] = ()
    author: tuple[XPath, ...] = ()
    published: tuple[XPath, ...] = ()
    section: tuple[XPath, ...] = ()
    body: tuple[XPath, ...] = ()
    timezone: str | None = None

    def clear(self, tree: HtmlElement) -> None:
        """Take the blocks under `drop` out of a tree."""
        for path in self.drop:
            for element in _elements(path, tree):
                if element.getparent() is not None:
                    element.drop_tree()

    def cut(self, title: str) -> str:
        """The title without what stands around each of this publisher's headlines."""
        for text in self.title_cut:
            title = title.removeprefix(text).removesuffix(text).strip()
        return title


def find(paths: Sequence[XPath], tree: HtmlElement) -> list[HtmlElement]:
    """What the first selector that finds something finds."""
    return next((found for path in paths if (found := _elements(path, tree))), [])


def of(url: str) -> Quirk | None:
    host = urls.site(url)
    return _packaged().get(urls.registrable(host)) if host else None


def load(table: Mapping[str, object]) -> dict[str, Quirk]:
    """Entries by registrable host.  Raises ValueError naming the entry and what is wrong in it."""
    return {host: _quirk(f"{_FILE}: {host}", host, entry) for host, entry in table.items()}


@lru_cache(maxsize=1)
def _packaged() -> dict[str, Quirk]:
    return load(tables.read(_FILE))


def _quirk(place: str, host: str, entry: object) -> Quirk:
    if urls.registrable(host) != host:
        raise ValueError(f"{place}: write the registrable host, {urls.registrable(host)}")
    known = [one.name for one in fields(Quirk)]
    found = tables.mapping(place, entry, known)
    timezone = found.pop("timezone", None)
    if timezone is not None:
        _check_zone(place, timezone)
    lists = {key: tables.texts(f"{place}: {key}", value) for key, value in found.items()}
    title_cut = lists.pop("title_cut", ())
    paths = {key: tuple(_path(f"{place}: {key}", css) for css in lists[key]) for key in lists}
    return Quirk(title_cut, timezone=str(timezone) if timezone else None, **paths)


def _check_zone(place: str, name: object) -> None:
    try:
        ZoneInfo(str(name))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f"{place}: timezone: there is no zone {name!r}") from None


def _path(place: str, css: str) -> XPath:
    try:
        return XPath(HTMLTranslator().css_to_xpath(css))
    except SelectorError as error:
        raise ValueError(f"{place}: {css!r} is no CSS selector: {error}") from None


def _elements(path: XPath, tree: HtmlElement) -> list[HtmlElement]:
    found = path(tree)
    elements = found if isinstance(found, list) else []
    return [one for one in elements[:_MOST_ELEMENTS] if isinstance(one, HtmlElement)]
