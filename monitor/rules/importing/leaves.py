"""Lucene's words, phrases, regular expressions and ranges, one at a time."""

from __future__ import annotations

import re
from dataclasses import dataclass

from monitor.rules.importing.building import Draft, is_distance, literal, near, word
from monitor.rules.phrases import links
from monitor.rules.tree import Node, Phrase, Regex

_PHRASE = re.compile(r'"((?:\\.|[^"\\])*)"(?:~(\d+)(?:\.\d*)?)?', re.DOTALL)
_REGEX = re.compile(r"/((?:\\.|[^/\\])*)/", re.DOTALL)
_RANGE = re.compile(r"[\[{].*?[\]}]|[<>]=?\s*[^\s()]*", re.DOTALL)
_WORD = re.compile(r"(?:\\.|[^\s\\()\"~^\[\]{}:]|:(?!\s))+", re.DOTALL)
_FUZZY = re.compile(r"~\d*(?:\.\d+)?")
_ANYTHING = re.compile(r"\*(?=[\s)^]|\Z)")
_PIECE = re.compile(r"\\(.)|([*?])|(.)", re.DOTALL)
# Operators that only Lucene's regular expressions have.
_OWN_OPERATORS = re.compile(r'(?<!\\)[~<>&@#"]')


@dataclass(frozen=True, slots=True)
class Leaf:
    """What was read, up to `end`; None where it was refused or means nothing."""

    node: Node | None
    end: int


@dataclass(frozen=True, slots=True)
class Existence:
    """`field:*` and the like, up to `end`; `why` it cannot be had."""

    end: int
    why: str


def existence(query: str, at: int, field: str) -> Existence | None:
    """Where a field is only asked to be there."""
    if field == "_exists_":
        named = _WORD.match(query, at)
        return Existence(named.end() if named else at, "whether a field is there cannot be asked")
    if anything := _ANYTHING.match(query, at):
        what = (
            "everything matches `*:*`" if field == "*" else "any value at all cannot be asked for"
        )
        return Existence(anything.end(), f"{what}: say what must be there")
    return None


def read(query: str, at: int, draft: Draft) -> Leaf:
    """Raises QueryError where what follows cannot be told any more."""
    letter = query[at]
    if letter == '"':
        return _phrase(query, at, draft)
    if letter == "/":
        return _regex(query, at, draft)
    if span := _RANGE.match(query, at):
        draft.refuse(
            "E-IMPORT", at, "ranges cannot be asked for: articles are not compared by size"
        )
        return Leaf(None, span.end())
    return _word(query, at, draft)


def _phrase(query: str, at: int, draft: Draft) -> Leaf:
    found = _PHRASE.match(query, at)
    if found is None:
        raise draft.broken(at, "this double quote is never closed")
    written = _written(found[1])
    if re.search(r"(?<!\\)[*?]", written):
        message = (
            "in quotes Lucene takes `*` and `?` for text, which its index ignores; here they are "
            "wildcards"
        )
        draft.note("N-STAR", at, message)
    words = [word(part, at) for part in written.split()]
    digits = found[2] or "0"
    distance = int(digits) if is_distance(digits) else None
    if distance == 0 or len(words) < 2:
        return Leaf(Phrase(written, at), found.end())
    if distance is None:
        draft.refuse("E-IMPORT", at, f"words are at most 50 apart here, not {digits}")
        return Leaf(None, found.end())
    draft.note("N-SLOP", at, _slop(len(words), distance))
    return Leaf(near(words, distance, at), found.end())


def _slop(words: int, distance: int) -> str:
    if words == 2:
        return f"Lucene counts two for a change of order; NEAR/{distance} takes either order alike"
    return (
        f"Lucene shares ~{distance} out among all {words} words; here each may be {distance} words "
        "from the one before it"
    )


def _regex(query: str, at: int, draft: Draft) -> Leaf:
    found = _REGEX.match(query, at)
    if found is None:
        raise draft.broken(at, "this regular expression is never closed")
    if own := _OWN_OPERATORS.search(found[1]):
        message = (
            f"`{own[0]}` is an operator of Lucene's own regular expressions; RE2 has none such"
        )
        draft.refuse("E-IMPORT", at, message)
        return Leaf(None, found.end())
    message = (
        "Lucene asks each word of its index; here the text is searched as it stands, from one "
        "word's edge to another's, where `.` may be a blank"
    )
    draft.note("N-REGEX", at, message)
    pattern = found[1].replace("\\/", "/")
    return Leaf(Regex(rf"\b(?:{pattern})\b", ignores_case=True, position=at), found.end())


def _word(query: str, at: int, draft: Draft) -> Leaf:
    found = _WORD.match(query, at)
    if found is None or query[found.end() : found.end() + 1] == "\\":
        end = found.end() if found else at
        raise draft.broken(end, f"`{query[end]}` cannot stand here; `\\` before it makes it text")
    end = found.end()
    if fuzzy := _FUZZY.match(query, end):
        message = "words that are only alike cannot be asked for: write the spellings, OR-ed"
        draft.refuse("E-IMPORT", at, message)
        return Leaf(None, fuzzy.end())
    written = _written(found[0])
    asked = links(written) if any(map(str.isalnum, written)) else ()
    if not asked:
        draft.refuse("E-EMPTY", at, f"`{found[0]}` holds no letter and no digit")
        return Leaf(None, end)
    if len(asked) > 1 or len(asked[0][0]) > 1:
        message = f"`{found[0]}` is a phrase here; Lucene may take its parts for alternatives"
        draft.note("N-PARTS", at, message)
    draft.note_case(written, at)
    return Leaf(word(written, at), end)


def _written(text: str) -> str:
    """With its escapes resolved where they are needed for Lucene alone."""
    return "".join(
        literal(escaped or plain) if escaped or plain else wildcard
        for escaped, wildcard, plain in _PIECE.findall(text)
    )
