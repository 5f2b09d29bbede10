"""One stretch of text in which words are looked for: a field, or one value of a list.

Tokenised at most once, and only when asked.  Knows the forms that a phrase asks for, not the query
it stands in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cached_property
from typing import NamedTuple

from monitor.rules.bits import to_bits
from monitor.rules.hits import Hits, of_phrase, of_tokens, together
from monitor.rules.phrases import Link, asks_for_sign, has_wildcard, links, literal_start
from monitor.rules.reach import Units
from monitor.rules.regexes import is_like
from monitor.rules.windows import phrase_in, plain_words, windows
from monitor.text import (
    Chunks,
    Kind,
    Lookup,
    Token,
    exact_forms,
    fold,
    is_in_capitals,
    paragraphs,
    sentences,
    tokens,
)

# Where a form stands so often is remembered: a text of one word is read once for all rules.
_OFTEN = 256


_Index = dict[str, list[Token]]


class Part(NamedTuple):
    """Where a text begins in another."""

    chunks: Chunks
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
        self._remembered: dict[tuple[str, bool, bool], Hits] = {}

    def looked_up(self, written: str) -> set[tuple[int, int]] | None:
        """Code points of everywhere a word or phrase stands; None where it takes more to say than
        what is around its rarest word, cut into tokens.
        """
        plain = plain_words(written)
        if plain and self._part is not None:
            chunks, at = self._part
            there = chunks.plainly(plain)
            if there is not None:
                end = at + len(self.text)
                return {(one[0] - at, one[1] - at) for one in there if at <= one[0] < end}
        found = self._in_windows(links(written))
        if found is None:
            return None
        return {(one.start + at, one.end + at) for at, places in found for one in places}

    def phrase(
        self, chain: tuple[Link, ...], *, exact: bool = False, alternates: bool = True
    ) -> Hits:
        """Everywhere the phrase stands; `exact`: its forms keep case and marks."""
        found = self._in_windows(chain) if alternates and not exact else None
        if found is not None:
            return of_tokens(self._placed(found))
        return of_phrase(
            chain,
            lambda form: self._standing(form, exact=exact, alternates=alternates),
            lambda: self._breaks,
        )

    def _in_windows(self, chain: tuple[Link, ...]) -> list[tuple[int, list[Token]]] | None:
        """The places of the phrase by where the text begins that they count in; None if it is not
        only around rare words."""
        if self._part is None or "_lookup" in self.__dict__:
            return None
        chunks, at = self._part
        found = windows(chain, chunks, (at, at + len(self.text)))
        if found is None:
            return None
        text = self.text
        return [(start - at, phrase_in(text[start - at : end - at], chain)) for start, end in found]

    def _placed(self, found: list[tuple[int, list[Token]]]) -> list[Token]:
        """By positions and code points of this text."""
        placed = []
        for at, places in found:
            first = self._position_at(at) if places else 0
            placed += [_moved(one, first, at) for one in places]
        return placed

    def holds_whole(self, sought: str) -> bool:
        """Whether the whole text is what is sought, both folded; NUL in it is any text."""
        return bool(self.text) and is_like(fold(sought), fold(self.text), any_text="\0")

    def inflected(self, is_meant: Callable[[str], bool]) -> Hits:
        """The words that are meant, judged by their exact forms; the folded one of an alternate."""
        return together(
            [
                self._standing(form, exact=True, alternates=False)
                for form, some in self._by_exact_form.items()
                if is_meant(form) and some[0].kind is not Kind.SIGN
            ]
            + [of_tokens(some) for form, some in self._alternates.items() if is_meant(form)]
        )

    @cached_property
    def size(self) -> int:
        """How many positions there are."""
        return self._position_at(len(self.text))

    @cached_property
    def is_in_capitals(self) -> bool:
        """Whether case says nothing here: two words or more, mostly in capitals."""
        return is_in_capitals(self.text) and self.size > 1

    @cached_property
    def sentences(self) -> Units:
        starts = (self._position_at(start) for start, _ in sentences(self.text))
        return Units(starts, self.size)

    @cached_property
    def paragraphs(self) -> Units:
        return Units(self._paragraph_starts, self.size)

    def _standing(self, form: str, *, exact: bool, alternates: bool) -> Hits:
        key = (form, exact, alternates)
        if key in self._remembered:
            return self._remembered[key]
        found = self._exact(form) if exact else self._folded(form)
        if not alternates:
            found = [token for token in found if token.kind is not Kind.ALTERNATE]
        hits = of_tokens(found)
        if len(found) >= _OFTEN:
            self._remembered[key] = hits
        return hits

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

    def _position_at(self, place: int) -> int:
        """The position of the first word that begins at or after a place."""
        if self._part is None or "_lookup" in self.__dict__:
            return self._lookup.position_at(place)
        return self._part.chunks.position_at(self._part.at + place) - self._first

    @cached_property
    def _first(self) -> int:
        """The position of the first word among those of the text that this is part of."""
        return self._part.chunks.position_at(self._part.at) if self._part else 0

    @cached_property
    def _lookup(self) -> Lookup:
        return Lookup(self.text)

    @cached_property
    def _tokens(self) -> list[Token]:
        return tokens(self.text)

    @cached_property
    def _alternates(self) -> _Index:
        found = [token for token in self._tokens if token.kind is Kind.ALTERNATE]
        return _index(found, (token.form for token in found))

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
        return frozenset(self._position_at(start) for start, _ in later)

    @cached_property
    def _breaks(self) -> int:
        return to_bits(self._paragraph_starts)


def _fitting(form: str, forms: Iterable[str]) -> list[str]:
    """Those that a form with wildcards means."""
    prefix = literal_start(form)
    some = [one for one in forms if one.startswith(prefix)]
    return some if form.rstrip("*") == prefix else [one for one in some if is_like(form, one)]


def _bare(form: str, found: list[Token]) -> list[Token]:
    """`at*` does not mean `at&t`: there is the bare word as well."""
    return found if asks_for_sign(form) else [t for t in found if t.kind is not Kind.SIGN]


def _index(found: Iterable[Token], forms: Iterable[str]) -> _Index:
    index: _Index = {}
    for token, form in zip(found, forms, strict=True):
        index.setdefault(form, []).append(token)
    return index


def _moved(one: Token, positions: int, places: int) -> Token:
    form, first, last, start, end, kind = one
    return Token(form, first + positions, last + positions, start + places, end + places, kind)
