"""What a match is worth: its severity by where it stands, and what stands beside it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.model import Answer, Item, Match, Span
from monitor.settings import Rule, Severity
from monitor.worth import demoted_by, severity_of, worth_of

HIGH, NORMAL, LOW = Severity.HIGH, Severity.NORMAL, Severity.LOW
BY_PLACE = {"title": Severity.CRITICAL, "lead": HIGH, "body": LOW}
LEAD = "A car bomb went off."
BODY = f"\n\n{LEAD}\n\nThe bomb hurt nine. A film showed a bomb. It was years ago."


def article(title: str = "", body: str = "") -> Item:
    return Item("https://wire.example/a", title, body=body, partial=False)


def places(item: Item, word: str) -> tuple[Span, ...]:
    """Every place of a word in title and body."""
    found = []
    for field, text in (("title", item.title or ""), ("body", item.body or "")):
        at = text.find(word)
        while at >= 0:
            found.append(Span(field, at, at + len(word)))
            at = text.find(word, at + 1)
    return tuple(found)


def match(item: Item, word: str) -> Match:
    return Match("r", Answer.YES, places(item, word))


# --- severity --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("title", "word", "expected"),
    [
        ("Bomb", "went off", HIGH),
        ("", "bomb", HIGH),
        ("", "nine", LOW),
        ("nine", "nine", Severity.CRITICAL),
        ("bomb and film", "film", Severity.CRITICAL),
    ],
)
def test_the_highest_place_of_a_match_counts(title, word, expected):
    """Headline, first paragraph that is not blank, the rest."""
    item = article(title, BODY)
    rule = Rule("r", word, severities=BY_PLACE)
    assert severity_of(rule, places(item, word), item) is expected


def test_one_word_holds_everywhere():
    item = article("nine", BODY)
    assert severity_of(Rule("r", "nine", severity=HIGH), places(item, "nine"), item) is HIGH


def test_a_match_outside_title_and_text_has_what_holds_elsewhere():
    """`section:x` alone has no place in them."""
    rule = Rule("r", "section:x", severities=BY_PLACE)
    assert severity_of(rule, (Span("section", 0, 4),), article("a", "b")) is NORMAL
    assert severity_of(rule, (), article()) is NORMAL


@given(
    severities=st.fixed_dictionaries(dict.fromkeys(BY_PLACE, st.sampled_from(Severity))),
    at=st.lists(st.integers(0, len(BODY) - 1), min_size=1),
)
def test_one_place_more_never_lowers_a_match(severities, at):
    """The severity of several places is that of one of them, and of none a higher."""
    item, rule = article("", BODY), Rule("r", "x", severities=severities)
    spans = [Span("body", start, start + 1) for start in at]
    each = [severity_of(rule, (span,), item) for span in spans]
    assert severity_of(rule, spans, item) is min(each, key=list(Severity).index)


# --- demotion --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("title", "body", "expected"),
    [
        ("", "A film about a bomb.", "film"),
        ("", "A bomb. It is a film.", None),
        ("", "A bomb in a film. A bomb in Mosul.", None),
        ("", "A bomb in a film. A bomb, years ago.", "film"),
        ("", "A bomb, and years\nago a film. No bomb years ago.", "film"),
        ("A bomb: film of the year", "", "film"),
        ("A bomb. A film", "", "film"),
        ("A bomb", "A bomb in a film.", None),
        ("A film", "A bomb.", None),
        ("", "No word of it; a film.", None),
        ("", "A bomb, said Dr. Who, in a film.", "film"),
        ("", "Filmed: a bomb.", None),
        ("", "novels on a bomb", "novel*"),
        ("", "A bomb for the IS.", "cs:IS"),
        ("", "A bomb is what it was.", None),
    ],
)
def test_a_match_is_demoted_by_what_stands_beside_every_place(title, body, expected):
    """In the same sentence, a headline being one; the first phrase of the rule is named."""
    item = article(title, body)
    rule = Rule("r", "bomb", demote=("film", "years ago", "novel*", "cs:IS"))
    assert demoted_by(rule, match(item, "bomb"), item) == expected


def test_a_place_that_reaches_over_two_sentences_is_beside_both():
    item = article("", "It was a film bomb. Car parts flew. No.")
    across = Match("r", Answer.YES, (Span("body", 14, 23),))
    assert demoted_by(Rule("r", "x", demote=("parts",)), across, item) == "parts"


def test_a_match_with_more_places_than_are_known_is_not_demoted():
    item = article("", "A film bomb.")
    found = match(item, "bomb")._replace(more=1)
    assert demoted_by(Rule("r", "bomb", demote=("film",)), found, item) is None


def test_without_a_place_in_title_and_text_nothing_is_demoted():
    """There is no sentence that could say so."""
    rule = Rule("r", "section:film", demote=("film",))
    item = article("A film", "A film.")
    assert demoted_by(rule, Match("r", Answer.YES, (Span("section", 0, 4),)), item) is None
    assert demoted_by(Rule("r", "film"), match(item, "film"), item) is None


@given(
    words=st.lists(st.sampled_from(["bomb", "film", "car", "."]), max_size=12),
    title=st.sampled_from(["", "film", "bomb", "bomb film"]),
)
def test_a_demoted_match_has_the_phrase_in_each_of_its_sentences(words, title):
    """Against the plain reading, sentence by sentence."""
    body = " ".join(words).replace(" .", ". X")
    sentences = [title, *(part.removeprefix("X") for part in body.split(". "))]
    holding = [one for one in sentences if "bomb" in one]
    item = article(title, body)
    found = demoted_by(Rule("r", "bomb", demote=("film",)), match(item, "bomb"), item)
    assert (found is not None) == (bool(holding) and all("film" in one for one in holding))


def test_a_demoted_match_is_worth_little_with_its_phrase():
    """However high its place; what is not demoted has the severity of its place."""
    rule = Rule("r", "car", severities=BY_PLACE, demote=("film",))
    for body, expected in ((LEAD, (HIGH, None)), ("A car film.", (LOW, "film"))):
        item = article("", body)
        assert worth_of(rule, match(item, "car"), item) == expected
