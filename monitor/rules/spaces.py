"""One stretch of text in which words are looked for: a field, or one value of a list.

Tokenised at most once, and only when asked.  Knows the forms that a phrase asks for, not the query
it stands in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from typing import NamedTuple

from monitor.rules.bits import to_bits
from monitor.rules.hits import Hits, in_code_points, of_phrase, of_tokens, together
from monitor.rules.phrases import Link, has_wildcard, literal_start
from monitor.rules.reach import Units
from monitor.rules.regexes import is_like
from monitor.text import (
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
# Where a form stands so often is remembered: a text of one word is read once for all rules.
_OFTEN = 256


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
        self._remembered: dict[tuple[str, bool, bool], Hits] = {}

    def looked_up(self, chain: Sequence[Link]) -> set[tuple[int, int]] | None:
        """Code points of everywhere the phrase stands; None where it takes more to say than what
        is around its rarest word, cut into tokens.
        """
        windows = self._windows(chain) if "_lookup" not in self.__dict__ else None
        if windows is None:
            return None
        found = ((at, Space(self.field, self.text[at:end]).phrase(chain)) for at, end in windows)
        return {
            (first + at, last + at)
            for at, hits in found
            for first, last in in_code_points([hits]).some
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
        if None in places:
            return None
        own = _longest(link) - 1
        before, after = (sum(map(_longest, p)) for p in (chain[:number], chain[number + 1 :]))
        found: set[tuple[int, int]] = set()
        for chunk in {chunk for some in places for chunk in some or ()}:
            if not at <= chunk[0] <= chunk[1] <= at + size:
                continue
            first, last = scan.widened(chunk, before + own, after + own)
            found.add((max(first - at, 0), min(last - at, size)))
        return found

    def phrase(
        self, chain: Sequence[Link], *, exact: bool = False, alternates: bool = True
    ) -> Hits:
        """Everywhere the phrase stands; `exact`: its forms keep case and marks."""
        return of_phrase(
            chain,
            lambda form: self._standing(form, exact=exact, alternates=alternates),
            lambda: self._breaks,
        )

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
            + [
                of_tokens(some, self.size)
                for form, some in self._alternates.items()
                if is_meant(form)
            ]
        )

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

    def _standing(self, form: str, *, exact: bool, alternates: bool) -> Hits:
        key = (form, exact, alternates)
        if key in self._remembered:
            return self._remembered[key]
        found = self._exact(form) if exact else self._folded(form)
        if not alternates:
            found = [token for token in found if token.kind is not Kind.ALTERNATE]
        hits = of_tokens(found, self.size)
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
        return frozenset(self._lookup.position_at(start) for start, _ in later)

    @cached_property
    def _breaks(self) -> int:
        return to_bits(self._paragraph_starts, self.size)


def _longest(link: Link) -> int:
    """How many positions a link may take up."""
    return max(map(len, link))


def _selective(numbered: tuple[int, Link]) -> int:
    """How rare a link is likely to be: its shortest way's longest form says."""
    return min(max(map(len, row)) for row in numbered[1])


def _fitting(form: str, forms: Iterable[str]) -> list[str]:
    """Those that a form with wildcards means."""
    prefix = literal_start(form)
    some = [one for one in forms if one.startswith(prefix)]
    return some if form.rstrip("*") == prefix else [one for one in some if is_like(form, one)]


def _bare(form: str, found: list[Token]) -> list[Token]:
    """`at*` does not mean `at&t`: there is the bare word as well."""
    return found if _SIGNS & set(form) else [t for t in found if t.kind is not Kind.SIGN]


def _index(found: Iterable[Token], forms: Iterable[str]) -> _Index:
    index: _Index = {}
    for token, form in zip(found, forms, strict=True):
        index.setdefault(form, []).append(token)
    return index
