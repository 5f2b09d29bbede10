"""What the articles of an archive show of rules, against asking every variant of every article."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

import rule_makers as makers
from monitor.model import Answer, Item
from monitor.rules import ask, parse
from monitor.rules.fields import Fields
from monitor.rules.reach import TooCostly
from monitor.rules.review import Review, alerts_a_day
from monitor.rules.variants import variants
from monitor.rules.wildcards import expand, wildcards

DAY = 24 * 3600 * 1000
NOW = 1000 * DAY


def of(text: str) -> Item:
    return Item("", "", body=text, partial=False)


def reviewed(texts: list[str], **queries: str):
    review = Review([(name, parse(query, rule=False)) for name, query in queries.items()])
    for text in texts:
        review.look(Fields(of(text), ""))
    return review, {one.rule_id: one for one in review.results()}


def matches(node, items) -> set[int]:
    return {n for n, item in enumerate(items) if ask(node, item, "s")[0] is Answer.YES}


@pytest.mark.parametrize(
    ("query", "left_out"),
    [
        ("a", []),
        ("a OR b", ["a", "b"]),
        ("a NOT (b OR c)", ["a", "NOT (b OR c)", "b", "c"]),
        ("title:(a OR b)", ["a", "b"]),
        ("a NEAR/3 (b OR c)", ["NEAR/3 (b OR c)", "b", "c"]),
        ("a NOT SENT b NEAR/2 c", ["NEAR/2 c", "NOT SENT b"]),
        ("ATLEAST/2 (a OR b)", ["a", "b"]),
    ],
)
def test_what_can_be_left_out(query: str, left_out: list[str]) -> None:
    assert [variant.left_out for variant in variants(parse(query))] == left_out


def test_positions_point_into_the_query() -> None:
    query = "a AND (bb OR c NEAR/3 d) NOT e"
    for variant in variants(parse(query)):
        word = variant.left_out.strip("(").split()[0]
        assert query.startswith(word, variant.position)


@given(st.randoms(use_true_random=False))
def test_as_if_every_variant_were_asked_of_every_article(rng: Random) -> None:
    nodes = [makers.node(rng) for _ in range(3)]
    items = [makers.item(rng) for _ in range(5)]
    review = Review([(str(n), node) for n, node in enumerate(nodes)])
    for item in items:
        review.look(Fields(item, "s"))
    try:
        found = [matches(node, items) for node in nodes]
        other = [{v: matches(v.node, items) for v in variants(node)} for node in nodes]
    except TooCostly:
        return
    for n, result in enumerate(review.results()):
        assert result.matched == found[n]
        dead = {v.path for v, matched in other[n].items() if matched == found[n] and found[n]}
        outer = {p for p in dead if not any(p[:length] in dead for length in range(len(p)))}
        assert {variant.path for variant in result.dead} == outer
        inside = [str(m) for m in range(3) if m != n and found[n] and found[n] <= found[m]]
        assert list(result.inside) == inside


def test_dead_parts_and_a_rule_inside_another() -> None:
    _, found = reviewed(
        ["a b c", "a c", "d", "b"],
        one="a AND (b OR x) NOT film",
        two="a OR zebra",
        none="zebra OR x",
    )
    assert [v.left_out for v in found["one"].dead] == ["x", "NOT film"]
    assert found["one"].inside == ("two",)
    assert [v.left_out for v in found["two"].dead] == ["zebra"]
    assert (found["none"].dead, found["none"].inside) == ((), ())


def test_a_part_inside_a_dead_one_is_not_told_too() -> None:
    _, found = reviewed(["a"], rule="a OR (x AND y)")
    assert [v.left_out for v in found["rule"].dead] == ["x AND y"]


def test_what_wildcards_stand_for() -> None:
    node = parse('"car bomb*" OR cs:Exp?ode* OR title:mosu* OR tag:x* OR /b.*/ OR bomb*')
    assert wildcards(node) == ("bomb*", "exp?ode*", "mosu*")
    review, _ = reviewed(["bombs bombing", "bombs, explodes", "bomb"], rule="bomb*")
    found = expand("bomb*", review.counts)
    assert (found.expansions, found.others) == ((("bombs", 2), ("bomb", 1), ("bombing", 1)), 0)
    assert expand("exp?ode*", review.counts).expansions == (("explodes", 1),)
    many = expand("wor*", {f"word{n}": n for n in range(30)})
    assert (len(many.expansions), many.expansions[0], many.others) == (20, ("word29", 29), 10)


def test_alerts_a_day() -> None:
    """By the days of the last 30 of which there are articles, one at least."""
    every = [NOW - 10 * DAY, NOW - DAY, NOW, NOW - 400 * DAY]
    assert alerts_a_day(every[1:], every, NOW) == 0.2
    assert alerts_a_day([NOW], [NOW], NOW) == 1
    assert alerts_a_day([], [NOW - 31 * DAY], NOW) is None
