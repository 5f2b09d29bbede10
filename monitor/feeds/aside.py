"""Elements whose inside is not the feed's or an entry's own: an image, a person, another's source.

They are passed over where only what is known stands in them; else they are a doubt.
"""

from __future__ import annotations

from collections.abc import Mapping
from xml.etree.ElementTree import Element

from monitor.feeds.doubts import Doubt, Doubtful
from monitor.feeds.elements import NONE, Aside, Attributes, Position, attributes_of
from monitor.feeds.names import has_meaning
from monitor.feeds.tables import (
    ALL_TEXTS,
    IMAGE,
    NOTHING,
    PERSON,
    PERSONS,
    SOURCE,
    TAKEN,
    TEXT_INPUT,
    Read,
    Table,
)

DEEPEST = 40


class Asides:
    """`called` has feedparser's name for each tag."""

    def __init__(self, called: Mapping[str, str], position: Position) -> None:
        self._called = called
        self._position = position

    def read(self, node: Element, table: Table, doubt: Doubt, depth: int) -> Aside:
        """What stands in `node`, which must be in `table`.  Raises Doubtful."""
        if depth > DEEPEST:
            raise Doubtful(Doubt.DEEP)
        aside = Aside(self._position)
        for child in node:
            name = self._called[child.tag]
            self._position.depth = depth
            if table in (IMAGE, TEXT_INPUT) and name not in table:
                raise Doubtful(doubt)
            if not len(child):
                if read := row(name, table, doubt):
                    read(aside, given_of(child), text_of(child))
            elif table is SOURCE and name in PERSONS:
                self.read(child, PERSON, doubt, depth + 1)
            else:
                check_unknown(name, table)
                self.read(child, NOTHING, doubt, depth + 1)
        return aside


def row(name: str, table: Table, doubt: Doubt) -> Read | None:
    """What reads an element, None for one to be passed over."""
    if name in table:
        return table[name]
    if name in TAKEN or has_meaning(name):
        raise Doubtful(doubt)
    return None


def check_unknown(name: str, table: Table) -> None:
    """That an element with others in it may be seen through, as feedparser does."""
    if name in ALL_TEXTS:
        raise Doubtful(Doubt.MARKUP)
    if name in table or name in TAKEN or has_meaning(name):
        raise Doubtful(Doubt.IMAGE if name == "image" else Doubt.NESTED)


def given_of(node: Element) -> Attributes:
    items = node.items()
    return attributes_of(items) if items else NONE


def text_of(node: Element) -> str:
    return (node.text or "").strip()
