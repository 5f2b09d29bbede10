"""What a word or phrase of a query asks for, as forms of tokens.

The text side carries every alternate form; the query side asks for one thing, or for a compound
either in its parts or joined.  Finds nothing itself: that is `fields.Space.find`.
"""

from __future__ import annotations

from functools import lru_cache

from monitor.text import Kind, Token, tokens

# One link of a phrase: ways to satisfy it, each a row of forms at consecutive positions.
Link = tuple[tuple[str, ...], ...]


@lru_cache(maxsize=1 << 14)
def links(text: str) -> tuple[Link, ...]:
    """What `text` asks for, link after link; empty if it holds no token.

    `al-Qaeda cell` is ((al, qaeda), (alqaeda)) then ((cell)); `C++` asks for its sign, as does
    `AT&T`.
    """
    found = tokens(text)
    words = [token for token in found if token.kind is Kind.WORD]
    wider = _signs(found)
    wanted = {p for token in wider.values() for p in range(token.first, token.last + 1)}
    for token in found:
        if token.kind is Kind.JOINED and wanted.isdisjoint(range(token.first, token.last + 1)):
            wider[token.first] = token
    return tuple(_chain(words, wider))


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


def needed(text: str) -> frozenset[str]:
    """Forms one of which a text must hold to hold `text`; the longest there are, so the rarest."""
    chain = links(text)
    if not chain:
        return frozenset()
    rows = max(chain, key=lambda link: min(max(map(len, row)) for row in link))
    return frozenset(max(row, key=len) for row in rows)
