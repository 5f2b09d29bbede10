"""The rule language, case by case: each line of `data/rules` is a query and what must come of it.

A file is a clause or a topic.  The product's two ways of asking, and the slow evaluator that tries
everything, all have to give the answer and the places that are written there.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from ruamel.yaml import YAML

import slow_evaluator
from monitor.errors import QueryError, QueryProblem
from monitor.model import Answer, Item, Match, Span
from monitor.rules import Matcher, ask, check, parse, show
from monitor.settings import Rule

FILES = sorted(Path(__file__).parent.glob("data/rules/*.yaml"))
# What a case may say of its item.  A field that it does not name is unknown, but for these two.
FIELDS = ("title", "body", "url", "section", "lang", "wire", "place")
EMPTY = {"title": "", "body": ""}


def cases(*wanted: str) -> list[object]:
    """Every case that says one of `wanted`, under the name of its file and its query."""
    return [
        pytest.param(case, id=f"{file.stem}: {case['query']}")
        for file in FILES
        for case in YAML(typ="safe").load(file)
        if set(wanted) & set(case)
    ]


def read(case: Mapping[str, object]):
    return check(case["query"], rule=case.get("rule", True), lists=case.get("lists"))


def item_of(case: Mapping[str, object]) -> Item:
    """The item of a case: `text` is short for a body."""
    given = EMPTY | {name: case[name] for name in FIELDS if name in case}
    if "text" in case:
        given["body"] = case["text"]
    lists = {"tags": case.get("tags"), "authors": case.get("author")}
    given |= {name: None if values is None else tuple(values) for name, values in lists.items()}
    return Item(**{"url": "", "partial": case.get("partial", False)} | given)


def written(spans: list[Span], item: Item, source_id: str) -> list[str]:
    """Spans as the cases write them: field, start, the text in between."""
    stored = {"tag": "\n".join(item.tags or ()), "author": "\n".join(item.authors or ())}
    stored |= {"source": source_id, "site": host(item.url)}
    texts = [stored[s.field] if s.field in stored else getattr(item, s.field) for s in spans]
    return [
        f"{span.field} {span.start} {text[span.start : span.end]}"
        for span, text in zip(spans, texts, strict=True)
    ]


def expected(case: Mapping[str, object]) -> tuple[object, object]:
    return case["answer"], case.get("spans", [])


def host(url: str) -> str:
    try:
        return (urlsplit(url).hostname or "").removeprefix("www.")
    except ValueError:
        return ""


def placed(problems: tuple[QueryProblem, ...]) -> list[list[object]]:
    return [[problem.code, problem.position] for problem in problems]


def test_every_clause_has_its_cases():
    """No file has been lost."""
    clauses = {file.name.split("-")[0] for file in FILES}
    assert clauses > {f"c{clause:02}" for clause in range(1, 17)}


@pytest.mark.parametrize("case", cases("error"))
def test_errors(case):
    """A query that is refused names every problem with its code, its place and a sentence."""
    with pytest.raises(QueryError) as refused:
        read(case)
    assert placed(refused.value.problems) == case["error"]
    assert all(problem.message for problem in refused.value.problems)


@pytest.mark.parametrize("case", cases("normal", "notes", "answer"))
def test_queries(case):
    """A query that is read is printed in its normal form, which reads as the same query."""
    node, notes = read(case)
    lists = case.get("lists")
    assert show(node) == case.get("normal", show(node))
    assert parse(show(node), rule=False, lists=lists) == node
    if "normal" in case or "notes" in case:
        assert placed(notes) == case.get("notes", [])


@pytest.mark.parametrize("case", cases("answer"))
def test_answers(case):
    """A query asked of an item answers as written, with the places of a yes in order."""
    item, source_id = item_of(case), case.get("source", "")
    answer, spans = ask(read(case)[0], item, source_id)
    assert (answer, written(spans, item, source_id)) == expected(case)


@pytest.mark.parametrize("case", cases("answer"))
def test_matches(case):
    """The rule, found by the index or not, answers the same."""
    item, source_id = item_of(case), case.get("source", "")
    rule = Rule("r", case["query"], lists=case.get("lists", {}))
    (match,) = Matcher([rule]).match(item, source_id) or (Match("r", Answer.NO),)
    assert match.error is None
    assert (match.answer, written(match.spans, item, source_id)) == expected(case)


@pytest.mark.parametrize("case", cases("answer"))
def test_slow_answers(case):
    """The evaluator that tries everything answers as written too."""
    item, source_id = item_of(case), case.get("source", "")
    answer, places = slow_evaluator.answer(read(case)[0], item, source_id)
    spans = [Span(*place) for place in sorted(places)]
    assert (answer, written(spans, item, source_id)) == expected(case)
