"""The fields of one item, by the names of the rule language, as spaces to look in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from functools import cached_property
from urllib.parse import urlsplit

from monitor.model import Item, Span
from monitor.rules.spaces import Part, Space
from monitor.text import Chunks, Scan, exact_forms, first_paragraph, tokens

_PARTING = "\n\n"  # between title and body, where both are read at once


class Fields:
    """One item, field by field."""

    __slots__ = (
        "__dict__", "_chunks", "_closed", "_instead", "_item", "_scan", "_source_id", "_spaces",
    )  # fmt: skip

    def __init__(
        self,
        item: Item,
        source_id: str,
        *,
        closed: bool = False,
        instead: Mapping[str, str | None] | None = None,
    ) -> None:
        """`closed`: of a partial item, too, nothing more will come.  `instead`: values of fields
        that have one, for who knows better, or knows that the item's own is not known (None)."""
        self._item = item
        self._instead = instead or {}
        self._closed = closed
        self._source_id = source_id
        self._spaces: dict[str, tuple[Space, ...]] = {}
        # Every item has its own of these: functools' would lock each time.
        self._scan: Scan | None = None
        self._chunks: Chunks | None = None

    @property
    def language(self) -> str | None:
        """The first part of the item's language tag."""
        lang = self._item.lang
        return lang.replace("_", "-").split("-", 1)[0].lower() if lang else None

    def forms(self) -> Set[str]:
        """Every form that title and body hold, and some that they do not."""
        return self._forms

    def written_forms(self) -> set[str]:
        """The same with capitals and marks, and as they are folded."""
        found = set(self._forms)
        for chunk in self.scan.written():
            found.update([chunk] if chunk.isascii() and chunk.isalnum() else _exact(chunk))
        return found

    @property
    def is_whole(self) -> bool:
        """Whether title and body are known, all of them."""
        return self._item.title is not None and self._body is not None and not self.is_open

    @property
    def is_open(self) -> bool:
        """Whether more of the body may come."""
        return self._item.partial and not self._closed

    @property
    def _body(self) -> str | None:
        return self._item.body or "" if self._closed else self._item.body

    def spaces(self, name: str) -> tuple[Space, ...]:
        """The spaces of a field; none for an empty list."""
        if name not in self._spaces:
            self._spaces[name] = self._find_spaces(name)
        return self._spaces[name]

    def stored(self, name: str) -> str:
        """The text that the spans of a field count in.  KeyError if there is no such field."""
        return "\n".join(space.text for space in self.spaces(name))

    @property
    def chunks(self) -> Chunks | None:
        """Of title and body as one text; None where it is foreign."""
        if self._chunks is None and not self.scan.is_foreign:
            self._chunks = Chunks(self.scan)
        return self._chunks

    def spans_at(self, places: Iterable[tuple[int, int]]) -> tuple[Span, ...]:
        """What stands in that text at each start..end."""
        at = self.body_at
        return tuple(
            [
                Span("title", start, end) if start < at else Span("body", start - at, end - at)
                for start, end in places
            ]
        )

    def _find_spaces(self, name: str) -> tuple[Space, ...]:
        item = self._item
        if name == "text":
            return self.spaces("title") + self.spaces("body")
        if name == "title":
            return (Space(name, item.title, part=self._part(0)),)
        if name == "body":
            return (Space(name, self._body, is_open=self.is_open, part=self._part(self.body_at)),)
        if name == "lead":
            return (self._lead(),)
        if name in ("tag", "author"):
            return _list_spaces(name, item.tags if name == "tag" else item.authors)
        return (Space(name, self._single_values[name]),)

    @property
    def scan(self) -> Scan:
        """Title and body as one text."""
        if self._scan is None:
            self._scan = Scan(f"{self._item.title or ''}{_PARTING}{self._item.body or ''}")
        return self._scan

    @property
    def body_at(self) -> int:
        """Where the body begins in what is scanned."""
        return len(self._item.title or "") + len(_PARTING)

    def _part(self, at: int) -> Part | None:
        return Part(self.chunks, at) if self.chunks is not None else None

    @cached_property
    def _forms(self) -> Set[str]:
        return self.scan.forms()

    @cached_property
    def _single_values(self) -> dict[str, str | None]:
        item = self._item
        return {
            "url": item.url,
            "source": self._source_id,
            "site": _site(item.url),
            "section": item.section,
            "lang": item.lang,
            "wire": item.wire,
            "place": item.place,
            **self._instead,
        }

    def _lead(self) -> Space:
        body = self._body
        found = first_paragraph(body) if body else None
        if body is None or found is None:
            return Space("body", body, is_open=self.is_open)
        start, end = found
        part = self._part(self.body_at + start)
        return Space("body", body[start:end], offset=start, is_open=self.is_open, part=part)


def _list_spaces(name: str, values: tuple[str, ...] | None) -> tuple[Space, ...]:
    """Each value apart; offsets count in the values joined by one line feed."""
    if values is None:
        return (Space(name, None),)
    spaces = []
    offset = 0
    for value in values:
        spaces.append(Space(name, value, offset=offset))
        offset += len(value) + 1
    return tuple(spaces)


def _site(url: str) -> str | None:
    """The host of an address without `www.`; None if it has none."""
    try:
        host = urlsplit(url).hostname
    except ValueError:  # "http://[" and the like
        return None
    return host.removeprefix("www.") if host else None


def _exact(chunk: str) -> list[str]:
    return exact_forms(chunk, tokens(chunk))
