"""One stretch of text in which words are looked for: a field, or one value of a list.

Tokenised at most once, and only when asked.  Knows the forms that a phrase asks for, not the query
it stands in.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence, Set
from functools import cached_property
from typing import NamedTuple

import re2

from monitor.rules.phrases import Link, has_wildcard, literal_start
from monitor.rules.reach import Units
from monitor.text import (
    MOST_CHUNKS,
    Kind,
    Lookup,
    Scan,
    Token,
    exact_forms,
    fold,
    is_in_capitals,
    paragraphs,
    sentences,
    tokens,
)

_SIGNS = frozenset("#@$.+&")


class Place(NamedTuple):
    """Where something stands: positions of its first and last word, code points start..end."""

    first: int
    last: int
    start: int
    end: int


_Index = dict[str, list[Token]]


class Part(NamedTuple):
    """Where a text begins in one that was scanned."""

    scan: Scan
    at: int


class Space:
    """`text` None: nothing is known of it.  `is_open`: there is more of it than we have.  `offset`
    is where it begins in the stored text of `field`."""

    def __init__(
        self,
        field: str,
        text: str | None,
        *,
        offset: int = 0,
        is_open: bool = False,
        part: Part | None = None,
    ) -> None:
        self.field = field
        self.text = text or ""
        self.is_open = is_open or text is None
        self.offset = offset
        self._part = part

    def stretches(self, chain: Sequence[Link]) -> set[tuple[int, int]]:
        """Code points of everywhere the phrase stands.

        Where a word of it is rare, only what is around that word is cut into tokens.
        """
        windows = self._windows(chain) if "_lookup" not in self.__dict__ else None
        if windows is None:
            return {(place.start, place.end) for place in self.phrase(chain)}
        return {
            (place.start + start, place.end + start)
            for start, end in windows
            for place in _places_in(self.text[start:end], chain)
        }

    def _windows(self, chain: Sequence[Link]) -> set[tuple[int, int]] | None:
        """Stretches that hold all places of the phrase; None if they are not worth it."""
        if self._part is None or self._part.scan.is_foreign:
            return None
        scan, at = self._part
        number, link = max(enumerate(chain), key=_selective)
        forms = {max(row, key=len) for row in link}
        if any(map(has_wildcard, forms)):
            return None
        size = len(self.text)
        places = [scan.chunks_with(form) for form in forms]
        if any(len(some) > MOST_CHUNKS for some in places):
            return None
        own = _longest(link) - 1
        before, after = (sum(map(_longest, p)) for p in (chain[:number], chain[number + 1 :]))
        found: set[tuple[int, int]] = set()
        for chunk in {chunk for some in places for chunk in some}:
            if not at <= chunk[0] <= chunk[1] <= at + size:
                continue
            first, last = scan.widened(chunk, before + own, after + own)
            found.add((max(first - at, 0), min(last - at, size)))
        return found

    def phrase(
        self, chain: Sequence[Link], *, exact: bool = False, alternates: bool = True
    ) -> set[Place]:
        """Everywhere the phrase stands; `exact`: its forms keep case and marks."""

        def find(form: str) -> list[Token]:
            found = self._exact(form) if exact else self._folded(form)
            return found if alternates else [t for t in found if t.kind is not Kind.ALTERNATE]

        return _places(chain, find, lambda: self._paragraph_starts)

    def holds_whole(self, sought: str) -> bool:
        """Whether the whole text is what is sought, both folded; NUL in it is any text."""
        if not self.text:
            return False
        parts = [fold(part) for part in sought.split("\0")]
        value = fold(self.text)
        if len(parts) == 1:
            return value == parts[0]
        glob = ".*".join(map(re2.escape, parts))
        return re2.fullmatch(f"(?s){glob}", value) is not None

    def inflected(self, is_meant: Callable[[str], bool]) -> set[Place]:
        """The words that are meant, judged by their exact forms; the folded one of an alternate."""
        return {
            _place(token)
            for token, exact in zip(self._tokens, self._exact_forms, strict=True)
            if token.kind is not Kind.SIGN
            and is_meant(token.form if token.kind is Kind.ALTERNATE else exact)
        }

    @cached_property
    def size(self) -> int:
        """How many positions there are."""
        return self._lookup.size

    @cached_property
    def is_in_capitals(self) -> bool:
        """Whether case says nothing here: two words or more, mostly in capitals."""
        return is_in_capitals(self.text) and self.size > 1

    @cached_property
    def sentences(self) -> Units:
        starts = (self._lookup.position_at(start) for start, _ in sentences(self.text))
        return Units(starts, self.size)

    @cached_property
    def paragraphs(self) -> Units:
        return Units(self._paragraph_starts, self.size)

    def _folded(self, form: str) -> list[Token]:
        lookup = self._lookup
        if not has_wildcard(form):
            return lookup.find(form)
        return [
            token
            for one in _fitting(form, lookup.forms())
            for token in _bare(form, lookup.find(one))
        ]

    def _exact(self, form: str) -> list[Token]:
        index = self._by_exact_form
        if not has_wildcard(form):
            return index.get(form, [])
        return [token for one in _fitting(form, index) for token in _bare(form, index[one])]

    @cached_property
    def _lookup(self) -> Lookup:
        return Lookup(self.text)

    @cached_property
    def _tokens(self) -> list[Token]:
        return tokens(self.text)

    @cached_property
    def _exact_forms(self) -> list[str]:
        return exact_forms(self.text, self._tokens)

    @cached_property
    def _by_exact_form(self) -> _Index:
        found = [(t, f) for t, f in zip(self._tokens, self._exact_forms, strict=True)]
        kept = [pair for pair in found if pair[0].kind is not Kind.ALTERNATE]
        return _index([token for token, _ in kept], (form for _, form in kept))

    @cached_property
    def _paragraph_starts(self) -> frozenset[int]:
        """Positions of the first word of each paragraph but the first."""
        later = paragraphs(self.text)[1:]
        return frozenset(self._lookup.position_at(start) for start, _ in later)


def _places(
    chain: Iterable[Link], find: Callable[[str], list[Token]], breaks: Callable[[], Set[int]]
) -> set[Place]:
    """Everywhere a phrase stands whose forms are found; it does not go on at any of the breaks."""
    reached: set[Place] | None = None
    for link in chain:
        ahead: set[Place] = set()
        for row in link:
            way = reached
            for form in row:
                found = find(form)
                if way is None:
                    way = set(map(_place, found))
                elif way:
                    way = _going_on(way, found, breaks())
            ahead |= way or set()
        if not ahead:
            return ahead
        reached = ahead
    return reached or set()


def _going_on(places: set[Place], found: Iterable[Token], breaks: Set[int]) -> set[Place]:
    """The places with what follows them."""
    at: dict[int, list[Token]] = {}
    for token in found:
        if token.first not in breaks:
            at.setdefault(token.first, []).append(token)
    return {
        Place(place.first, token.last, place.start, token.end)
        for place in places
        for token in at.get(place.last + 1, ())
    }


def _places_in(text: str, chain: Sequence[Link]) -> set[Place]:
    """Everywhere a phrase stands in a few words."""
    there = tokens(text)
    return _places(
        chain,
        lambda form: [token for token in there if token.form == form],
        lambda: _paragraph_starts(text, there),
    )


def _paragraph_starts(text: str, tokens: Iterable[Token]) -> frozenset[int]:
    """Positions of the first word of each paragraph but the first."""
    later = [start for start, _ in paragraphs(text)[1:]] if "\n" in text else []
    if not later:
        return frozenset()
    word_starts = [token.start for token in tokens if token.kind is Kind.WORD]
    return frozenset(bisect_left(word_starts, start) for start in later)


def _longest(link: Link) -> int:
    """How many positions a link may take up."""
    return max(map(len, link))


def _selective(numbered: tuple[int, Link]) -> int:
    """How rare a link is likely to be: its shortest way's longest form says."""
    return min(max(map(len, row)) for row in numbered[1])


def _fitting(form: str, forms: Iterable[str]) -> list[str]:
    """Those that a form with wildcards means."""
    prefix, fits = literal_start(form), _fits(form)
    return [one for one in forms if one.startswith(prefix) and fits(one)]


def _bare(form: str, found: list[Token]) -> list[Token]:
    """`at*` does not mean `at&t`: there is the bare word as well."""
    return found if _SIGNS & set(form) else [t for t in found if t.kind is not Kind.SIGN]


def _index(found: Iterable[Token], forms: Iterable[str]) -> _Index:
    index: _Index = {}
    for token, form in zip(found, forms, strict=True):
        index.setdefault(form, []).append(token)
    return index


def _place(token: Token) -> Place:
    return Place(token.first, token.last, token.start, token.end)


def _fits(form: str) -> Callable[[str], object]:
    """Whether a form is one that a form with wildcards means."""
    if form.endswith("*") and not has_wildcard(form[:-1]):
        return lambda _: True  # its start was looked at
    glob = re2.escape(form).replace(r"\*", ".*").replace(r"\?", ".")
    fits: Callable[[str], object] = re2.compile(glob).fullmatch
    return fits
