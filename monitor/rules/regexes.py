"""Regular expressions of the rule language: RE2, whose time is linear in the text.

Searched in a field's text as stored.
"""

from __future__ import annotations

import re
from functools import lru_cache

import re2

from monitor.rules.bits import TooCostly

# What one expression's automaton may take, in bytes: the default of 8 MB for each of thousands is
# too much, and a longer text only makes it build states again.
_MOST_MEMORY = 1 << 20
# Without an automaton RE2 goes over the text with all steps of the expression at once: a few
# nanoseconds for each step and character.
_MOST_WORK = 400_000_000
# A search may read the whole text to find one match, and what is found is places to jump to.
_WORK_FOR_ALL = 200_000_000
_MOST_MATCHES = 1_000


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


def places(pattern: str, ignores_case: bool, text: str) -> tuple[list[tuple[int, int]], bool]:
    """(start, end) of matches that are not empty, in code points, and whether there are more."""
    compiled = _compiled(pattern, ignores_case)
    most = min(_MOST_MATCHES, max(1, _WORK_FOR_ALL // _work(compiled, text)))
    found: list[tuple[int, int]] = []
    for match in compiled.finditer(text):
        if match.start() < match.end():
            if len(found) == most:
                return found, True
            found.append(match.span())
    return found, False


def is_like(pattern: str, text: str, *, any_text: str = "*") -> bool:
    """Whether the whole text fits: `any_text` in the pattern is any, and so is `?` for one letter
    where `*` is."""
    if any_text not in pattern and "?" not in pattern:
        return pattern == text
    if len(pattern) - pattern.count(any_text) > len(text):
        return False
    compiled = _wildcards(pattern, any_text)
    _work(compiled, text)
    return compiled.fullmatch(text) is not None


@lru_cache(maxsize=1 << 10)
def _wildcards(pattern: str, any_text: str) -> re2._Regexp:
    parts = re.split(f"{re.escape(any_text)}+", pattern)
    expression = ".*".join(map(re2.escape, parts))
    if any_text == "*":
        expression = expression.replace(r"\?", ".")
    try:
        return re2.compile(f"(?s){expression}", options())
    except re2.error as error:
        raise TooCostly("too many wildcards in one word for so long a word") from error


def _work(compiled: re2._Regexp, text: str) -> int:
    """What one search may cost.  Raises TooCostly above what there is time for."""
    work: int = compiled.programsize * len(text)
    if work > _MOST_WORK:
        raise TooCostly("the expression is too long for so long a text")
    return max(work, 1)


def _words(error: Exception) -> str:
    said = error.args[0] if error.args else ""
    return said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
