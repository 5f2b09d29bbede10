"""What a sentence counts, case by case, and which figure is told."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from monitor.figures import Figure, Said, figures, figures_beside, highest, number_told
from monitor.model import Item, Span

FILES = sorted(Path(__file__).parent.glob("data/figures/*.yaml"))
CASES = [
    pytest.param(case["text"], case.get("figures", []), id=f"{file.stem}: {case['text']}")
    for file in FILES
    for case in YAML(typ="safe").load(file)
]


@pytest.mark.parametrize(("text", "expected"), CASES)
def test_figures(text: str, expected: list[list[object]]) -> None:
    """What is counted, how many, as printed, how sure; the place is that of what is printed."""
    found = figures(text, 0, len(text))
    assert [
        [f.kind, f.value, f.text, *([f.qualifier] if f.qualifier else [])] for f in found
    ] == expected
    assert all(text[f.start : f.end] == f.text for f in found)


def test_places_are_those_of_the_whole_text():
    text = "All is well. A bomb killed 26 people. 12 died."
    (figure,) = figures(text, 13, 37)
    assert figure == Figure(26, "killed", 27, 29, "26")


def test_only_sentences_with_a_match_are_read():
    """The title counts as one sentence; a sentence with two spans is read once."""
    body = "A car bomb killed 26. Elsewhere 40 died. The bomb hurt nine."
    item = Item("", "Car bomb kills 24", body=body, partial=False)
    spans = [Span("body", 2, 5), Span("body", 6, 10), Span("body", 45, 49), Span("title", 0, 3)]
    found = figures_beside(item, spans)
    assert [(f.kind, f.value) for f in found] == [("killed", 24), ("killed", 26), ("wounded", 9)]
    assert {kind: f.value for kind, f in highest(found).items()} == {"killed": 26, "wounded": 9}


def test_a_fear_is_not_the_highest():
    text = "Up to 90 people were killed. 26 died."
    found = figures(text, 0, len(text))
    assert [f.value for f in highest(found).values()] == [26]


@given(st.text(st.sampled_from("26 and killed ,.;:-–%$a one of the two hundred people were")))
def test_any_text_can_be_read(text: str) -> None:
    for figure in figures(text, 0, len(text)):
        assert text[figure.start : figure.end] == figure.text
        assert figure.value > 0


def test_a_long_sentence_costs_little():
    """Words that make every step look far, as often as a body holds."""
    text = "the killed and 26 dead in the two cars were, " * 20_000
    assert figures(text, 0, len(text))


# --- which figure is told --------------------------------------------------------------------

TOLLS = [8, 8, 1, 13, 12, 12, 10]


def told_in_turn(said: list[Said], told: int | None) -> list[int]:
    """What is told while it comes in one by one."""
    found = []
    for count in range(1, len(said) + 1):
        number = number_told(said[:count], told)
        if number is not None:
            found.append(number)
            told = number
    return found


def test_the_tolls_of_one_burst():
    """13 is said once, 1 and 10 are lower: 12 is told, once."""
    said = [Said(value, f"outlet {n}", n, 1) for n, value in enumerate(TOLLS)]
    assert told_in_turn(said, 8) == [12]


def test_one_outlet_is_not_two():
    said = [Said(12, "wire", 1, 1), Said(12, "wire", 2, 1)]
    assert number_told(said, 8) is None


def test_a_new_version_of_the_same_article_is_believed():
    said = [Said(8, "wire", 1, 1), Said(13, "wire", 1, 2)]
    assert told_in_turn(said, 8) == [13]


def test_an_older_version_or_another_article_is_not():
    assert number_told([Said(8, "wire", 1, 2), Said(13, "wire", 1, 1)], 8) is None
    assert number_told([Said(8, "wire", 1, 1), Said(13, "wire", 2, 2)], 8) is None


SAID = st.lists(
    st.builds(
        Said, st.integers(1, 15), st.sampled_from("abc"), st.integers(1, 4), st.integers(1, 3)
    ),
    max_size=12,
)


@given(SAID, st.none() | st.integers(1, 15), st.integers())
def test_order_and_restarts_do_not_matter(said: list[Said], first: int | None, seed: int) -> None:
    """In whatever order it comes, and however much of it at once, the same is told last; each
    time more than before; and never what one outlet alone says of new articles."""
    told = told_in_turn(said, first)
    shuffled = Random(seed).sample(said, len(said))
    assert told_in_turn(shuffled, first)[-1:] == told[-1:]
    assert [number_told(said, first)] == (told[-1:] or [None])
    assert told == sorted(set(told))
    assert first is None or all(value > first for value in told)
    for value in told:
        says = [one for one in said if one.value == value]
        raised = any(
            before.item_id == one.item_id and before.version < one.version and before.value < value
            for one in says
            for before in said
        )
        assert raised or len({one.outlet for one in says}) > 1
