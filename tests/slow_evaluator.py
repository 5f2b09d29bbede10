"""The obvious way to ask a query of an item: every place, every pair, every chain.

Written from the clauses of the rule language, which the comments name, and held against the
product by the cases and the property tests.  Shares with it the tree and `monitor.text` (tokens,
folding, paragraphs), nothing else.  Clear, not quick: a chain costs the product of its places.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from urllib.parse import urlsplit

import re2

from monitor.model import Answer, Item
from monitor.rules import tree
from monitor.text import paragraphs
from slow_words import is_whole, rows, sentences

Places = set[tuple[str, int, int]]


@dataclass(frozen=True)
class Space:
    """A text in which something is looked for (13); None: nothing is known of it."""

    field: str
    text: str | None
    offset: int = 0  # where it begins in the stored text
    is_open: bool = False  # there is more of it than we have
    lang: str | None = None


@dataclass(frozen=True)
class Hit:
    """An occurrence or the extent of a NEAR: positions first..last, the leaves' places in it."""

    first: int
    last: int
    places: frozenset[tuple[tree.Leaf, int, int]]

    @property
    def start(self) -> int:
        return min(start for _, start, _ in self.places)

    @property
    def end(self) -> int:
        return max(end for _, _, end in self.places)


def answer(
    node: tree.Node, item: Item, source_id: str, field: str = tree.DEFAULT_FIELD
) -> tuple[Answer, Places]:
    """The answer, and for a yes all its places: (field, start, end)."""
    if isinstance(node, tree.Field):
        return answer(node.part, item, source_id, node.name)
    if isinstance(node, tree.Not):
        said, _ = answer(node.part, item, source_id, field)
        return {Answer.YES: Answer.NO, Answer.NO: Answer.YES}.get(said, said), set()
    if isinstance(node, tree.And):
        parts = [answer(part, item, source_id, field) for part in node.parts]
        return combined(parts, weakest=True)
    if isinstance(node, tree.Or):
        parts = [answer(part, item, source_id, field) for part in node.parts]
        return combined(parts, weakest=False)
    spaces = spaces_of(item, source_id, field)
    return combined([asked(node, space, field) for space in spaces], weakest=False)


def combined(parts: list[tuple[Answer, Places]], *, weakest: bool) -> tuple[Answer, Places]:
    """AND (the weakest answer) or OR (the strongest), with the places of every part that is yes."""
    order = [Answer.NO, Answer.UNKNOWN, Answer.YES]
    ranks = [order.index(said) for said, _ in parts]
    result = order[min(ranks) if weakest else max(ranks, default=0)]
    if result is not Answer.YES:
        return result, set()
    return result, {place for said, found in parts if said is Answer.YES for place in found}


def asked(node: tree.Node, space: Space, field: str) -> tuple[Answer, Places]:
    """A leaf, a NEAR or an ATLEAST, asked of one space (13)."""
    if space.text is None:
        return Answer.UNKNOWN, set()
    if sure := hits(node, space, field, maybes=False):
        return Answer.YES, places_of(sure, space)
    if space.is_open or hits(node, space, field, maybes=True):
        return Answer.UNKNOWN, set()
    return Answer.NO, set()


def places_of(found: list[Hit], space: Space) -> Places:
    """All places of the hits; what lies inside another place of the same leaf is left out (14)."""
    held = {place for hit in found for place in hit.places}
    return {
        (space.field, start + space.offset, end + space.offset)
        for leaf, start, end in held
        if not any(
            other == leaf and (s, e) != (start, end) and s <= start and end <= e
            for other, s, e in held
        )
    }


# --- the spaces of a field (7, 13)


def spaces_of(item: Item, source_id: str, field: str) -> list[Space]:
    lang = item.lang
    title = Space("title", item.title, lang=lang)
    body = Space("body", item.body, is_open=item.partial, lang=lang)
    if field == "text":
        return [title, body]
    if field == "lead":
        start, end = next(iter(paragraphs(item.body or "")), (0, 0))
        text = item.body if item.body is None else item.body[start:end]
        return [Space("body", text, start, item.partial, lang)]
    if field in ("tag", "author"):
        values = item.tags if field == "tag" else item.authors
        if values is None:
            return [Space(field, None)]
        starts = [sum(len(value) + 1 for value in values[:n]) for n in range(len(values))]
        return [Space(field, *each, lang=lang) for each in zip(values, starts, strict=True)]
    if field == "source":
        return [Space(field, source_id)]
    if field == "site":
        return [Space(field, host_of(item.url))]
    return [title if field == "title" else body if field == "body" else single(item, field)]


def single(item: Item, field: str) -> Space:
    return Space(field, getattr(item, field), lang=item.lang)


def host_of(url: str | None) -> str | None:
    try:
        host = urlsplit(url or "").hostname
    except ValueError:
        return None
    return host.removeprefix("www.") if host else None


# --- what is found in one space


def hits(node: tree.Node, space: Space, field: str, *, maybes: bool) -> list[Hit]:
    """Where `node` holds in the space; `maybes`: those of `cs:` count as if they were sure (9)."""
    if isinstance(node, tree.Or):
        parts = [hits(part, space, field, maybes=maybes) for part in node.parts]
        return [hit for part in parts for hit in part]
    if isinstance(node, tree.Near):
        return near(node, space, field, maybes)
    if isinstance(node, tree.AtLeast):
        found = hits(node.part, space, field, maybes=maybes)
        return found if most_apart(found) >= node.count else []
    if isinstance(node, tree.Regex):
        places = [m.span() for m in compiled(node).finditer(space.text) if m.end() > m.start()]
        return [Hit(0, 0, frozenset({(node, *place)})) for place in places]
    if field in tree.WHOLE_FIELDS:
        is_equal = any(is_whole(part, space.text) for part in entries_of(node))
        return [Hit(0, 0, frozenset({(node, 0, len(space.text))}))] if is_equal else []
    return [
        Hit(row[0].first, row[-1].last, frozenset({(node, row[0].start, row[-1].end)}))
        for part in entries_of(node)
        for row in rows(part, space.text, space.lang, maybes)
    ]


def entries_of(node: tree.Leaf) -> tuple[tree.Leaf, ...]:
    return node.entries if isinstance(node, tree.Listed) else (node,)


@cache
def compiled(node: tree.Regex) -> re2._Regexp:
    options = re2.Options()
    options.case_sensitive = not node.ignores_case
    options.log_errors = False
    return re2.compile(node.pattern, options)


def most_apart(found: list[Hit]) -> int:
    """How many non-overlapping occurrences there are, counted from the left (12)."""
    count, reached = 0, -1
    for hit in sorted(found, key=lambda hit: (hit.first, hit.last)):
        if hit.first > reached:
            count, reached = count + 1, hit.last
    return count


# --- NEAR and its kin (8)


def near(node: tree.Near, space: Space, field: str, maybes: bool) -> list[Hit]:
    lefts = hits(node.left, space, field, maybes=maybes)
    # A maybe that stands in the way of a NOT NEAR weighs the other way round (13).
    rights = hits(node.right, space, field, maybes=maybes != node.free)
    if node.free:
        return [
            left
            for left in lefts
            if not any(share(left, right) or fit(node, left, right, space) for right in rights)
        ]
    return list(
        {
            Hit(
                min(left.first, right.first),
                max(left.last, right.last),
                left.places | right.places,
            )
            for left in lefts
            for right in rights
            if not share(left, right) and fit(node, left, right, space)
        }
    )


def share(one: Hit, other: Hit) -> bool:
    """Whether the two have a token in common."""
    return one.first <= other.last and other.first <= one.last


def fit(node: tree.Near, left: Hit, right: Hit, space: Space) -> bool:
    if node.reach in (tree.Reach.SENT, tree.Reach.PARA):
        passages = (sentences if node.reach is tree.Reach.SENT else paragraphs)(space.text)
        start, end = min(left.start, right.start), max(left.end, right.end)
        return any(first <= start and end <= last for first, last in passages)
    if node.reach is tree.Reach.ONEAR and left.first > right.first:
        return False
    before, after = sorted((left, right), key=lambda hit: hit.first)
    return after.first - before.last - 1 <= node.words
