"""Tokens, folding, paragraphs and sentences."""

from __future__ import annotations

import re
import unicodedata
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from monitor.text import (
    Chunks,
    Kind,
    Scan,
    Token,
    first_paragraph,
    fold,
    forms,
    index_text,
    indexed,
    paragraph_at,
    paragraphs,
    sentence_at,
    tokens,
)

CASES = YAML(typ="safe").load(Path(__file__).parent / "data" / "rules" / "tokens.yaml")
# What the tokeniser has rules for, thick enough that the rules meet one another.
TEXTS = st.text(st.sampled_from("aBs5 '’.,-/&#@+_\né\u0301\u200b中ول"))


def shown(token: Token) -> str:
    last = "" if token.last == token.first else f"-{token.last}"
    return f"{token.form}@{token.first}{last}"


@pytest.mark.parametrize("case", CASES, ids=lambda case: ascii(case["text"]))
def test_tokens(case):
    """Each text has the tokens written beside it, in any order, and each covers what it should."""
    found = tokens(case["text"])
    assert sorted(map(shown, found)) == sorted(case["tokens"])
    if "spans" in case:
        spans = [case["text"][token.start : token.end] for token in found]
        assert sorted(spans) == sorted(case["spans"])


@given(TEXTS | st.text())
def test_bare_words_number_the_positions(text):
    """Every position has exactly one bare word, in the order of the text."""
    words = [token for token in tokens(text) if token.kind is Kind.WORD]
    assert [(word.first, word.last) for word in words] == [(n, n) for n in range(len(words))]
    assert all(a.end <= b.start for a, b in pairwise(words))


@given(TEXTS | st.text())
def test_spans_slice_back(text):
    """What a token covers, read alone, gives the token's form again."""
    for token in tokens(text):
        if token.kind is not Kind.ALTERNATE:
            assert token.form in forms(text[token.start : token.end])


@example("B--a-s")
@given(TEXTS | st.text())
def test_forms_hold_those_of_the_tokens(text):
    """The short way to the forms gives all that the long way gives."""
    held = {token.form for token in tokens(text)}
    assert held <= forms(text)


@example("1.5 a-1.5 1,000.5")
@given(TEXTS | st.text())
def test_an_index_holds_every_form(text):
    """Each as one word, as the index cuts what it is given."""
    held = set(re.split(r"[\x00-/:-@\[-^`{-\x7f]+", index_text(Scan(text))))
    assert {indexed(token.form) for token in tokens(text)} <= held


@given(TEXTS | st.text(), st.integers(0, 30))
def test_chunks_lead_to_every_token(text, number):
    """Every place of a form lies in one of the chunks that are named for it, if any are named."""
    scan, found = Scan(text), tokens(text)
    if scan.is_foreign or not found:
        return
    token = found[number % len(found)]
    chunks = Chunks(scan).holding(token.form)
    assert chunks is None or any(start <= token.start and token.end <= end for start, end in chunks)


@given(TEXTS | st.text(), st.integers(0, 30), st.integers(1, 5))
def test_chunks_lead_to_every_start(text, number, length):
    scan, found = Scan(text), tokens(text)
    if scan.is_foreign or not found:
        return
    token = found[number % len(found)]
    chunks = Chunks(scan).starting(token.form[:length])
    assert chunks is None or any(start <= token.start and token.end <= end for start, end in chunks)


@example("B++'s B++'a B")  # of one shape, and not of as many words
@given(TEXTS | st.text())
def test_words_are_counted_without_being_read(text):
    """As many before each word, and in all, as the tokens say."""
    scan, words = Scan(text), [t for t in tokens(text) if t.kind is Kind.WORD]
    if scan.is_foreign:
        return
    chunks = Chunks(scan)
    assert [chunks.position_at(word.start) for word in words] == [word.first for word in words]
    assert chunks.position_at(len(text)) == len(words)


@given(TEXTS | st.text(), st.integers(0, 30))
def test_a_chunk_is_widened_to_its_neighbours(text, number):
    """With so many words around it wherever there are so many."""
    scan, words = Scan(text), [t for t in tokens(text) if t.kind is Kind.WORD]
    if scan.is_foreign or not words:
        return
    at = number % len(words)
    before, after = words[max(at - 2, 0)], words[min(at + 2, len(words) - 1)]
    chunks = Chunks(scan)
    for chunk in chunks.holding(words[at].form) or ():
        if chunk[0] <= words[at].start < chunk[1]:
            start, end = chunks.widened(chunk, 2, 2)
            assert start <= before.start
            assert after.end <= end


@given(TEXTS, TEXTS)
def test_white_space_parts_texts(one, other):
    """What stands before white space changes nothing behind it."""
    shift = len(one) + 1
    words = 1 + max((token.last for token in tokens(one)), default=-1)
    moved = [
        token._replace(
            first=token.first + words,
            last=token.last + words,
            start=token.start + shift,
            end=token.end + shift,
        )
        for token in tokens(other)
    ]
    assert tokens(f"{one} {other}") == tokens(one) + moved


@example("ヴヷ")
@example("か\u3099字ｶﾞ")
@example("ำกำ")
@example("㌔⺀〇豈")
@given(st.text(st.sampled_from("字爆発炸弹東京かがカガヴヷ\u3099ｶﾞﾊﾟำกໍຳខ្មែရန်㌔⺀〇豈𠮷"), min_size=1))
def test_words_of_one_letter_are_read_alone_as_beside_others(text):
    """What is nothing but such words is read at once: as behind another word."""
    text = "字" + text
    behind = [token for token in tokens("a" + text) if token.start]
    moved = [
        (one.form, one.first - 1, one.last - 1, one.start - 1, one.end - 1, one.kind)
        for one in behind
    ]
    assert [tuple(token) for token in tokens(text)] == moved


def test_long_chunks_are_read_like_short_ones():
    """A run without white space that is too long to be remembered gives the same tokens."""
    assert [token.form for token in tokens("U.S.-led," * 20)][:3] == ["us", "usled", "led"]
    assert len(tokens("U.S.-led," * 20)) == 60


@pytest.mark.parametrize(
    "unit",
    [
        *("a\u0301\u0316", "\u0301", "a\u0301", "\u0e48", "\u0e01\u0e48\u0e38"),
        *("\u200b", "a\u200b", "a'", "'", "l'", "a-", "-", "a.", "1,234", "1.", "a&", "#a+"),
        *("x_", "中", "و", " \n", ".", '?"', "! "),
    ],
    ids=ascii,
)
def test_hostile_text_costs_linear_time(unit):
    """Thousands of signs that join, elide or vanish are read at once: a square would hang."""
    text = unit * 20_000
    assert len(tokens(text)) <= 2 * len(text)
    assert len(fold(text)) <= 4 * len(text)
    assert sentence_at(text, len(text) - 1)[1] <= len(text)
    assert len(paragraphs(text)) <= len(text)


@given(st.text())
def test_folding_again_changes_nothing(text):
    """A folded form is its own folded form."""
    assert fold(fold(text)) == fold(text)


@given(st.text())
def test_folding_ignores_case_and_composition(text):
    """Composed or not, wide or not, a text folds to the same form."""
    assert fold(unicodedata.normalize("NFC", text)) == fold(text)
    assert fold(unicodedata.normalize("NFKC", text)) == fold(text)


def test_folding_keeps_letters_of_other_scripts_apart():
    """Look-alikes are not equal, and a kana with its voicing mark is another letter."""
    assert fold("а") != fold("a")
    assert fold("ガ") != fold("カ")
    assert fold("ü") == "u"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        (" \n\n ", []),
        ("one", ["one"]),
        ("one\ntwo", ["one\ntwo"]),
        ("\n\n one \n\ntwo\n \t\n\n three\n", ["one", "two", "three"]),
        ("one\r\n\r\ntwo", ["one", "two"]),
    ],
)
def test_paragraphs(text, expected):
    """A blank line parts paragraphs, a line break does not; blank ones are none."""
    assert [text[start:end] for start, end in paragraphs(text)] == expected


@given(st.text(st.sampled_from("a \n\t\r\u2003\x1c\u200b.")))
def test_the_first_paragraph_is_the_first_of_all(text):
    assert first_paragraph(text) == next(iter(paragraphs(text)), None)


def test_paragraph_at_counts_from_one():
    """A place in the second of three paragraphs is 2 of 3; a blank text counts as one."""
    text = "one\n\ntwo\n\nthree"
    assert paragraph_at(text, 0) == (1, 3)
    assert paragraph_at(text, text.index("two")) == (2, 3)
    assert paragraph_at(text, len(text)) == (3, 3)
    assert paragraph_at("", 0) == (1, 1)


@pytest.mark.parametrize(
    ("text", "word", "expected"),
    [
        ("A bomb. A car.", "car", "A car."),
        ("A bomb. A car.", "bomb", "A bomb."),
        ('He said "no." She left.', "She", "She left."),
        ("At 3.5 km. then on", "then", "At 3.5 km. then on"),
        ("The U.S. Army fired.", "Army", "The U.S. Army fired."),
        ("Gen. Smith and Sept. 11", "Smith", "Gen. Smith and Sept. 11"),
        ("Why?! Because… So", "Because", "Because…"),
        ("He is Amr. She left.", "She", "She left."),
        ("No stop here\n\nNew start", "New", "New start"),
        ("爆発。死者。", "死", "死者。"),
        ("هل؟ نعم۔ لا", "نعم", "نعم۔"),
        ("one.two Three", "Three", "one.two Three"),
    ],
)
def test_sentence_at(text, word, expected):
    """Sentences end at their stops, not at abbreviations, and never reach past the paragraph."""
    start, end = sentence_at(text, text.index(word))
    assert text[start:end] == expected


@example("\u200f \u200f", 0)
@given(TEXTS | st.text(), st.integers(0, 200))
def test_sentence_lies_in_the_text(text, offset):
    """Any place gives a sentence inside the text, without white space around it."""
    start, end = sentence_at(text, offset)
    assert 0 <= start <= end <= len(text)
    assert text[start:end] == text[start:end].strip()
