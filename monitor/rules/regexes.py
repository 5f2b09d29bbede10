"""Regular expressions of the rule language: RE2, whose time is linear in the text.

Searched in a field's text as stored.
"""

from __future__ import annotations

import re
from functools import lru_cache

import re2

# What one expression's automaton may take, in bytes: the default of 8 MB for each of thousands is
# too much, and a longer text only makes it build states again.
_MOST_MEMORY = 1 << 20


def options(*, ignores_case: bool = False, memory: int = _MOST_MEMORY) -> re2.Options:
    made = re2.Options()
    made.log_errors = False
    made.case_sensitive = not ignores_case
    made.max_mem = memory
    return made


@lru_cache(maxsize=1 << 12)
def _compiled(pattern: str, ignores_case: bool) -> re2._Regexp:
    return re2.compile(pattern, options(ignores_case=ignores_case))


def refusal(pattern: str, ignores_case: bool) -> str | None:
    """Why an expression cannot be had; None if it can."""
    try:
        compiled = _compiled(pattern, ignores_case)
    except re2.error as error:
        return f"RE2 cannot read /{pattern}/: {_words(error)}"
    except UnicodeEncodeError:
        return f"/{pattern}/ holds half a character, which is no text"
    if compiled.search("") is not None:
        return f"/{pattern}/ matches the empty text, so it is found everywhere"
    return None


def places(pattern: str, ignores_case: bool, text: str) -> list[tuple[int, int]]:
    """(start, end) of each match that is not empty, in code points."""
    found = _compiled(pattern, ignores_case).finditer(text)
    return [match.span() for match in found if match.start() < match.end()]


def is_like(pattern: str, text: str, *, any_text: str = "*") -> bool:
    """Whether the whole text fits: `any_text` in the pattern is any, and so is `?` for one letter
    where `*` is."""
    if any_text not in pattern and "?" not in pattern:
        return pattern == text
    return _wildcards(pattern, any_text).fullmatch(text) is not None


@lru_cache(maxsize=1 << 10)
def _wildcards(pattern: str, any_text: str) -> re2._Regexp:
    parts = re.split(f"{re.escape(any_text)}+", pattern)
    expression = ".*".join(map(re2.escape, parts))
    if any_text == "*":
        expression = expression.replace(r"\?", ".")
    return re2.compile(f"(?s){expression}", options())


def _words(error: Exception) -> str:
    said = error.args[0] if error.args else ""
    return said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
