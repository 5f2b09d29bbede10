"""Which channels hear of an alert."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.routing import matches, route
from monitor.settings import ConsoleChannel, LabelMatcher, Route, Rule

CHANNELS = {name: ConsoleChannel(name) for name in ("desk", "mideast", "war-room", "night")}
LABELS = {"rule": "car-bombing", "severity": "high", "source": "wire", "section": "IRAQ WARS"}
RULE = Rule("car-bombing", "query")


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
