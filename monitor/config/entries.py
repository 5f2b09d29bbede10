"""The entries of lists: named lists, `any`, `all`, `none` and `demote`, each a phrase.

Tells what is wrong with each at its own place, so that nobody hears of it who only names the list.
What an entry means is said by `rules.entries`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from monitor.config import nodes
from monitor.config.nodes import Document, Mapping, Place, Scalar, scalars
from monitor.config.traps import shown
from monitor.errors import Mistake, QueryError
from monitor.rules.entries import entry as read_entry
from monitor.rules.printer import show
from monitor.rules.syntax import parse
from monitor.rules.tree import Node

_OPERATOR = re.compile(r"(?:^|\s)(?:AND|OR|NOT|SENT|PARA|(?:O?NEAR|ATLEAST)/\d+)(?=\s|$)")
# In a plain text ` #` begins a comment; one that goes on without a blank was hardly meant as one.
_EATEN = re.compile(r"[ \t]+(#)\S")
_QUOTES = "put the whole text in quotes, '...'"
COMMENT = "YAML takes what follows ` #` for a comment"
# Stands in a list whose own entries are refused, so that what names the list is judged.
_STAND_IN = ("stand-in",)


@dataclass(frozen=True, slots=True)
class Lists:
    """The named lists as queries may name them.

    `faulty` hold a stand-in for what was refused; not `readable`: there may be others.
    """

    entries: dict[str, tuple[str, ...]] = field(default_factory=dict)
    faulty: frozenset[str] = frozenset()
    readable: bool = True


@dataclass(frozen=True, slots=True)
class Read:
    """A query, its tree where it can be read, else each problem's position and sentence."""

    query: str
    node: Node | None
    problems: tuple[tuple[int, str], ...] = ()


def check_lists(document: Document) -> tuple[Lists, list[Mistake]]:
    """The lists of rules.yaml, with every mistake in them."""
    node = document.root.get("lists") if document.root else None
    absent = node is None or (isinstance(node, Scalar) and node.is_null)
    if document.root is None or not (absent or isinstance(node, Mapping)):
        return Lists(readable=False), []
    entries: dict[str, tuple[str, ...]] = {}
    faulty = set()
    mistakes: list[Mistake] = []
    for name, listed in node.entries if isinstance(node, Mapping) else ():
        told = _check_list(document, name, listed)
        mistakes += told
        texts = tuple(one.text for one in scalars(listed))
        sound = not told and isinstance(listed, nodes.Sequence) and len(texts) == len(listed.items)
        entries[name.text] = texts if sound else _STAND_IN
        if not sound:
            faulty.add(name.text)
    return Lists(entries, frozenset(faulty)), mistakes


def _check_list(document: Document, name: Scalar, node: nodes.Node) -> list[Mistake]:
    if isinstance(node, nodes.Sequence) and not node.items:
        problem = f"the list {shown(name.text)} is empty"
        return [document.mistake(name.place, problem, "give it an entry, or delete it")]
    return list(check_entries(document, node))


def check_entries(document: Document, node: nodes.Node | None) -> Iterator[Mistake]:
    """Every mistake in a list of phrases; what is no text is told by the schema."""
    for one in scalars(node):
        yield from check_entry(document, one)


def check_entry(document: Document, entry: Scalar) -> Iterator[Mistake]:
    if trapped := check_quoting(document, entry):
        yield trapped
    elif operator := _OPERATOR.search(entry.text):
        word = operator[0].strip()
        mend = "write a `query: |` for operators, or the word in lower case"
        yield document.mistake(entry.place, f"an entry is one phrase, `{word}` is no word", mend)
    else:
        for problem in _problems(entry.text):
            yield document.mistake(entry.place, problem)


def check_quoting(document: Document, entry: Scalar) -> Mistake | None:
    """What YAML made of an entry without quotes."""
    text = document.text
    if eaten := comment(document, entry):
        return document.mistake(eaten, COMMENT, _QUOTES)
    if entry.style is None and re.match(r"\d,\d", text[entry.end - 1 : entry.end + 2]):
        return document.mistake(entry.place, "YAML ends this entry at the comma", _QUOTES)
    return None


def comment(document: Document, scalar: Scalar) -> Place | None:
    """Where YAML cut a comment off a plain text that was hardly meant as one."""
    eaten = _EATEN.match(document.text, scalar.end) if scalar.style is None else None
    return document.place_at(eaten.start(1)) if eaten else None


def phrase(entry: str) -> str:
    """An entry in the spelling of a query."""
    return show(read_entry(entry))


@lru_cache(maxsize=4096)
def _problems(entry: str) -> tuple[str, ...]:
    return tuple(problem for _, problem in read(phrase(entry)).problems)


def read(query: str, lists: Lists | None = None) -> Read:
    """A query of a rule or route, with the lists that it may name."""
    known = lists or Lists()
    try:
        return Read(query, parse(query, lists=known.entries))
    except QueryError as e:
        told = (p for p in e.problems if p.code != "E-LIST" or known.readable)
        return Read(query, None, tuple((p.position, f"{p.code}: {p.message}") for p in told))
