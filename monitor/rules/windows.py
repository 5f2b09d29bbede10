"""Where a phrase stands in a text of which little can hold it: the words around its rarest one.

Nothing of these is indexed: for a few words that is the quickest, and for more it is not.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache

from monitor.rules.phrases import Link, has_wildcard, literal_start
from monitor.rules.regexes import is_like
from monitor.text import Chunk, Chunks, Kind, Token, paragraphs, tokens

SIGNS = frozenset("#@$.+&")  # what a form holds that asks for a sign
_LONGEST = 1000  # a window of more characters is no window

# Forms one of which each place holds, and how many words it has before them and behind them.
_Anchor = tuple[frozenset[str], int, int]


def windows(chain: tuple[Link, ...], chunks: Chunks, within: Chunk) -> list[Chunk] | None:
    """Stretches that hold all places of the phrase in a part of the text; None if they are too
    many or too long."""
    for forms, before, after in _anchors(chain):
        found = [_holding(form, chunks) for form in forms]
        if None not in found:
            some = {chunk for held in found for chunk in held or () if _lies_in(chunk, within)}
            wide = [_cut(chunks.widened(chunk, before, after), within) for chunk in some]
            return None if any(end - start > _LONGEST for start, end in wide) else wide
    return None


def _holding(form: str, chunks: Chunks) -> list[Chunk] | None:
    return chunks.starting(literal_start(form)) if has_wildcard(form) else chunks.holding(form)


def _lies_in(chunk: Chunk, within: Chunk) -> bool:
    return within[0] <= chunk[0] and chunk[1] <= within[1]


def _cut(chunk: Chunk, within: Chunk) -> Chunk:
    return max(chunk[0], within[0]), min(chunk[1], within[1])


@lru_cache(maxsize=1 << 14)
def _anchors(chain: tuple[Link, ...]) -> tuple[_Anchor, ...]:
    """One for each link, the first of that which is likely to be the rarest: its longest form
    says, of the shortest way."""
    lengths = [max(map(len, link)) for link in chain]
    made = []
    for number, link in enumerate(chain):
        forms = [max(row, key=len) for row in link]
        own = lengths[number] - 1
        before, after = sum(lengths[:number]) + own, sum(lengths[number + 1 :]) + own
        made.append((-min(map(len, forms)), number, (frozenset(forms), before, after)))
    return tuple(anchor for _, _, anchor in sorted(made))


def phrase_in(text: str, chain: Sequence[Link]) -> set[Token]:
    """Each place as one token without a form; its kind is SIGN if that of its first or last is."""
    found = tokens(text)
    breaks = _breaks(text, found) if "\n" in text else frozenset()
    reached: set[Token] | None = None
    for link in chain:
        ahead: set[Token] = set()
        for row in link:
            way = reached
            for form in row:
                is_meant = _meaning(form)
                fitting = [one for one in found if is_meant(one)]
                way = _nameless(fitting) if way is None else _followed(way, fitting, breaks)
            ahead |= way or set()
        reached = ahead
    return reached or set()


def _meaning(form: str) -> Callable[[Token], bool]:
    """Which tokens a form means.  `at*` does not mean `at&t`: there is the bare word as well."""
    if not has_wildcard(form):
        return lambda token: token.form == form
    prefix, has_sign = literal_start(form), not SIGNS.isdisjoint(form)
    is_start = form.rstrip("*") == prefix
    return lambda token: (
        token.form.startswith(prefix)
        and (has_sign or token.kind is not Kind.SIGN)
        and (is_start or is_like(form, token.form))
    )


def _nameless(found: list[Token]) -> set[Token]:
    return {one._replace(form="") for one in found}


def _followed(places: set[Token], found: list[Token], breaks: frozenset[int]) -> set[Token]:
    following: dict[int, list[Token]] = {}
    for one in found:
        if one.first not in breaks:
            following.setdefault(one.first, []).append(one)
    return {
        Token("", place.first, one.last, place.start, one.end, max(place.kind, one.kind))
        for place in places
        for one in following.get(place.last + 1, ())
    }


def _breaks(text: str, found: list[Token]) -> frozenset[int]:
    """Positions of the first word of each paragraph but the first."""
    later = [start for start, _ in paragraphs(text)[1:]]
    return frozenset(
        next((one.first for one in found if one.start >= start), -1) for start in later
    )
