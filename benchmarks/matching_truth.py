"""What the answers must be, found another way: slowly, by writing down all that an item holds.

Phrases: every run of one, two and three words of an item is looked up among the rules, places and
all.  It shares the tokeniser with the matcher, nothing else.  Other queries: the slow evaluator of
the tests.  Knows no program and no speed.
"""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Sequence
from typing import Any

import kit
from matching_items import Story
from monitor.errors import QueryError
from monitor.model import Answer, Item, Span
from monitor.rules import Node, parse
from monitor.text import Token, paragraphs, tokens

Places = list[tuple[str, int, int]]
LONGEST = 3


def phrases(story: Story, rules: dict[str, int]) -> dict[int, Places]:
    """The numbers of the rules that the item answers, with their places."""
    found: dict[int, set[tuple[str, int, int]]] = {}
    for field, text in (("title", story.title), ("body", story.body)):
        for start, end in paragraphs(text):
            held = [token for token in tokens(text) if start <= token.start and token.end <= end]
            for run in _runs(held):
                number = rules.get(" ".join(token.form for token in run))
                if number is not None:
                    found.setdefault(number, set()).add((field, run[0].start, run[-1].end))
    return {number: _outermost(places) for number, places in found.items()}


def _runs(held: list[Token]) -> list[list[Token]]:
    """Every row of up to three tokens each of which begins where the one before it ends."""
    starting: dict[int, list[Token]] = {}
    for token in held:
        starting.setdefault(token.first, []).append(token)
    rows = found = [[token] for token in held]
    for _ in range(LONGEST - 1):
        rows = [[*row, token] for row in rows for token in starting.get(row[-1].last + 1, ())]
        found = found + rows
    return found


def _outermost(places: set[tuple[str, int, int]]) -> Places:
    """Without those inside another: in a compound its parts and its joined form may both hit."""
    return sorted(
        one
        for one in places
        if not any(
            other != one and other[0] == one[0] and other[1] <= one[1] and one[2] <= other[2]
            for other in places
        )
    )


def differences(
    stories: dict[int, Story], rules: Sequence[str], hits: dict[int, list[Any]]
) -> tuple[int, int]:
    """(answers that differ in rule or place, items looked at)."""
    numbered = {rule: number for number, rule in enumerate(rules)}
    wrong = 0
    for at, story in stories.items():
        said = {number: sorted(map(tuple, places)) for number, places in hits[at]}
        true = phrases(story, numbered)
        wrong += sum(said.get(n) != true.get(n) for n in said.keys() | true.keys())
    return wrong, len(stories)


def slow_differences(
    stories: dict[int, Story], queries: Sequence[str], hits: dict[int, list[Any]], seconds: float
) -> tuple[int, int]:
    """The same for any query, as many items as fit into the time; (0, 0) where tests are not.

    The slow evaluator takes milliseconds a query, so of an item only those are asked that hit or
    could: see `_worth_asking`.  A query that cannot be read is left to who counts failing rules.
    """
    sys.path.insert(0, str(kit.HERE.parent / "tests"))
    try:
        from slow_evaluator import answer
    except ImportError as error:
        print(f"no slow evaluator: {error}", file=sys.stderr)
        return 0, 0
    nodes = {number: node for number, query in enumerate(queries) if (node := _parsed(query))}
    wrong, looked, until = 0, 0, time.monotonic() + seconds
    for at, story in stories.items():
        item = Item("https://bench.test/", story.title, body=story.body, partial=False)
        said = {number: {tuple(place) for place in places} for number, places in hits[at]}
        for number in nodes.keys() & (said.keys() | _worth_asking(story, queries)):
            reply, places = answer(nodes[number], item, "bench")
            true = {_place(place) for place in places} if reply is Answer.YES else None
            wrong += said.get(number) != true
        looked += 1
        if time.monotonic() > until:
            break
    return wrong, looked


def _place(place: Any) -> tuple[str, int, int]:
    return (place.field, place.start, place.end) if isinstance(place, Span) else tuple(place)


def _parsed(query: str) -> Node | None:
    try:
        return parse(query)
    except QueryError:
        return None


def _worth_asking(story: Story, queries: Sequence[str]) -> set[int]:
    """Queries at least one word of which is somewhere in the text, all of them for a phrase."""
    text = f"{story.title} {story.body}".lower()
    found = set()
    for number, query in enumerate(queries):
        held = [word in text for word in re.findall(r"[a-z]{4,}", query.lower())]
        is_phrase = query.startswith('"') and query.endswith('"')
        if (all(held) if is_phrase else any(held)) or not held:
            found.add(number)
    return found
