"""The forms of tokens with their case and marks kept, for what asks for exactly these.

As `words` makes a form, less the folding: NFKC stays, and what vanishes inside a word vanishes.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from unicodedata import normalize

from monitor.text.folding import FORMAT
from monitor.text.words import SIGNS_BEFORE, VANISHING, Kind, Token

_IGNORED = re.compile(f"[{FORMAT}]")
_SIGN_AFTER = re.compile(r"[+#]*\Z")
_MOSTLY_CAPITALS = 0.7
_WORD, _SIGN = Kind.WORD, Kind.SIGN


def exact_forms(text: str, tokens: Sequence[Token]) -> list[str]:
    """One form for each token of `text`, in their order; that of an ALTERNATE is its word's."""
    written = {t.first: text[t.start : t.end] for t in tokens if t.kind is _WORD}
    words = {
        at: _exact_letter(one) if len(one) == 1 else _exact(one) for at, one in written.items()
    }
    return [_of_token(token, words) for token in tokens]


def _of_token(token: Token, words: dict[int, str]) -> str:
    if token.first == token.last and token.kind is not _SIGN:
        return words[token.first]
    covered = [words[position] for position in range(token.first, token.last + 1)]
    if token.kind is not _SIGN:
        return "".join(covered)
    before = token.form[0] if token.form[0] in SIGNS_BEFORE else ""
    after = _SIGN_AFTER.search(token.form)
    return before + "&".join(covered) + (after[0] if after else "")


@lru_cache(maxsize=1 << 13)  # in some scripts each is a word
def _exact_letter(written: str) -> str:
    return _exact(written)


def _exact(written: str) -> str:
    return normalize("NFKC", VANISHING.sub("", _IGNORED.sub("", written)))


def is_in_capitals(text: str) -> bool:
    """Whether so much of it is in capitals that case says nothing (70 % of the cased letters)."""
    upper = sum(map(str.isupper, text))
    lower = sum(map(str.islower, text))
    return upper > 0 and upper >= _MOSTLY_CAPITALS * (upper + lower)
