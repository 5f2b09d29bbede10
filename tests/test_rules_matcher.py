"""Asking rules of items: answers, places, and that the index changes neither."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

import slow_evaluator
from monitor.errors import QueryError
from monitor.model import Answer, Item, Match, Span
from monitor.rules import And, Field, Matcher, Not, Or, Phrase, Term, ask, parse
from monitor.settings import Rule

CASES = YAML(typ="safe").load(Path(__file__).parent / "data" / "rules" / "matches.yaml")

WORDS = ["a", "b", "a-b", "C++", "c", "#a", "U.S.", "us", "l'a", "中国", "国", "ab", "AT&T", "at"]
TEXTS = st.lists(st.sampled_from([*WORDS, "a's", "x", "\n\n", "a b", "."]), max_size=8).map(
    " ".join
)
ITEMS = st.builds(
    Item,
    url=st.just("https://www.example.com/a"),
    title=st.none() | TEXTS,
    body=st.none() | TEXTS,
    lang=st.none() | st.sampled_from(["a", "en"]),
    partial=st.booleans(),
)
LEAVES = st.sampled_from(WORDS).map(Term) | st.lists(
    st.sampled_from(WORDS), min_size=1, max_size=3
).map(" ".join).map(Phrase)
GROUPS = st.recursive(
    LEAVES,
    lambda part: st.one_of(
        part.map(Not),
        st.lists(part, min_size=2, max_size=3).map(tuple).map(And),
        st.lists(part, min_size=2, max_size=3).map(tuple).map(Or),
    ),
    max_leaves=5,
)
FIELDED = st.builds(Field, st.sampled_from(["title", "body", "lead", "source", "lang"]), GROUPS)
NODES = st.recursive(
    GROUPS | FIELDED,
    lambda part: st.one_of(
        part.map(Not),
        st.lists(part, min_size=2, max_size=3).map(tuple).map(And),
        st.lists(part, min_size=2, max_size=3).map(tuple).map(Or),
    ),
    max_leaves=4,
)


def item_of(case: dict[str, object]) -> Item:
    given_fields = {k: v for k, v in case.items() if k in Item.__dataclass_fields__}
    for name in ("tags", "authors"):
        given_fields[name] = tuple(given_fields.get(name, ()))
    return Item(**{"url": "", "title": "", "body": "", "partial": False} | given_fields)


def shown(span: Span, item: Item, source_id: str) -> str:
    stored = {"tag": "\n".join(item.tags), "author": "\n".join(item.authors)}
    stored |= {"source": source_id, "site": "example.com"}
    text = stored[span.field] if span.field in stored else getattr(item, span.field)
    return f"{span.field} {span.start} {text[span.start : span.end]}"


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['query']} {case.get('body')}")
def test_matches(case):
    """Each item answers each query as written beside it, with the places of a yes."""
    item, source_id = item_of(case), case.get("source", "s")
    answer, spans = ask(parse(case["query"]), item, source_id)
    assert answer == {True: "yes", False: "no"}.get(case["answer"], case["answer"])
    assert [shown(span, item, source_id) for span in spans] == case.get("spans", [])
    matches = Matcher([Rule("r", case["query"])]).match(item, source_id)
    assert matches == (() if answer is Answer.NO else (Match("r", answer, spans),))


@given(NODES, ITEMS)
def test_answers_are_those_of_the_slow_evaluator(node, item):
    """Answer and places equal those of an evaluator that tries everything."""
    answer, spans = ask(node, item, "a")
    assert (answer, {(s.field, s.start, s.end) for s in spans}) == slow_evaluator.answer(
        node, item, "a"
    )
    assert list(spans) == sorted(set(spans))


def rules_of(nodes) -> list[Rule]:
    """The nodes that are queries, as rules."""
    rules = []
    for number, node in enumerate(nodes):
        query = printed(node)
        try:
            parse(query)
        except QueryError:
            continue
        rules.append(Rule(str(number), query))
    return rules


def printed(node) -> str:
    """A query with every group in parentheses, whatever its normal form."""
    if isinstance(node, Term):
        return node.written
    if isinstance(node, Phrase):
        return f'"{node.written}"'
    if isinstance(node, Field):
        return f"{node.name}:({printed(node.part)})"
    if isinstance(node, Not):
        return f"(NOT {printed(node.part)})"
    sign = " AND " if isinstance(node, And) else " OR "
    return "(" + sign.join(map(printed, node.parts)) + ")"


@given(st.lists(NODES, max_size=6), ITEMS)
def test_the_index_changes_no_answer(nodes, item):
    """All rules at once answer as each alone, unknowns of partial items included."""
    rules = rules_of(nodes)
    alone = [Match(rule.id, *ask(parse(rule.query), item, "a")) for rule in rules]
    expected = tuple(match for match in alone if match.answer is not Answer.NO)
    assert Matcher(rules).match(item, "a") == expected


@given(NODES, NODES, ITEMS)
def test_and_and_or_commute(one, other, item):
    """The order of operands changes neither answer nor places."""
    for operator in (And, Or):
        assert ask(operator((one, other)), item, "a") == ask(operator((other, one)), item, "a")


@given(NODES, NODES, ITEMS)
def test_de_morgan(one, other, item):
    """NOT (a AND b) answers as NOT a OR NOT b, and the other way round, unknowns included."""
    inner, outer = Not(And((one, other))), Or((Not(one), Not(other)))
    assert ask(inner, item, "a") == ask(outer, item, "a")
    inner, outer = Not(Or((one, other))), And((Not(one), Not(other)))
    assert ask(inner, item, "a") == ask(outer, item, "a")


@given(NODES, ITEMS)
def test_printing_changes_no_answer(node, item):
    """A query printed and read again answers the same."""
    for rule in rules_of([node]):
        assert ask(parse(rule.query), item, "a") == ask(node, item, "a")


def test_a_broken_rule_is_reported_and_the_others_go_on():
    """A rule that cannot be read answers with its error; its neighbours answer as ever."""
    matcher = Matcher([Rule("bad", "a OR"), Rule("good", "bomb")])
    bad, good = matcher.match(Item("", title="bomb", body="", partial=False), "s")
    assert bad.rule_id == "bad"
    assert "E-SYNTAX at 2" in (bad.error or "")
    assert good == Match("good", Answer.YES, (Span("title", 0, 4),))
    assert "cannot be read" in matcher.explain("bad", Item(""), "s")


def test_a_rule_that_breaks_on_an_item_is_reported_and_the_others_go_on():
    """An error while one rule is judged does not silence the rest."""
    item = Item("", title="bomb", body="", partial=False, tags=(5,))  # type: ignore[arg-type]
    bad, good = Matcher([Rule("bad", "tag:x OR a"), Rule("good", "bomb")]).match(item, "s")
    assert bad.error is not None
    assert good.answer is Answer.YES


def test_spans_are_bounded():
    """A word that stands everywhere is reported a hundred times, not a thousand."""
    item = Item("", title="", body="bomb " * 1_000, partial=False)
    _, spans = ask(parse("bomb"), item, "s")
    assert [span.start for span in spans] == list(range(0, 500, 5))


def test_spans_inside_another_are_left_out():
    """One compound found whole and in parts is one place."""
    item = Item("", title="al-Qaeda", body="", partial=False)
    assert ask(parse("al-Qaeda"), item, "s")[1] == (Span("title", 0, 8),)


def test_hostile_text_costs_linear_time():
    """A phrase over one repeated word, and compounds that fork at every step, stay quick."""
    item = Item("", title="", body="a-b " * 20_000, partial=False)
    assert ask(parse('"' + "a-b " * 30 + 'c"'), item, "s")[0] is Answer.NO
    assert ask(parse('"a-b a-b a-b"'), item, "s")[0] is Answer.YES


def explained(query: str, **fields: object) -> str:
    return Matcher([Rule("r", query)]).explain("r", item_of(fields), "s")


@pytest.mark.parametrize(
    ("query", "fields", "sentence"),
    [
        ('"car bomb"', {"body": "x"}, 'title and body do not hold "car bomb"'),
        (
            "a OR b OR title:c",
            {},
            'title and body hold neither "a" nor "b" and title does not hold "c"',
        ),
        ("a AND b", {"title": "a"}, 'title and body do not hold "b"'),
        ("a NOT b", {"title": "a b"}, 'title holds "b", which the query excludes'),
        ("a AND lang:en", {"title": "a"}, 'not known yet: lang is not "en" (lang not known)'),
        ("a", {"partial": True, "body": "x"}, "(body only known in part)"),
        ("a", {"partial": True, "body": None}, "(body not known)"),
        ("a NOT b", {"title": "a", "body": None}, "not known yet: what the query excludes may be"),
        ("a AND b", {"title": "A b A"}, 'title holds "A" 2 times and title holds "b"'),
        ("tag:x", {"tags": ["y"]}, 'tag is not "x"'),
    ],
)
def test_explain(query, fields, sentence):
    """One plain sentence says what was found, or the first clause that failed."""
    assert sentence in explained(query, **fields)


def test_explain_of_a_rule_that_is_not_there():
    """An unknown rule is the caller's mistake."""
    with pytest.raises(KeyError):
        Matcher([]).explain("r", Item(""), "s")


@given(NODES, ITEMS)
def test_explain_always_has_something_to_say(node, item):
    """Every answer to every query can be told in one line."""
    for rule in rules_of([node]):
        assert Matcher([rule]).explain(rule.id, item, "a")


# Cases that speak of stripping markup, which is done before an item is matched.
MARKUP = ("<", "&nbsp;")


def test_match_cases(real_data):
    """Folding, scripts, signs and apostrophes of the hostile collection are found as it says."""
    cases = json.loads((real_data / "hostile" / "unicode" / "match_cases.json").read_text())
    plain = [case for case in cases if not any(sign in case["text"] for sign in MARKUP)]
    assert len(plain) == 17
    for case in plain:
        item = Item("", title="", body=case["text"], partial=False)
        keyword = case["keyword"]
        query = f'"{keyword}"' if " " in keyword else keyword
        found = ask(parse(query), item, "s")[0] is Answer.YES
        assert found == case["expect"], case["why"]
