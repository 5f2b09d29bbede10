"""Which channels hear of an alert."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.model import Item
from monitor.routing import Texts, matches, ways
from monitor.settings import ConsoleChannel, LabelMatcher, Route, Rule, TextMatcher

CHANNELS = {name: ConsoleChannel(name) for name in ("desk", "mideast", "war-room", "night")}
LABELS = {"rule": "car-bombing", "severity": "high", "source": "wire", "section": "IRAQ WARS"}
RULE = Rule("car-bombing", "query")


def route(*asked, **more) -> tuple[str, ...]:
    """The channels that are told, without the reasons."""
    return tuple(way.channel for way in ways(*asked, **more))


def when(text: str) -> tuple[LabelMatcher, ...]:
    """`severity=high wire!=AFP` as matchers."""
    found = []
    for part in text.split():
        for operator in ("!=", "=~", "!~", "="):
            label, sign, value = part.partition(operator)
            if sign:
                found.append(LabelMatcher(label, operator, value.replace("_", " ")))
                break
    return tuple(found)


def node(text: str, *to: str, go_on: bool = False, routes: tuple[Route, ...] = ()) -> Route:
    return Route(to, when(text), go_on, routes)


TREES = {
    "what no route matches goes to the root's channels": (
        Route(("desk",), routes=(node("severity=low", "night"),)),
        ("desk",),
    ),
    "the first match wins": (
        Route(("desk",), routes=(node("severity=high", "mideast"), node("source=wire", "night"))),
        ("mideast",),
    ),
    "continue goes on to the next": (
        Route(
            ("desk",),
            routes=(
                node("severity=high", "mideast", go_on=True),
                node("source=other", "war-room"),
                node("source=wire", "night"),
            ),
        ),
        ("mideast", "night"),
    ),
    "continue with nothing after it does not add the root": (
        Route(("desk",), routes=(node("severity=high", "mideast", go_on=True),)),
        ("mideast",),
    ),
    "an inner route wins over its outer one": (
        Route(
            ("desk",),
            routes=(node("severity=high", "mideast", routes=(node("source=wire", "night"),)),),
        ),
        ("night",),
    ),
    "an outer route whose inner ones don't match stands for itself": (
        Route(
            ("desk",),
            routes=(node("severity=high", "mideast", routes=(node("source=x", "night"),)),),
        ),
        ("mideast",),
    ),
    "a route without channels has its parent's": (
        Route(("desk", "night"), routes=(node("severity=high"),)),
        ("desk", "night"),
    ),
    "a channel named twice is told once": (
        Route(
            ("desk",),
            routes=(node("severity=high", "night", go_on=True), node("", "night", "desk")),
        ),
        ("night", "desk"),
    ),
    "a channel that is not there is left out": (
        Route(("desk",), routes=(node("severity=high", "gone", "night"),)),
        ("night",),
    ),
    "a route of channels that are not there loses nothing": (
        Route(("desk",), routes=(node("severity=high", "gone"),)),
        ("desk",),
    ),
    "a tree that names nobody tells the first channel": (Route(), ("desk",)),
}


@pytest.mark.parametrize("case", TREES)
def test_tree(case: str) -> None:
    """One case per sentence above."""
    root, expected = TREES[case]
    assert route(LABELS, RULE, root, CHANNELS) == expected


def test_a_rules_own_wish_goes_past_the_tree() -> None:
    """Whatever the tree says."""
    root = Route(("desk",), routes=(node("severity=high", "night"),))
    rule = Rule("car-bombing", "query", to=("war-room", "mideast"))
    assert route(LABELS, rule, root, CHANNELS) == ("war-room", "mideast")


def test_a_rules_wish_for_nobody_falls_back_on_the_tree() -> None:
    """An alert is never lost between two files."""
    assert route(LABELS, Rule("a", "q", to=("gone",)), Route(("desk",)), CHANNELS) == ("desk",)


def test_a_rules_labels_are_matched_too() -> None:
    """But they don't stand in for what is known of the alert."""
    rule = Rule("car-bombing", "query", labels={"desk": "mideast", "severity": "low"})
    root = Route(("desk",), routes=(node("desk=mideast severity=high", "mideast"),))
    assert route(LABELS, rule, root, CHANNELS) == ("mideast",)


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        ("severity=high", True),
        ("severity=low", False),
        ("severity!=low", True),
        ("section=~IRAQ.*", True),
        ("section=~IRAQ", False),  # the whole value
        ("section!~IRAQ", True),
        ("section!~.*WARS", False),
        ("wire=", True),  # a label that is not there is empty
        ("wire!=AFP", True),
        ("wire=~.+", False),
        ("severity=high source=other", False),  # all must hold
        ("", True),
    ],
)
def test_conditions(condition: str, holds: bool) -> None:
    """`= != =~ !~`, all of them, on whole values."""
    assert matches(LABELS, when(condition)) is holds


CAR = TextMatcher("car")
BLAST = TextMatcher("@blast AND title:town", {"blast": ("blast", "explosion")})
TEXTS = Route(
    ("desk",),
    routes=(
        Route(("mideast",), when("severity=high"), text=CAR),
        Route(routes=(Route(("night",), text=BLAST),)),
    ),
)


def about(body: str, *, title: str = "", partial: bool = False, closed: bool = False) -> list[str]:
    """What `TEXTS` asks that the article answers with yes."""
    item = Item("https://wire.example/a", title, body=body, partial=partial)
    return sorted(Texts(TEXTS).holding(item, "wire", closed=closed))


def test_what_routes_ask_of_the_text_is_answered_at_once() -> None:
    """With the lists they name, wherever in the tree they stand."""
    assert about("A car.") == [CAR.query]
    assert about("An explosion: a car.", title="In town") == [BLAST.query, CAR.query]
    assert about("Nothing.") == []
    assert Texts(Route()).holding(Item("https://wire.example/a"), "wire", closed=True) == set()


def test_what_is_not_known_yet_does_not_hold() -> None:
    """A route takes what it asks for, and nothing else on trust."""
    root = Route(routes=(Route(text=TextMatcher("car NOT film")),))
    teaser = Item("https://wire.example/a", "", body="A car.")
    assert Texts(root).holding(teaser, "wire", closed=False) == set()
    assert Texts(root).holding(teaser, "wire", closed=True) == {"car NOT film"}


@pytest.mark.parametrize(
    ("severity", "holding", "expected"),
    [
        ("high", [CAR], ("mideast",)),
        ("low", [CAR], ("desk",)),
        ("high", [], ("desk",)),
        ("high", [BLAST], ("night",)),
        ("high", [CAR, BLAST], ("mideast",)),
    ],
)
def test_labels_and_text_must_both_hold(
    severity: str, holding: list[TextMatcher], expected: tuple[str, ...]
) -> None:
    """The branch that asks for the text alone stands second."""
    labels = LABELS | {"severity": severity}
    held = frozenset(text.query for text in holding)
    assert route(labels, RULE, TEXTS, CHANNELS, held) == expected


@given(
    st.dictionaries(st.sampled_from(["rule", "severity", "wire"]), st.text(max_size=20)),
    st.lists(st.sampled_from([*CHANNELS, "gone"]), max_size=3),
)
def test_somebody_is_always_told(labels: dict[str, str], to: list[str]) -> None:
    """No labels and no tree lead nowhere, and nobody is told twice."""
    root = Route(tuple(to), routes=(node("severity=~.*h.*", *to, go_on=True),))
    found = route(labels, Rule("r", "q", to=tuple(to[:1])), root, CHANNELS)
    assert found
    assert set(found) <= set(CHANNELS)
    assert len(set(found)) == len(found)


@pytest.mark.parametrize(
    ("severity", "inner", "expected"),
    [("high", True, False), ("normal", True, True), ("normal", False, False)],
)
def test_what_no_route_matches_is_known(severity: str, inner: bool, expected: bool) -> None:
    """Where there are no routes none could match."""
    routes = (Route(("desk",), (LabelMatcher("severity", "=", "high"),)),) if inner else ()
    found = ways({"severity": severity}, RULE, Route(("war-room",), routes=routes), CHANNELS)
    assert [way.is_unrouted for way in found] == [expected]
