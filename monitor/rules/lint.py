"""What is wrong with a query that can be read: its meaning is empty, unsafe, or not to be had.

Looks at the query alone, never at the archive.
"""

from __future__ import annotations

from collections.abc import Iterator

from monitor.errors import QueryProblem
from monitor.model import Answer
from monitor.rules.logic import all_of, any_of, opposite
from monitor.rules.phrases import has_wildcard, is_too_short, links, pattern
from monitor.rules.regexes import refusal
from monitor.rules.tree import (
    CASED_FIELDS,
    LEAVES,
    WHOLE_FIELDS,
    And,
    AtLeast,
    Cased,
    Field,
    Forms,
    Leaf,
    Listed,
    Near,
    Node,
    Not,
    Regex,
    Term,
    Word,
    leaf_text,
    leaves,
    parts_of,
    unescaped,
)
from monitor.text import Kind, exact_forms, tokens

# Words that are also written as acronyms, then English function words, of up to four letters.
_COMMON_WORDS = """
    us it who un ice aid mod
    a an the this that such some any all both each few more most much many none no not
    and or but nor so yet if as than then when what how why
    at by for from in into of off on onto out over per to up upon via with down near past till
    i me my we our ours you your he him his she her hers its they them one whom
    am is are was were be been do does did done has have had may must can will
"""
_COMMON = frozenset(_COMMON_WORDS.split())
_LONGEST_COMMON = max(map(len, _COMMON))


def lint(node: Node) -> list[QueryProblem]:
    """All problems of a parsed query, in the order of their positions."""
    problems = [problem for field, leaf in leaves(node) for problem in _of_leaf(field, leaf)]
    problems += _of_whole_fields(node)
    if _when_all_absent(node) is Answer.YES:
        message = "this matches what holds none of its words: say what must be there, with AND"
        problems.append(QueryProblem("E-NEG", next(_nots(node)).position, message))
    return sorted(problems, key=lambda problem: problem.position)


def _of_leaf(field: str, leaf: Leaf) -> Iterator[QueryProblem]:
    if isinstance(leaf, Regex):
        if why := refusal(leaf.pattern, leaf.ignores_case):
            yield QueryProblem("E-REGEX", leaf.position, why)
    elif isinstance(leaf, Forms):
        yield from _of_forms(leaf)
    elif isinstance(leaf, Listed):
        for entry in leaf.entries:
            yield from _of_leaf(field, entry)
    elif isinstance(leaf, Cased):
        yield from _of_word("url" if field in WHOLE_FIELDS else field, leaf.part, cased=True)
    else:
        yield from _of_word(field, leaf)


def _of_word(field: str, word: Word, *, cased: bool = False) -> Iterator[QueryProblem]:
    text, at = leaf_text(word), word.position
    is_whole = field in WHOLE_FIELDS
    rows = [row for link in links(word.written) for row in link]
    if is_whole and word.written and not pattern(word.written).strip("\0"):
        yield QueryProblem("E-WILD", at, "`*` alone would be any value: leave the field out")
    elif not is_whole and any(is_too_short(form) for row in rows for form in row):
        message = "a wildcard stands after at least three characters of its word, as in bomb*"
        yield QueryProblem("E-WILD", at, message)
    elif not (any(map(str.isalnum, text)) if is_whole else rows):
        shown = f"`{word.written}`" if isinstance(word, Term) else f'`"{word.written}"`'
        yield QueryProblem("E-EMPTY", at, f"{shown} holds no letter and no digit")
    elif field in CASED_FIELDS and not cased and (common := _common_in_capitals(word)):
        lower = common.lower()
        yield QueryProblem(
            "E-ACRO",
            at,
            f"{common} is also the word `{lower}`, and would find it: write cs:{common} for the "
            f"capitals alone, {lower} if the word is wanted",
        )


def _common_in_capitals(word: Word) -> str | None:
    """The one word without its dots, if it is in capitals and a common English word."""
    if set("*?").intersection(unescaped(word.written)):
        return None
    text = leaf_text(word)
    found = tokens(text)
    if len(found) != 1 or found[0].kind is not Kind.WORD:
        return None
    bare = exact_forms(text, found)[0]
    known = len(bare) <= _LONGEST_COMMON and bare.lower() in _COMMON
    return bare if known and bare.isupper() else None


def _of_forms(leaf: Forms) -> Iterator[QueryProblem]:
    written = leaf.word.written
    kinds = [token.kind for token in tokens(leaf_text(leaf.word)) if token.kind != Kind.ALTERNATE]
    if kinds != [Kind.WORD] or has_wildcard(unescaped(written)):
        message = f"`forms:` takes one plain word, not `{written}`"
        yield QueryProblem("E-FORMS", leaf.position, message)


def _of_whole_fields(node: Node, field: str = "text") -> Iterator[QueryProblem]:
    """What a field that is compared as a whole cannot be asked."""
    if isinstance(node, Field):
        field = node.name
    if field in WHOLE_FIELDS and (position := _asks_words(node)) is not None:
        message = (
            f"`{field}:` is compared as a whole: it takes words, phrases, lists and regular "
            "expressions under AND, OR and NOT, nothing else"
        )
        yield QueryProblem("E-FIELD", position, message)
        return
    for part in parts_of(node):
        yield from _of_whole_fields(part, field)


def _asks_words(node: Node) -> int | None:
    """Where it asks for words beside words or for their case; None if it does not."""
    if isinstance(node, Near | AtLeast | Cased | Forms):
        return node.position
    has_cased = isinstance(node, Listed) and any(isinstance(one, Cased) for one in node.entries)
    return node.position if isinstance(node, Listed) and has_cased else None


def _when_all_absent(node: Node) -> Answer:
    """The answer for an item that holds none of the leaves."""
    if isinstance(node, (*LEAVES, Near, AtLeast)):
        return Answer.NO
    if isinstance(node, Not):
        return opposite(_when_all_absent(node.part))
    combine = all_of if isinstance(node, And) else any_of
    return combine(map(_when_all_absent, parts_of(node)))


def _nots(node: Node) -> Iterator[Not]:
    if isinstance(node, Not):
        yield node
    for part in parts_of(node):
        yield from _nots(part)
