"""Read the entries of a named list, of `any`, `all` and `none`: each a phrase, or `cs:` and one.

No operators: what stands in an entry is text, but for wildcards and `\\`.
"""

from __future__ import annotations

import re

from monitor.rules.tree import Cased, Phrase

_CASED = "cs:"
_UNESCAPED_QUOTE = re.compile(r'(\\.)|(["“”„])|\\\Z', re.DOTALL)


def entry(text: str, position: int = 0) -> Phrase | Cased:
    """What an entry asks for."""
    text = text.strip()
    if text.startswith(_CASED):
        return Cased(Phrase(_quotable(text[len(_CASED) :].strip()), position), position)
    return Phrase(_quotable(text), position)


def _quotable(text: str) -> str:
    """As it can stand between double quotes: they, and a last `\\`, are text here."""
    return _UNESCAPED_QUOTE.sub(lambda found: found[1] or "\\" + found[0], text)
