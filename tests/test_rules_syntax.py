"""Reading queries: what is accepted, how it is printed, and what is refused, where."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from monitor.errors import QueryError
from monitor.rules import And, Field, Not, Or, Phrase, Term, check, parse, show

DATA = Path(__file__).parent / "data" / "rules"
QUERIES = YAML(typ="safe").load(DATA / "queries.yaml")
ERRORS = YAML(typ="safe").load(DATA / "errors.yaml")

PIECES = [
    "a",
    "bomb",
    '"car bomb"',
    "“x y”",
    "al-Qaeda",
    "C++",
    "#tag",
    r"\*",
    r"\-x",
    "中国",
    "and",
]
PIECES += ["AND", "OR", "NOT", "-", "!", "(", ")", "title:", "source:", "lang:", " ", "  ", '"']
PIECES += ["@x", "/", "*", "~3", "NEAR/2", "foo:", "\\", "IS", "%", "+", "\u0301", "\ud800"]
QUERY_TEXTS = st.lists(st.sampled_from(PIECES), max_size=12).map(" ".join) | st.lists(
    st.sampled_from(PIECES), max_size=12
).map("".join)


@pytest.mark.parametrize("case", QUERIES, ids=lambda case: case["query"])
def test_queries(case):
    """A query is printed in its normal form, which reads as the same query."""
    node, notes = check(case["query"], rule=False)
    assert show(node) == case["prints"]
    assert parse(show(node), rule=False) == node
    assert [f"{note.code}@{note.position}" for note in notes] == case.get("notes", [])


@pytest.mark.parametrize("case", ERRORS, ids=lambda case: case["query"] or "empty")
def test_errors(case):
    """A query that is refused names every problem with its code and place."""
    with pytest.raises(QueryError) as refused:
        parse(case["query"], rule=not case.get("search", False))
    problems = [f"{problem.code}@{problem.position}" for problem in refused.value.problems]
    assert problems == case["errors"]
    assert all(problem.message for problem in refused.value.problems)


def test_tree():
    """The tree holds the query's operators, flat, with a field around its part."""
    assert parse('title:(a OR "b c" OR d) -e') == And(
        (Field("title", Or((Term("a"), Phrase("b c"), Term("d")))), Not(Term("e")))
    )


def test_positions():
    """Leaves know where in the query they stand."""
    node = parse('"a" AND b')
    assert isinstance(node, And)
    assert [part.position for part in node.parts if isinstance(part, Term | Phrase)] == [0, 8]


def test_mixed_operators_print_both_readings():
    """E-MIX offers the two queries that may have been meant."""
    with pytest.raises(QueryError, match=r"\(a AND b\) OR c or a AND \(b OR c\)"):
        parse("a b OR c")


def test_bare_words_print_both_readings():
    """E-ADJ offers the phrase and the conjunction."""
    with pytest.raises(QueryError, match='"car bombing" or car AND bombing'):
        parse("car bombing")


def test_bare_words_are_a_search():
    """A search may have words side by side; a rule only with a sign that YAML eats none."""
    assert show(parse("car bombing", rule=False)) == "car AND bombing"
    assert show(parse('car "bombing"')) == 'car AND "bombing"'
    assert show(parse("car -film")) == "car NOT film"
    assert show(parse("al-Qaeda")) == "al-Qaeda"


@pytest.mark.parametrize("query", ["us", "#US", "NATO", "AI", "FED", "Us", '"US army"', "lang:US"])
def test_acronyms_that_are_no_words(query):
    """E-ACRO leaves alone lower case, signs, uncommon words, phrases and whole values."""
    assert show(parse(query)) == query


@pytest.mark.parametrize(
    "query",
    [
        "(" * 10_000,
        "-" * 10_000,
        "NOT " * 2_500,
        "title:" * 1_600,
        "(" * 5_000 + ")" * 5_000,
        '"' * 9_999,
        "\\" * 9_999,
        "a OR " * 2_000,
        "((a)" * 2_500,
        "a" * 10_001,
    ],
    ids=lambda query: f"{query[:6]}{len(query)}",
)
def test_hostile_queries_are_refused(query):
    """Depth and length are bounded; nothing recurses or grinds."""
    with pytest.raises(QueryError):
        parse(query)


def test_wide_queries_are_read():
    """Thousands of words in one OR are no depth."""
    node = parse(" OR ".join(["ab"] * 1_666))
    assert isinstance(node, Or)
    assert len(node.parts) == 1_666


@given(QUERY_TEXTS | st.text())
def test_only_query_errors_leave(query):
    """Whatever is typed is either a query, which prints and reads back, or a QueryError."""
    try:
        node = parse(query)
    except QueryError as error:
        positions = [problem.position for problem in error.problems]
    else:
        positions = []
        assert parse(show(node)) == node
        assert show(parse(show(node))) == show(node)
    assert positions == sorted(positions)
    assert all(0 <= position <= len(query) for position in positions)
