"""The fields of one item as spaces to look in, each tokenised at most once and only when asked.

Knows the forms that a phrase asks for, not the query it stands in.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from functools import cached_property
from urllib.parse import urlsplit

from monitor.model import Item, Span
from monitor.rules.phrases import Link
from monitor.text import Kind, Token, fold, forms, paragraphs, tokens

MOST_SPANS = 100  # of one leaf in one space: a place to jump to, not a census

# Code points start..end that a phrase takes up so far, by its start and its next position.
_Reached = dict[tuple[int, int], int]


class Space:
    """One stretch of text in which a phrase is looked for: a field, or one value of a list.

    `text` None: nothing is known of it.  `is_open`: there is more of it than we have.  `offset` is
    where it begins in the stored text of `field`.
    """

    def __init__(
        self, field: str, text: str | None, *, offset: int = 0, is_open: bool = False
    ) -> None:
        self.field = field
        self.text = text or ""
        self.is_open = is_open or text is None
        self._offset = offset

    def find(self, links: Iterable[Link]) -> list[Span]:
        """Where the phrase stands; none of the spans inside another, at most MOST_SPANS."""
        reached: _Reached | None = None
        for link in links:
            reached = {
                place: end for row in link for place, end in self._follow(reached, row).items()
            }
            if not reached:
                return []
        return self._spans((start, end) for (start, _), end in (reached or {}).items())

    def find_whole(self, value: str) -> list[Span]:
        """The whole text, if it is equal to `value` when both are folded."""
        is_equal = bool(self.text) and fold(self.text) == fold(value)
        return self._spans([(0, len(self.text))] if is_equal else [])

    def _follow(self, reached: _Reached | None, row: tuple[str, ...]) -> _Reached:
        for form in row:
            found = self._by_form.get(form, ())
            if reached is None:
                reached = {(token.start, token.last + 1): token.end for token in found}
            else:
                at = {t.first: t for t in found if t.first not in self._paragraph_starts}
                reached = {
                    (start, token.last + 1): token.end
                    for start, position in reached
                    if (token := at.get(position))
                }
        return reached or {}

    def _spans(self, places: Iterable[tuple[int, int]]) -> list[Span]:
        spans: list[Span] = []
        reached = -1
        for start, end in sorted(places, key=lambda place: (place[0], -place[1])):
            if end > reached:
                spans.append(Span(self.field, start + self._offset, end + self._offset))
                reached = end
        return spans[:MOST_SPANS]

    @cached_property
    def _tokens(self) -> list[Token]:
        return tokens(self.text)

    @cached_property
    def _by_form(self) -> dict[str, list[Token]]:
        found: dict[str, list[Token]] = {}
        for token in self._tokens:
            found.setdefault(token.form, []).append(token)
        return found

    @cached_property
    def _paragraph_starts(self) -> frozenset[int]:
        """Positions of the first word of each paragraph: no phrase goes on there."""
        later = [start for start, _ in paragraphs(self.text)[1:]]
        word_starts = [t.start for t in self._tokens if t.kind is Kind.WORD] if later else []
        return frozenset(bisect_left(word_starts, start) for start in later)


class Fields:
    """One item, field by field, by the names of the rule language."""

    def __init__(self, item: Item, source_id: str, *, closed: bool = False) -> None:
        """`closed`: of a partial item, too, nothing more will come."""
        self._item = item
        self._closed = closed
        self._source_id = source_id
        self._spaces: dict[str, tuple[Space, ...]] = {}

    @property
    def shape(self) -> tuple[bool, bool, bool]:
        """What of the text is known: a title, a body, the whole of the body."""
        item = self._item
        return (item.title is not None, self._body is not None, not self._is_open)

    def forms(self) -> set[str]:
        """Every form that title and body hold."""
        return forms(f"{self._item.title or ''}\n{self._item.body or ''}")

    @property
    def _is_open(self) -> bool:
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

    def _find_spaces(self, name: str) -> tuple[Space, ...]:
        item = self._item
        if name == "text":
            return self.spaces("title") + self.spaces("body")
        if name == "body":
            return (Space(name, self._body, is_open=self._is_open),)
        if name == "lead":
            return (self._lead(),)
        if name in ("tag", "author"):
            return _list_spaces(name, item.tags if name == "tag" else item.authors)
        return (Space(name, self._single_values()[name]),)

    def _single_values(self) -> dict[str, str | None]:
        item = self._item
        return {
            "title": item.title,
            "url": item.url,
            "source": self._source_id,
            "site": _site(item.url),
            "section": item.section,
            "lang": item.lang,
            "wire": item.wire,
            "place": item.place,
        }

    def _lead(self) -> Space:
        body = self._body
        found = paragraphs(body) if body else []
        if body is None or not found:
            return Space("body", body, is_open=self._is_open)
        start, end = found[0]
        return Space("body", body[start:end], offset=start, is_open=self._is_open)


def _list_spaces(name: str, values: tuple[str, ...]) -> tuple[Space, ...]:
    """Each value apart; offsets count in the values joined by one line feed."""
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
