"""What no case of `data/rules` can say: trees, sentences for people, bounds, many rules at once."""

from __future__ import annotations

import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

import rule_makers
from monitor.errors import QueryError
from monitor.model import Answer, Item, Match, Span
from monitor.rules import And, Field, Matcher, Not, Or, Phrase, Term, ask, features, parse, show
from monitor.rules.features import Shown
from monitor.rules.index import Index
from monitor.rules.needs import need
from monitor.settings import Rule
from monitor.text import Kind, Scan, tokens
from test_rules_cases import item_of

CHANCE = st.randoms(use_true_random=False)
NODES = CHANCE.map(rule_makers.node)
ARTICLES = CHANCE.map(rule_makers.item)


def article(title: str | None = "", body: str | None = "", *, partial: bool = False) -> Item:
    return Item("", title=title, body=body, partial=partial)


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


@pytest.mark.parametrize(
    ("query", "readings"),
    [
        ("a b OR c", "(a AND b) OR c or a AND (b OR c)"),
        ("a OR b AND c", "a OR (b AND c) or (a OR b) AND c"),
        ("car bombing", '"car bombing" or car AND bombing'),
    ],
)
def test_both_readings_are_offered(query, readings):
    """E-MIX and E-ADJ print the two queries that may have been meant, and both can be read."""
    with pytest.raises(QueryError) as refused:
        parse(query)
    (problem,) = refused.value.problems
    assert readings in problem.message
    for reading in readings.split(" or "):
        assert parse(reading)


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ("a AND ingress:", "ingress:"),
        ("intitle: OR a", "intitle:"),
        ("a AND inurl:-b", "inurl:"),
        ("lead:(intitle:a)", "intitle:"),
        ("lead:(colour:(a))", "colour:"),
        ("colour:", "colour:"),
        ("intitle:a NEAR/3 b", "intitle:a"),
        ("b NEAR/3 (a AND intitle:c) d", "(a AND intitle:c)"),
        ("a NOT NEAR/3 colour:(b)", "colour:(b)"),
        ('"a" colour:red OR b', '("a" AND "colour:red") OR b'),
    ],
)
def test_what_is_wrong_is_named_as_it_was_written(query, named):
    """An alias is not turned into the field that it stands for, nor a field that is none."""
    with pytest.raises(QueryError) as refused:
        parse(query)
    said = [problem.message for problem in refused.value.problems]
    assert any(f"`{named}`" in one or f"write {named}" in one for one in said)
    assert not any(f"`{field}:" in one for one in said for field in ("title", "url", "text"))


@pytest.mark.parametrize(
    ("query", "offered"),
    [
        ("IS", "cs:IS"),
        ("U.S.", "cs:US"),
        ("title:a NEAR/3 b", "title:(a NEAR/3 b)"),
        ("@isis", '"@isis"'),
        ("a AND +b", '"+b"'),
    ],
)
def test_what_to_write_instead_is_offered(query, offered):
    """A refusal says what would be read."""
    with pytest.raises(QueryError) as refused:
        parse(query)
    assert offered in refused.value.problems[0].message


@pytest.mark.parametrize(
    "query",
    [
        "(" * 10_000,
        "-" * 10_000,
        "NOT " * 2_500,
        "title:" * 1_600,
        "cs:" * 3_000,
        "ATLEAST/2 " * 1_000,
        "(" * 5_000 + ")" * 5_000,
        '"' * 9_999,
        "/" * 9_999,
        "\\" * 9_999,
        "a OR " * 2_000,
        "a NEAR/3 " * 1_100 + "a",
        "((a)" * 2_500,
        "a" * 10_001,
    ],
    ids=lambda query: f"{query[:9]}{len(query)}",
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


def test_a_broken_rule_is_reported_and_the_others_go_on():
    """A rule that cannot be read answers with its error; its neighbours answer as ever."""
    matcher = Matcher([Rule("bad", "a OR"), Rule("good", "bomb")])
    bad, good = matcher.match(article("bomb"), "s")
    assert bad.rule_id == "bad"
    assert "E-SYNTAX at 2" in (bad.error or "")
    assert good == Match("good", Answer.YES, (Span("title", 0, 4),))
    assert "cannot be read" in matcher.explain("bad", Item(""), "s")


def test_a_rule_that_breaks_on_an_item_is_reported_and_the_others_go_on():
    """A chain that would cost too much is an error of that one rule, on that one item."""
    costly, plain = Matcher([Rule("costly", "a SENT a SENT a"), Rule("plain", "bomb")]).match(
        article("bomb", "a " * 50_000), "s"
    )
    assert (costly.rule_id, costly.answer) == ("costly", Answer.UNKNOWN)
    assert costly.error is not None
    assert plain == Match("plain", Answer.YES, (Span("title", 0, 4),))


def test_matches_stand_in_the_order_of_the_rules():
    """Yes and unknown, never no, in the order in which the rules were given."""
    rules = [Rule("c", "bomb"), Rule("a", "film"), Rule("b", "lang:en"), Rule("0", "bo\\mb")]
    matches = Matcher(rules).match(article("bomb"), "s")
    assert [(match.rule_id, match.answer.value) for match in matches] == [
        ("c", "yes"),
        ("b", "unknown"),
        ("0", "yes"),
    ]


def test_what_is_closed_is_all_there_will_be():
    """Of an item that is given up, what is not known of the body is empty, not unknown."""
    matcher = Matcher([Rule("r", "bomb"), Rule("s", "car NOT bomb"), Rule("t", "lang:en")])
    item = article("car", "a summary", partial=True)
    assert [m.answer.value for m in matcher.match(item, "s")] == ["unknown"] * 3
    closed = matcher.match(item, "s", closed=True)
    assert [(m.rule_id, m.answer.value) for m in closed] == [("s", "yes"), ("t", "unknown")]
    bodiless = article("car", None, partial=True)
    assert [m.rule_id for m in matcher.match(bodiless, "s", closed=True)] == ["s", "t"]


def test_lists_are_those_of_the_rule():
    """Two rules may mean different things by one name."""
    rules = [Rule("a", "@n", lists={"n": ("x",)}), Rule("b", "@n", lists={"n": ("y",)})]
    (match,) = Matcher(rules).match(article("y"), "s")
    assert match.rule_id == "b"


def test_spans_are_bounded():
    """A word that stands everywhere is reported a hundred times, not a thousand."""
    _, spans = ask(parse("bomb"), article(body="bomb " * 1_000), "s")
    assert [span.start for span in spans] == list(range(0, 500, 5))


@pytest.mark.parametrize(
    ("query", "text", "answer"),
    [
        ('"' + "a-b " * 30 + 'c"', "a-b " * 5_000, Answer.NO),
        ('"a-b a-b a-b"', "a-b " * 20_000, Answer.YES),
        ("a NEAR/50 a NEAR/50 a NEAR/50 a NEAR/50 a", "a " * 20_000, Answer.YES),
        ("a NEAR/50 a NEAR/50 a NEAR/50 a NEAR/50 b", "a " * 20_000, Answer.NO),
        ("a NOT NEAR/50 a NEAR/50 a", "a " * 20_000, Answer.NO),
        ("a SENT a SENT a", "a " * 5_000, Answer.YES),
        ("a SENT a SENT b", "A a a! " * 7_000, Answer.NO),
        ("a PARA a PARA b", "a " * 5_000, Answer.NO),
        ('ATLEAST/50 "a a a"', "a " * 20_000, Answer.YES),
        ("bom*b*b*b*b*b*x", "bomb" + "b" * 20_000, Answer.NO),
        ("/(a|a)+(a|a)+(a|a)+b/", "a" * 20_000, Answer.NO),
        ("cs:IS NEAR/50 cs:IS NEAR/50 cs:IS", "IS is " * 10_000, Answer.YES),
        ("#a", "#" * 50_000, Answer.NO),
        ("a SENT b", "a. " * 20_000, Answer.NO),
    ],
    ids=lambda value: value[:30] if isinstance(value, str) else value.value,
)
@pytest.mark.alone
def test_hostile_text_is_read_in_time(query, text, answer):
    """A chain over one repeated word, and whatever else could fork at every step, stays quick."""
    started = time.process_time()
    assert ask(parse(query), article(body=text), "s")[0] is answer
    assert time.process_time() - started < 10


def rules_of(nodes: list) -> list[Rule]:
    """The nodes that are rules, under ids that go with what they ask."""
    rules = {}
    for query in map(show, nodes):
        try:
            parse(query, lists=rule_makers.LISTS)
        except QueryError:
            continue
        rules[query] = Rule(query, query, lists=rule_makers.LISTS)
    return list(rules.values())


@given(st.lists(NODES, max_size=6).map(rules_of), ARTICLES)
def test_the_index_changes_no_answer(rules, item):
    """All rules at once answer as each alone, unknowns of partial items included."""
    alone = [match for rule in rules for match in Matcher([rule]).match(item, "a")]
    assert Matcher(rules).match(item, "a") == tuple(alone)
    certain = [match for match in alone if match.answer is Answer.YES]
    is_whole = item.title is not None and item.body is not None and not item.partial
    found = Matcher(rules).match(item, "a", unknowns=False)
    assert found == tuple(alone if is_whole else certain)


@given(
    st.text(st.sampled_from("aBs5 '’.,-/&#@+_\né中")) | st.text(),
    st.integers(0, 30),
    st.integers(1, 4),
    st.booleans(),
)
def test_no_run_of_words_is_overlooked(text, number, length, is_start):
    """Forms that follow one another are found in the index, whatever stands around them."""
    words = [token.form for token in tokens(text) if token.kind is Kind.WORD]
    run = words[number % (len(words) or 1) :][:length]
    if run:
        feature = " ".join(run)
        if is_start:
            feature = features.start(" ".join([*run[:-1], run[-1][:1]]))
        index = Index([("rule", frozenset({frozenset({feature})}))])
        assert index.candidates(Shown(Scan(text), frozenset()))[0] == {"rule"}


@pytest.mark.parametrize(
    ("query", "asked", "not_asked"),
    [
        ("bak?ry", "a bakery", "a bakers"),
        ("bak*ry", "the bakers' BAKERY", "bakers"),
        ('"car bom?s"', "a car-bombs", "car bombing"),
        ("bomb*", "bombing", "bom"),
    ],
)
def test_wildcards_are_asked_only_where_they_fit(query, asked, not_asked):
    """Not of every word that begins as they do."""
    index = Index([(query, need(parse(query)))])
    assert index.candidates(Shown(Scan(asked), frozenset()))[0] == {query}
    assert index.candidates(Shown(Scan(not_asked), frozenset()))[0] == set()


@given(st.lists(NODES, max_size=6).map(rules_of), st.data(), ARTICLES)
def test_a_matcher_made_of_another_answers_as_a_new_one(rules, data, item):
    """Rules that come, go and stay leave no trace of what was there before."""
    before, after = (data.draw(st.permutations(rules))[: len(rules) // 2 + 1] for _ in range(2))
    changed = Matcher(after, previous=Matcher(before))
    assert changed.match(item, "a") == Matcher(after).match(item, "a")


def explained(query: str, **fields: object) -> str:
    return Matcher([Rule("r", query)]).explain("r", item_of({"tags": [], **fields}), "s")


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
        ("a NEAR/3 b", {"title": "a"}, "title and body do not hold a NEAR/3 b"),
        (
            "cs:IS",
            {"title": "ISIS IS RETREATING"},
            "not known yet: title and body do not hold cs:IS but where all is in capitals, which "
            "says nothing",
        ),
        (
            "isis NOT title:cs:IS",
            {"title": "ISIS IS RETREATING"},
            "title does not hold cs:IS but where all is in capitals",
        ),
    ],
)
def test_explain(query, fields, sentence):
    """One plain sentence says what was found, or the first clause that failed."""
    assert sentence in explained(query, **fields)


def test_explain_of_a_rule_that_is_not_there():
    """An unknown rule is the caller's mistake."""
    with pytest.raises(KeyError):
        Matcher([]).explain("r", Item(""), "s")


@given(NODES, ARTICLES)
def test_explain_always_has_something_to_say(node, item):
    """Every answer to every query can be told in one line."""
    rule = Rule("r", show(And((Term("a"), node))), lists=rule_makers.LISTS)
    assert "\n\n" not in Matcher([rule]).explain("r", item, "a") != ""


# Cases that speak of stripping markup, which is done before an item is matched.
MARKUP = ("<", "&nbsp;")


def test_match_cases(real_data):
    """Folding, scripts, signs and apostrophes of the hostile collection are found as it says."""
    cases = json.loads((real_data / "hostile" / "unicode" / "match_cases.json").read_text())
    plain = [case for case in cases if not any(sign in case["text"] for sign in MARKUP)]
    assert len(plain) == 17
    for case in plain:
        keyword = case["keyword"]
        query = f'"{keyword}"' if " " in keyword else keyword
        found = ask(parse(query), article(body=case["text"]), "s")[0] is Answer.YES
        assert found == case["expect"], case["why"]


def test_half_a_character_breaks_no_other_rule():
    """Text that UTF-8 cannot hold is an error of the expression that reads it, and of no other."""
    article = Item("https://x.example/", title="A bomb", body="abc \ud800", partial=False)
    expression, word = Matcher([Rule("r", "/abc/"), Rule("w", "bomb")]).match(article, "s")
    assert expression.error is not None
    assert (word.rule_id, word.answer, word.error) == ("w", Answer.YES, None)
