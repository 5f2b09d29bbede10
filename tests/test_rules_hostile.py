"""Texts and queries made to grind: each is judged in seconds, or refused with the reason.

A text of a megabyte is read once for all that is asked of it.  No test measures speed: a deadline
is ten times what the slowest may take, and what it is to catch would take minutes or hours.
"""

from __future__ import annotations

import gzip
import json
import re
import time
from functools import cache

import pytest

from monitor.errors import QueryError
from monitor.model import Answer, Item, Match
from monitor.rules import Matcher, parse
from monitor.rules.fields import Fields
from monitor.settings import Rule

DEADLINE_SECONDS = 20
MEGABYTE = 1_000_000
LISTS = {"bombs": ("bomb", "bomb bomb", "cs:bomb"), "ab": ("a", "b")}
TEXTS = {
    "one word": "bomb " * (MEGABYTE // 5),
    "one token": "a" * MEGABYTE,
    "hyphens": "a-" * (MEGABYTE // 2),
    "compounds": " ".join("-".join("a" * length) for length in range(2, 500)),
    "apostrophes": "'" * MEGABYTE,
    "elisions": "l'" * (MEGABYTE // 2),
    "marks": "a" + "\u0301" * (MEGABYTE // 2),
    "unspaced": "爆" * (MEGABYTE // 3),
    "stops": "." * MEGABYTE,
    "sentences": "Bomb. " * (MEGABYTE // 6),
    "paragraphs": "bomb\n\n" * (MEGABYTE // 6),
    "letters": "ab" * (MEGABYTE // 2),
    "rare words": "Plain words here. " * (MEGABYTE // 18) + "A bomb in a car.",
}


def article(body: str, title: str = "") -> Item:
    return Item("", title=title, body=body, partial=False)


@cache
def fields_of(name: str) -> Fields:
    """A text as the body of an item, its tokens made."""
    fields = Fields(article(TEXTS[name]), "s")
    ask_rule("bomb NEAR/1 car", fields)
    return fields


def ask_rule(query: str, fields: Fields) -> Match | None:
    """What one rule says, None for no, before the deadline."""
    matcher = Matcher([Rule("r", query, lists=LISTS)])
    started = time.process_time()
    found = matcher.match_fields(fields)
    assert time.process_time() - started < DEADLINE_SECONDS
    return found[0] if found else None


def said(query: str, fields: Fields) -> str:
    """yes, no, or costly: that the rule could not be judged, and says why."""
    match = ask_rule(query, fields)
    if match is None:
        return "no"
    if match.error:
        assert re.fullmatch(r"TooCostly: [\w ]+", match.error)
        return "costly"
    assert match.answer is Answer.YES
    assert match.spans
    return "yes"


# --- texts -----------------------------------------------------------------------------------

# What a chain of one word says of a text of that word alone, which is one sentence.
CHAINS = {
    **dict.fromkeys(("NEAR/1", "NEAR/10", "NEAR/50", "ONEAR/1", "ONEAR/50"), "yes"),
    **dict.fromkeys(("SENT", "PARA"), "costly"),
    **dict.fromkeys(("NOT NEAR/1", "NOT NEAR/10", "NOT NEAR/50", "NOT SENT", "NOT PARA"), "no"),
}


OPERANDS = [("bomb", links) for links in (2, 3, 5, 12)]
OPERANDS += [("bomb*", 3), ('(bomb OR "bomb bomb")', 5), ("@bombs", 2)]


@pytest.mark.parametrize(("operand", "links"), OPERANDS)
@pytest.mark.parametrize(("operator", "answer"), CHAINS.items(), ids=CHAINS)
def test_a_chain_over_one_word(operator, answer, operand, links):
    """Every pair of two hundred thousand words fits, and so does every chain of such pairs."""
    query = f" {operator} ".join([operand] * (links + 1))
    assert said(query, fields_of("one word")) == answer


MANY = "(" + " OR ".join(f'"{" ".join(["bomb"] * length)}"' for length in range(1, 11)) + ")"


@pytest.mark.parametrize(
    ("text", "query", "answer"),
    [
        ("one word", "bomb", "yes"),
        ("one word", '"' + "bomb " * 100 + '"', "yes"),
        ("one word", '"' + "bomb " * 100 + 'car"', "no"),
        ("one word", "bomb SENT bomb", "yes"),
        ("one word", "bomb PARA bomb", "yes"),
        ("one word", "bomb NOT NEAR/50 car", "yes"),
        ("one word", "ATLEAST/50 bomb", "yes"),
        ("one word", "ATLEAST/50 bomb*", "yes"),
        ("one word", f"ATLEAST/50 {MANY}", "yes"),
        ("one word", f"{MANY} NEAR/50 {MANY} NEAR/50 {MANY}", "yes"),
        ("one word", f"{MANY} NOT NEAR/50 {MANY}", "no"),
        ("one word", "cs:bomb NEAR/5 forms:bomb", "yes"),
        ("rare words", "bomb SENT car", "yes"),
        ("rare words", "bomb* NOT PARA boat", "yes"),
        ("one word", "forms:bomb NEAR/50 forms:bombs NEAR/50 @bombs", "yes"),
        ("one word", "lead:(bomb NEAR/50 bomb NEAR/50 bomb)", "yes"),
        ("one word", "/(bomb )+/", "yes"),
        ("one word", "/bomb/", "yes"),
        ("one token", "aaa*a*a*a*b", "no"),
        ("one token", "aaa*a*a*a*a", "yes"),
        ("one token", "aaa?*a?*b", "no"),
        ("one token", "aaa" + "*a" * 4_900, "costly"),
        ("one token", "aaa" + "?" * 9_000 + "*", "costly"),
        ("one token", "cs:aaa*a*b", "no"),
        ("one token", "aaa* NEAR/5 aaa*", "no"),
        ("hyphens", "a-a-a-a", "yes"),
        ("hyphens", "aaa* SENT a", "no"),
        ("hyphens", "aaa* NOT SENT a", "no"),
        ("hyphens", "aaa* PARA aaa* PARA a", "costly"),
        ("hyphens", '"' + "a-a " * 30 + '"', "yes"),
        ("hyphens", "a NEAR/50 a NEAR/50 a", "yes"),
        ("compounds", "aaa*", "yes"),
        ("compounds", '"aaa* aaa*"', "costly"),
        ("compounds", "aaa* NEAR/50 aaa*", "yes"),
        ("compounds", "aaa* NOT NEAR/50 aaa*", "no"),
        ("compounds", "aaa* SENT aaa* SENT aaa*", "costly"),
        ("compounds", "ATLEAST/50 aaa*", "yes"),
        ("apostrophes", "bomb", "no"),
        ("elisions", "lll*", "yes"),
        ("elisions", "lll*l'l'b", "no"),
        ("marks", "a", "yes"),
        ("marks", "cs:a", "no"),
        ("marks", "forms:a", "yes"),
        ("unspaced", "爆" * 100, "yes"),
        ("unspaced", "爆炸", "no"),
        ("unspaced", "爆 NEAR/50 爆 NEAR/50 爆", "yes"),
        ("unspaced", "爆 SENT 爆", "yes"),
        ("stops", "bomb NOT SENT car", "no"),
        ("sentences", "bomb SENT bomb", "no"),
        ("sentences", "bomb NOT SENT car", "yes"),
        ("sentences", "bomb NEAR/50 bomb SENT bomb", "no"),
        ("paragraphs", '"bomb bomb"', "no"),
        ("paragraphs", "bomb NEAR/50 bomb PARA bomb NEAR/50 bomb", "no"),
        ("letters", "/./", "yes"),
        ("letters", "/a.*c|a/", "yes"),
        ("letters", "/a.{500}b/", "costly"),
        ("letters", "/(.{1,100}){5}b/", "costly"),
        ("letters", "/(.{1,100}){5}x/", "no"),
        ("letters", "/(a|b)*a(a|b){12}c/", "no"),
    ],
    ids=lambda value: value[:40],
)
def test_a_text_made_to_grind(text, query, answer):
    """What repeats, joins, elides, folds or never ends a million times over."""
    assert said(query, fields_of(text)) == answer


# --- queries ---------------------------------------------------------------------------------

ARTICLE = Fields(article("A car bomb in Baghdad killed a b. " * 100, "Car bomb"), "s")


def full(part: str, joint: str, begin: str = "", end: str = "") -> str:
    """As many of a part as a query holds."""
    room = 10_000 - len(begin) - len(end) + len(joint)
    return begin + joint.join([part] * (room // len(part + joint))) + end


LONG = {
    "words": full("bomb", " AND "),
    "or": full("bomb", " OR "),
    "not": full("x", " NOT ", begin="bomb NOT "),
    "phrases": full('"car bomb"', " OR "),
    "phrase": full("bomb", " ", begin='"', end='"'),
    "hyphens": full("a", "-"),
    "ampersands": full("a", "&"),
    "letters": full("a", ""),
    "capitals": full("E", ""),
    "unspaced": full("爆", ""),
    "escapes": full("\\a", ""),
    "stars": full("*", "", begin="bomb"),
    "question marks": full("?", "", begin="bomb"),
    "wildcards": full("*b", "", begin="bom"),
    "wildcards in or": full("bomb*", " OR "),
    "wildcards in a phrase": full("bomb*", " ", begin='"', end='"'),
    "near": full("(bomb NEAR/50 car)", " OR "),
    "onear": full("(bomb ONEAR/50 car)", " OR "),
    "not near": full("(bomb NOT NEAR/50 car)", " OR "),
    "sent": full("(bomb SENT car)", " AND "),
    "para": full("(bomb PARA car)", " AND "),
    "groups": f"({' OR '.join(['bomb'] * 600)}) NEAR/50 ({' OR '.join(['car'] * 600)})",
    "atleast": full("ATLEAST/50 bomb", " OR "),
    "cs": full("cs:bomb", " OR "),
    "forms": full("forms:bomb", " OR "),
    "lists": full("@ab", " "),
    "fields": full("title:bomb", " OR "),
    "groups in fields": full("title:(a OR bomb)", " AND "),
    "regexes": full("/bo+m/", " OR "),
    "a regex": full("a", "", begin="/", end="/"),
    "a regex of alternatives": full("bomb", "|", begin="/", end="/"),
    "a regex of stars": full("(a|b)*", "", begin="/", end="c/"),
    "a regex of counts": full("a{1,10}", "", begin="/", end="/"),
    "pairs": full('"car bomb"~5', " OR "),
    "pairs by prefix": full('near5:"car bomb"', " OR "),
    "deepest": "(" * 49 + "bomb" + ")" * 49,
}


@pytest.mark.parametrize("query", LONG.values(), ids=LONG)
def test_a_query_of_ten_thousand_characters(query):
    """The longest query of every operator is read, and judged over an article."""
    assert len(query) <= 10_000
    started = time.process_time()
    parse(query, lists=LISTS)
    assert time.process_time() - started < DEADLINE_SECONDS
    match = ask_rule(query, ARTICLE)
    assert match is None or match.error is None


def test_a_list_of_a_thousand_phrases():
    """A list may hold more than a query has room for."""
    lists = {"many": (*(f"phrase number {n}" for n in range(1_000)), "car bomb")}
    query = "@many NEAR/5 @many OR @many"
    (match,) = Matcher([Rule("r", query, lists=lists)]).match_fields(ARTICLE)
    assert match.answer is Answer.YES


@pytest.mark.parametrize(
    "query",
    [
        *("(" * 10_000, "(" * 51 + "a" + ")" * 51, "-" * 10_000, "NOT " * 2_500, "title:" * 1_600),
        *("a NEAR/3 " * 13 + "a", "a SENT " * 1_400 + "a", "AND " * 2_500, "a b OR " * 1_400 + "c"),
        *("-a " * 3_300, "a " * 5_000, "bo* OR " * 1_400 + "a", "@x " * 3_300, "a" * 10_001),
    ],
    ids=lambda query: f"{query[:9]}{len(query)}",
)
def test_a_query_that_cannot_be_is_refused(query):
    """Too deep, too long, or wrong a thousand times: refused with a reason, at once."""
    started = time.process_time()
    with pytest.raises(QueryError) as refused:
        parse(query)
    assert time.process_time() - started < DEADLINE_SECONDS
    assert all(problem.message for problem in refused.value.problems)


# --- real data -------------------------------------------------------------------------------


def refusal(query: str) -> set[str]:
    """The codes of what is wrong with it."""
    try:
        parse(query)
    except QueryError as error:
        return {one.code for one in error.problems}
    return set()


def test_expressions_that_explode_elsewhere(real_data):
    """Each is judged over its own attack, short and a megabyte long, or refused when it is read."""
    cases = json.loads((real_data / "hostile/redos/patterns.json").read_text())
    assert len(cases) == 24
    refused = 0
    for case in cases:
        query = "/" + case["pattern"].replace("/", r"\/") + "/"
        if codes := refusal(query):
            assert codes <= {"E-REGEX", "E-SYNTAX"}, case["note"]
            refused += 1
            continue
        repeated, _, tail = case["attack"].partition("*N")
        for length in (case["n"], MEGABYTE // len(repeated or "a")):
            text = (repeated or "a") * length + tail
            found = ask_rule(query, Fields(article(text), "s"))
            assert found is None or found.error is None, case["note"]
    assert refused == 15


def test_what_is_found_in_two_weeks_of_headlines(real_data):
    """A phrase finds what agencies do not write; a wildcard and forms: find what they do."""
    path = real_data / "stream/world-news/dev_2025-11-03_14d.jsonl.gz"
    queries = ['"car bombing"', '"car bomb*"', "liberated", "forms:liberate"]
    matcher = Matcher([Rule(query, query) for query in queries])
    counts = dict.fromkeys(queries, 0)
    with gzip.open(path, "rt") as lines:
        for line in lines:
            item = article("", json.loads(line)["title"])
            for match in matcher.match(item, "s"):
                counts[match.rule_id] += match.answer is Answer.YES
    assert counts == dict(zip(queries, (0, 4, 5, 21), strict=True))
