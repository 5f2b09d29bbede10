"""What a word or phrase of a query asks for, as forms of tokens.

The text side carries every alternate form; the query side asks for one thing, or for a compound
either in its parts or joined.  A form may hold wildcards: `*` and `?` never belong to a token.
Finds nothing itself: that is `spaces.Space`.
"""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import chain, islice

from monitor.text import Kind, Token, exact_forms, tokens

# One link of a phrase: ways to satisfy it, each a row of forms at consecutive positions.
Link = tuple[tuple[str, ...], ...]

WILDCARDS = "*?"
FEWEST_LITERAL = 3  # characters of a token before its first wildcard

_ESCAPE = re.compile(r"\\(.)|([*?])", re.DOTALL)
# A wildcard is read as a letter that no fold changes and nobody writes, so that it parts no word.
# Cuneiform to Bamum, and Tangut: more letters than a query may have.
_STAND_INS = (range(0x12000, 0x16A39), range(0x17000, 0x18CD6))
_SIGNS = "#@$."


@lru_cache(maxsize=1 << 14)
def links(written: str, *, exact: bool = False) -> tuple[Link, ...]:
    """What a word or phrase asks for, link after link; empty if it holds no token.

    `al-Qaeda cell` is ((al, qaeda), (alqaeda)) then ((cell)); `C++` asks for its sign, as does
    `AT&T`.  `exact`: the forms keep case and marks.
    """
    if written.isascii() and written.replace(" ", "").isalnum():
        return tuple(((form,),) for form in (written if exact else written.lower()).split())
    text, stand_ins = _readable(written)
    found = tokens(text)
    if exact:
        found = [
            t._replace(form=form) for t, form in zip(found, exact_forms(text, found), strict=True)
        ]
    if stand_ins:
        found = [token._replace(form=token.form.translate(stand_ins)) for token in found]
    words = [token for token in found if token.kind is Kind.WORD]
    wider = _signs(found)
    wanted = {p for token in wider.values() for p in range(token.first, token.last + 1)}
    for token in found:
        if token.kind is Kind.JOINED and wanted.isdisjoint(range(token.first, token.last + 1)):
            wider[token.first] = token
    return tuple(_chain(words, wider))


def pattern(written: str) -> str:
    """What a whole value is compared with, not folded: `*` is any, all else itself."""
    return _ESCAPE.sub(lambda found: found[1] or ("\0" if found[2] == "*" else "?"), written)


def has_wildcard(form: str) -> bool:
    return "*" in form or "?" in form


def asks_for_sign(form: str) -> bool:
    """Whether it means words with their sign: `#tag*`, not `3.5*`."""
    return form[0] in _SIGNS or form[-1] in "+#" or "&" in form


def literal_start(form: str) -> str:
    """The characters before the first wildcard."""
    return re.split(r"[*?]", form, maxsplit=1)[0]


def is_too_short(form: str) -> bool:
    """Whether a wildcard stands too near to the start of its token."""
    return has_wildcard(form) and len(literal_start(form).lstrip(_SIGNS)) < FEWEST_LITERAL


def _readable(written: str) -> tuple[str, dict[int, str]]:
    """The text without escapes, letters in place of wildcards, and which letters those are."""
    if not any(sign in written for sign in "*?\\"):
        return written, {}
    letters = filter(str.isalpha, map(chr, chain.from_iterable(_STAND_INS)))
    free = islice((letter for letter in letters if letter not in written), 2)
    stand_ins = dict(zip(WILDCARDS, free, strict=True))
    text = _ESCAPE.sub(lambda found: found[1] or stand_ins[found[2]], written)
    return text, {ord(letter): sign for sign, letter in stand_ins.items()}


def _signs(found: list[Token]) -> dict[int, Token]:
    """The forms with signs by position: of those that overlap, the one that holds most."""
    signs = sorted(
        (token for token in found if token.kind is Kind.SIGN),
        key=lambda token: (token.first, -token.last, -len(token.form)),
    )
    chosen: dict[int, Token] = {}
    reached = -1
    for token in signs:
        if token.first > reached:
            chosen[token.first] = token
            reached = token.last
    return chosen


def _chain(words: list[Token], wider: dict[int, Token]) -> list[Link]:
    chain: list[Link] = []
    at = 0
    while at < len(words):
        token = wider.get(at, words[at])
        parts = tuple(word.form for word in words[at : token.last + 1])
        chain.append((parts, (token.form,)) if token.kind is Kind.JOINED else ((token.form,),))
        at = token.last + 1
    return chain
