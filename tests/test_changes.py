"""What has changed between two versions, case by case."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from monitor.changes import Changes, Sentence, compare, gained, is_news, lost
from monitor.model import Span

FILES = sorted(Path(__file__).parent.glob("data/changes/*.yaml"))
CASES = [
    pytest.param(case, id=f"{file.stem}: {case['case']}")
    for file in FILES
    for case in YAML(typ="safe").load(file)
]


def changes(case: Mapping[str, str]) -> Changes:
    return compare(case.get("old_title"), case["old"], case.get("new_title"), case["new"])


def shown(sentence: Sentence | None, sign: str) -> Iterator[str]:
    if sentence is not None:
        text = sentence.text
        for start, end in reversed(sentence.marks):
            text = f"{text[:start]}[{text[start:end]}]{text[end:]}"
        yield f"{sign} {'title: ' if sentence.field == 'title' else ''}{text}"


def spans(case: Mapping[str, str], which: str) -> list[Span]:
    """The places of the case's match in its old or new texts."""
    phrase, found = case["match"], []
    for field, text in (("title", case.get(f"{which}_title") or ""), ("body", case[which])):
        at = text.find(phrase)
        if at >= 0:
            found.append(Span(field, at, at + len(phrase)))
    return found


@pytest.mark.parametrize("case", CASES)
def test_changes(case: Mapping[str, str]) -> None:
    """What is news is shown, its words marked; what is none is named."""
    found = changes(case)
    lines = [line for edit in found.news for line in (*shown(edit.old, "-"), *shown(edit.new, "+"))]
    assert lines == case.get("shown", [])
    assert [edit.aside for edit in found.edits if edit.aside] == case.get("asides", [])
    assert is_news(found) == ("shown" in case)


@pytest.mark.parametrize("case", [one for one in CASES if "match" in one.values[0]])
def test_matches(case: Mapping[str, str]) -> None:
    """A match is gained or lost with the words of its sentence, not with their place."""
    found = changes(case)
    assert bool(gained(found, spans(case, "new"))) == case.get("gained", False)
    assert bool(lost(found, spans(case, "old"))) == case.get("lost", False)


WORDS = st.lists(st.sampled_from(["Troops", "left.", "26", "on Monday", "\n\n", "By", "©"]))


@given(WORDS, WORDS)
def test_any_texts_can_be_compared(old: list[str], new: list[str]) -> None:
    """Places are those of the texts; a text held against itself has not changed."""
    before, after = " ".join(old), " ".join(new)
    assert not compare(before, before, before, before).edits
    for edit in compare(None, before, None, after).edits:
        for sentence, text in ((edit.old, before), (edit.new, after)):
            if sentence is not None:
                assert text[sentence.start : sentence.end] == sentence.text
                assert all(0 <= a < b <= len(sentence.text) for a, b in sentence.marks)


def test_long_texts_cost_little() -> None:
    """Megabytes that differ in every sentence."""
    old = "".join(f"A{n} killed b{n} in the town. " for n in range(40_000))
    new = "".join(f"C{n} killed d{n} in the town. " for n in range(40_000))
    assert is_news(compare(None, old, None, new))
