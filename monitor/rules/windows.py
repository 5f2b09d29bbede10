"""Where a phrase stands in a text of which little can hold it: the words around its rarest one.

Nothing of these is indexed: for a few words that is the quickest, and for more it is not.
"""

from __future__ import annotations

from functools import lru_cache

from monitor.rules.hits import Stretches, outermost
from monitor.rules.phrases import Link, asks_for_sign, has_wildcard, links, literal_start
from monitor.rules.regexes import is_like
from monitor.text import Chunk, Chunks, Kind, Token, paragraphs, tokens

_LONGEST = 1000  # a window of more characters is no window

# Forms one of which each place holds, and how many words it has before them and behind them.
_Anchor = tuple[frozenset[str], int, int]


def around_rarest(written: str, chunks: Chunks) -> Stretches | None:
    """Where a word or phrase stands in the text; None where `windows` has none."""
    chain, plain = links(written), plain_words(written)
    places = chunks.plainly(plain) if plain else None
    if places is None:
        found = windows(chain, chunks)
        if found is None:
            return None
        text = chunks.text
        places = [
            (start + one.start, start + one.end)
            for start, end in found
            for one in phrase_in(text[start:end], chain)
        ]
    return outermost(places) if len(places) > 1 else Stretches(places)


def windows(
    chain: tuple[Link, ...], chunks: Chunks, within: Chunk | None = None
) -> list[Chunk] | None:
    """Stretches that hold all places of the phrase; None if they are too many or too long."""
    for forms, before, after in _anchors(chain):
        found = [_holding(form, chunks) for form in forms]
        if None not in found:
            some = {chunk for held in found for chunk in held or ()}
            if within is not None:
                # What holds blanks that are not of ASCII may reach beyond it.
                some = {one for one in some if one[1] > within[0] and one[0] < within[1]}
            if before or after:
                some = {chunks.widened(one, before, after) for one in some}
            if within is not None:
                some = {(max(one[0], within[0]), min(one[1], within[1])) for one in some}
            return None if any(end - start > _LONGEST for start, end in some) else list(some)
    return None


@lru_cache(maxsize=1 << 14)
def plain_words(written: str) -> str:
    """What a word or phrase asks for as letters with blanks between, if it is words of two letters
    of ASCII or more, each in one way; else nothing."""
    chain = links(written)
    is_plain = all(
        len(link) == 1 == len(link[0])
        and len(link[0][0]) > 1
        and link[0][0].isascii()
        and link[0][0].isalpha()
        for link in chain
    )
    return " ".join(link[0][0] for link in chain) if is_plain else ""


def _holding(form: str, chunks: Chunks) -> list[Chunk] | None:
    return chunks.starting(literal_start(form)) if has_wildcard(form) else chunks.holding(form)


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


def phrase_in(text: str, chain: tuple[Link, ...]) -> list[Token]:
    """Each place as one token, perhaps twice; its form says nothing, and its kind is SIGN if that
    of its first or last is."""
    found = tokens(text)
    breaks = _breaks(text, found) if "\n" in text else frozenset()
    reached: list[Token] | None = None
    for link in chain:
        ahead: list[Token] = []
        for row in link:
            way = reached
            for form in row:
                meant = _meant(form, found)
                way = meant if way is None else _followed(way, meant, breaks)
            ahead += way or ()
        reached = ahead if len(link) == 1 else list({one[1:]: one for one in ahead}.values())
    return reached or []


def _meant(form: str, found: list[Token]) -> list[Token]:
    """The tokens that a form means.  `at*` does not mean `at&t`: there is the bare word as well."""
    if not has_wildcard(form):
        return [token for token in found if token[0] == form]
    prefix, has_sign = literal_start(form), asks_for_sign(form)
    is_start = form.rstrip("*") == prefix
    return [
        token
        for token in found
        if token.form.startswith(prefix)
        and (has_sign or token.kind is not Kind.SIGN)
        and (is_start or is_like(form, token.form))
    ]


def _followed(places: list[Token], found: list[Token], breaks: frozenset[int]) -> list[Token]:
    following: dict[int, list[Token]] = {}
    for one in found:
        if one.first not in breaks:
            following.setdefault(one.first, []).append(one)
    return [
        Token("", place.first, one.last, place.start, one.end, max(place.kind, one.kind))
        for place in places
        for one in following.get(place.last + 1, ())
    ]


def _breaks(text: str, found: list[Token]) -> frozenset[int]:
    """Positions of the first word of each paragraph but the first."""
    later = [start for start, _ in paragraphs(text)[1:]]
    return frozenset(
        next((one.first for one in found if one.start >= start), -1) for start in later
    )
