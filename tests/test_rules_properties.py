"""What holds of every query and every item: it reads back, and the slow evaluator agrees."""

from __future__ import annotations

from itertools import chain
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import rule_makers
import slow_evaluator
from monitor.errors import QueryError
from monitor.model import Answer, Item, Match
from monitor.rules import And, Field, Matcher, Not, Or, Term, ask, parse, show
from monitor.rules.tree import Near, Node, Phrase, Reach, conjunction
from monitor.settings import Rule
from rule_makers import LISTS, each

SOURCE = "bbc-world"
ORDER = [Answer.NO, Answer.UNKNOWN, Answer.YES]
# So many rules of so many items come of one seed: reading a rule costs more than asking it.
RULES, ITEMS = 10, 10
PAIRS = RULES * ITEMS

CHANCE = st.randoms(use_true_random=False)
NODES = CHANCE.map(rule_makers.node)
ASKED = CHANCE.map(rule_makers.asked)
OPERANDS = CHANCE.map(rule_makers.operand)
ARTICLES = CHANCE.map(rule_makers.item)


def said(query: Node, article: Item) -> Answer:
    return ask(query, article, SOURCE)[0]


def rank(query: Node, article: Item) -> int:
    return ORDER.index(said(query, article))


def is_readable(query: Node) -> bool:
    """Whether it may be a rule: some say yes to what holds nothing."""
    try:
        parse(show(query), lists=LISTS)
    except QueryError as error:
        refused = error
    else:
        return True
    assert {problem.code for problem in refused.problems} == {"E-NEG"}
    return False


def agree(queries: list[Node], articles: list[Item]) -> None:
    """The three ways to ask say the same, and show the same places in order."""
    rules = [Rule(str(n), show(query), lists=LISTS) for n, query in enumerate(queries)]
    readable = [is_readable(query) for query in queries]
    matcher = Matcher([rule for rule, may in zip(rules, readable, strict=True) if may])
    for article in articles:
        expected = []
        for rule, query, may in zip(rules, queries, readable, strict=True):
            answer, spans = ask(query, article, SOURCE)
            slow, places = slow_evaluator.answer(query, article, SOURCE)
            found = [(span.field, span.start, span.end) for span in spans]
            assert (answer, found) == (slow, sorted(places)), (rule.query, article)
            if may and answer is not Answer.NO:
                expected.append(Match(rule.id, answer, spans))
        assert matcher.match(article, SOURCE) == tuple(expected), (rules, article)


def some(seed: int) -> tuple[list[Node], list[Item]]:
    rng = Random(seed)
    queries = [rule_makers.node(rng) for _ in range(RULES)]
    return queries, [rule_makers.item(rng) for _ in range(ITEMS)]


@settings(max_examples=5_000 // PAIRS)
@given(st.integers(0, 1 << 64).map(some))
def test_all_ways_to_ask_agree(made):
    """Index, evaluator and the evaluator that tries everything give one answer and its places."""
    agree(*made)


@given(NODES, ARTICLES)
def test_all_ways_to_ask_agree_on_one(query, article):
    """As above, for one at a time, made small where it fails."""
    agree([query], [article])


PLAIN = st.sampled_from(
    each("bomb|bombs|is|isis|ab|us|iraq|car|go|alqaeda|qaeda|car bomb|is is|ab bomb", "|")
).map(Phrase)
SIDES = st.lists(PLAIN, min_size=1, max_size=3, unique=True).map(rule_makers.tree.disjunction)
NEARS = st.builds(
    lambda left, right, reach, words, free: Near(
        left, right, reach, words if "NEAR" in reach else None, free and reach is not Reach.ONEAR
    ),
    SIDES, SIDES, st.sampled_from(Reach), st.integers(0, 4), st.booleans(),
)  # fmt: skip


@settings(max_examples=500)
@given(NEARS, ARTICLES)
def test_all_ways_to_ask_agree_on_plain_words_near_one_another(query, article):
    """These are told by their places in title and body at once."""
    agree([query], [article])


@pytest.mark.nightly
@settings(max_examples=100_000 // PAIRS)
@given(st.integers(0, 1 << 64).map(some))
def test_all_ways_to_ask_agree_at_length(made):
    """As above, for a night."""
    agree(*made)


WORDS = [
    "car",
    "bomb",
    "us",
    "Bomb",
    "BOMB",
    "cars",
    "s",
    "1,200",
    "200",
    "U.S.",
    "caf\u00e9",
    "AT&T",
]
JOINTS = [
    " ",
    " ",
    " ",
    " ",
    ", ",
    "'s ",
    "-",
    ".",
    ". ",
    "\n",
    "\n\n",
    "  ",
    " - ",
    "/",
    "_",
    "\u2019s ",
    "\xa0",
    "\u2028",
    ' ("',
    ")",
    "' ",
    " #",
    "\u200b",
    "я",
]
PROSE = st.lists(st.tuples(st.sampled_from(WORDS), st.sampled_from(JOINTS)), max_size=20).map(
    lambda pairs: "".join(chain.from_iterable(pairs))
)
PHRASES = st.lists(
    st.sampled_from(
        [
            "car",
            "bomb",
            "us",
            "cars",
            "s",
            "200",
            "cafe",
            "caf",
            "carbomb",
            "bombus",
            "bom?",
            "bom?s",
            "car*",
        ]
    ),
    min_size=1,
    max_size=3,
)


@settings(max_examples=500)
@given(st.lists(PHRASES.map(" ".join), min_size=1, max_size=5), PROSE, PROSE)
def test_a_phrase_is_found_however_its_words_are_joined(phrases, title, body):
    """What is found by its letters alone is what its tokens say."""
    articles = [
        Item(url="https://example.com/", title=title, body=text, partial=False)
        for text in (body, body + " яя" * len(body))
    ]
    agree([Phrase(written) for written in phrases], articles)


@given(NODES)
def test_what_is_printed_reads_as_the_same(made):
    """Parsing what is printed gives the same tree, whose print is the same again."""
    query = conjunction([Term("must"), made])  # so that no query says yes to nothing
    again = parse(show(query), lists=LISTS)
    assert again == query
    assert show(again) == show(query)


@given(NODES, NODES, ARTICLES)
def test_and_and_or_commute(one, other, article):
    """The order of operands changes neither answer nor places."""
    for operator in (And, Or):
        here, there = operator((one, other)), operator((other, one))
        assert ask(here, article, SOURCE) == ask(there, article, SOURCE)


@given(NODES, NODES, ARTICLES)
def test_de_morgan(one, other, article):
    """NOT (a AND b) is NOT a OR NOT b, and the other way round, unknowns included."""
    assert said(Not(And((one, other))), article) is said(Or((Not(one), Not(other))), article)
    assert said(Not(Or((one, other))), article) is said(And((Not(one), Not(other))), article)


@given(OPERANDS, OPERANDS, st.integers(0, 5), st.sampled_from([Reach.NEAR, Reach.ONEAR]), ARTICLES)
def test_near_is_monotone(left, right, words, reach, article):
    """What is within n is within n + 1; what is free of n + 1 is free of n."""
    near, wider = (Near(left, right, reach, n) for n in (words, words + 1))
    assert rank(near, article) <= rank(wider, article)
    free, freer = (Near(left, right, Reach.NEAR, n, True) for n in (words + 1, words))
    assert rank(free, article) <= rank(freer, article)


@given(OPERANDS, OPERANDS, st.integers(0, 5), ARTICLES)
def test_near_takes_either_order(left, right, words, article):
    """NEAR is symmetric, and holds wherever ONEAR does."""
    here, there = (
        ask(Near(a, b, Reach.NEAR, words), article, SOURCE)
        for a, b in ((left, right), (right, left))
    )
    assert here == there
    assert rank(Near(left, right, Reach.ONEAR, words), article) <= ORDER.index(here[0])


@given(ASKED, ASKED, st.sampled_from(["title", "body"]), ARTICLES)
def test_a_field_never_widens(one, other, field, article):
    """What is found in the title or in the body is found without saying where."""
    for node in (one, And((one, other)), Or((one, other))):
        if said(Field(field, node), article) is Answer.YES:
            assert said(node, article) is Answer.YES


PIECES = each(
    'a bomb "car “x y” „ " \' al-Qaeda C++ #tag \\* \\- \\ 中国 and AND OR NOT - ! ( ) ( ) '
    "title: source: lang: tag: cs: forms: intitle: near3: repeat2: foo: NEAR/2 NEAR ONEAR/1 "
    "SENT PARA NOT ATLEAST/2 ATLEAST /a/ /a*/ /b/i / @letters @x ~3 ++ + * bom* b? IS % ~ ^ [ "
    "] { } – : 0 NEAR/99 Near/3 \u0301 \u200b \ud800 \x00 "
)
QUERY_TEXTS = st.one_of(
    st.lists(st.sampled_from(PIECES), max_size=12).map(" ".join),
    st.lists(st.sampled_from([*PIECES, " ", " "]), max_size=12).map("".join),
    st.text(),
)


@settings(max_examples=1_000)
@given(QUERY_TEXTS, st.booleans())
def test_only_query_errors_leave(query, rule):
    """Whatever is typed is a query, which prints and reads back, or a QueryError with places."""
    try:
        node = parse(query, rule=rule, lists=LISTS)
    except QueryError as error:
        positions = [problem.position for problem in error.problems]
        assert positions
        assert positions == sorted(positions)
        assert all(0 <= position <= len(query) for position in positions)
    else:
        assert parse(show(node), rule=False, lists=LISTS) == node
        assert show(parse(show(node), rule=False, lists=LISTS)) == show(node)
