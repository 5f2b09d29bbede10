"""The loops in C say what those in Python say, and both are there."""

from __future__ import annotations

import shutil
import sysconfig
from importlib.util import find_spec
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import rule_makers
from monitor.errors import QueryError
from monitor.model import Match
from monitor.rules import Matcher, index, parse, runs, show
from monitor.rules.runs import Entry
from monitor.settings import Rule
from monitor.text import fold, passes, plain, scan
from rule_makers import LISTS

# Wherever it can be, it is built: else every figure would be that of Python.
_HEADER = Path(sysconfig.get_path("include"), "Python.h")
CAN_BE_BUILT = bool(shutil.which("cc")) and _HEADER.is_file()
IS_BUILT = find_spec("monitor.text._passes") is not None
SIGNS = "ab12 AZ.,'-/;:!\"()+&@#$?_~%*\n\t\x00\x1c’“”–—…\xa0é北я\U0001f600\ud800"
TEXTS = st.text(st.sampled_from(SIGNS)) | st.text()
WORDS = st.sampled_from(["a", "b", "ab", "bab", "a1", "é", "\ud800", "muchlongerthaneight"])
RUNS = st.lists(WORDS, min_size=1, max_size=8).map(" ".join)
# Of which the last word is only begun: `*a b`, `*a b?`.
STARTS = st.builds(
    lambda run, cut, rest: f"*{run[: max(1, len(run) - cut)].rstrip()}{rest}",
    RUNS, st.integers(0, 9), st.sampled_from(["", "?", "*b", "?a*"]),
)  # fmt: skip

in_c = pytest.mark.skipif(not CAN_BE_BUILT, reason="nothing is here to build it with")


def test_it_is_built_where_it_can_be() -> None:
    assert IS_BUILT or not CAN_BE_BUILT


@in_c
@settings(max_examples=2000)
@given(TEXTS)
def test_passes_tell_the_same(text) -> None:
    """And where the words begin, but in what is odd: Python tells it when it is asked."""
    flat, run, joined, odd, is_foreign, starts = scan.passes(text)
    slow = passes.passes(text)
    assert (flat, run, odd, is_foreign) == (*slow[:2], *slow[3:5])
    assert joined.split() == slow[2].split()
    begins = memoryview(starts).cast("i")
    assert len(begins) == len(run.split())
    for word, begin in zip(run.split(), begins, strict=True):
        if begin >= 0:
            assert flat[begin + 1 : begin + 2].translate(passes.LOWERED).decode() in (word[0], " ")
    if not is_foreign:
        slow_begins = [one for one in passes.word_starts(flat) if not _is_within(one, odd)]
        assert [begin for begin in begins if begin >= 0] == slow_begins


@settings(max_examples=2000)
@given(TEXTS | st.text(st.characters(max_codepoint=0x7F)))
def test_a_text_is_made_plain_the_same(text) -> None:
    assert plain(text) == " ".join(fold(text).split())


def _is_within(place: int, chunks: list[tuple[int, int]]) -> bool:
    return any(start <= place < end for start, end in chunks)


def _alone(features) -> dict[str, tuple[Entry[str], ...]]:
    """A rule for each, of its name."""
    return {feature: (Entry((), feature),) for feature in features}


@in_c
@settings(max_examples=1000)
@given(st.sets(RUNS | STARTS), st.lists(WORDS).map(" ".join), st.lists(RUNS).map(" ".join))
def test_the_same_runs_are_found(sought, words, others) -> None:
    flat, run, *_, starts = scan.passes(words)
    among = f"{run} {others} "
    found, places = index.Runs(_alone(sought), sought).seek(among, flat, starts, [])
    slow, _ = runs.Runs(_alone(sought), sought).seek(among, flat, b"", [])
    assert found == slow
    for one, there in places.items():
        assert one in found
        assert there is None or [words[start:end] for start, end in there] == [one] * len(there)


FEATURES = st.sampled_from(
    ["a", "b", "a b", "*a", "*b?b", "/a", ":title:a", "=source", "?url", "~a"]
)
ENTRIES = st.dictionaries(
    FEATURES,
    st.lists(st.builds(Entry, st.lists(FEATURES).map(tuple), st.integers(0, 9))).map(tuple),
)


@in_c
@settings(max_examples=1000)
@given(ENTRIES, st.lists(WORDS).map(" ".join), st.lists(FEATURES | st.just("unheard")))
def test_the_same_rules_are_found(by_key, words, also) -> None:
    """By the words, and by what else is shown."""
    asked = (f" {words} ", b"", b"", also)
    assert index.Runs(by_key, ()).seek(*asked) == runs.Runs(by_key, ()).seek(*asked)


@in_c
def test_places_are_told_where_they_are_plain() -> None:
    """But not where a chunk wants reading, nor where a word may stand in another way as well."""
    text = scan.Scan(
        "A car bomb in Kut: the Car-Bomb, a (fire bomb), U.S. aid, fire-aid, car, bomb"
    )
    sought = ["car bomb", "kut", "fire bomb", "us", "fireaid", "bomb in", "the car"]
    found = index.Runs(_alone(sought), sought[:-1])
    assert found.seek(text.run + text.others, text.flat, text.starts, []) == (
        set(sought),
        {
            "car bomb": None, "kut": [(14, 17)], "fire bomb": [(36, 45)], "us": None,
            "fireaid": None, "bomb in": [(6, 13)],
        },
    )  # fmt: skip


@in_c
@pytest.mark.parametrize("kind", [index.Runs, runs.Runs])
def test_words_that_are_only_begun_are_found(kind) -> None:
    """Where they go on as wildcards say."""
    found = [
        "*car bom", "*car b*mbs", "*bom?b?", "*b*e*s", "*écar?", "*é", "*bomb??s*",
        "*absolutelylongerthanathirtytwol", "*absolutelylongerthanathirtytwo?e*s", "*écar??*",
    ]  # fmt: skip
    others = ["*car boy?", "*bom?e", "*bomb?y", "*écar?s", "*absolutelylongerthanathirtytwoo", "*x"]
    words = " car bombs bombbs bombers boy absolutelylongerthanathirtytwoletters écaré écar北é "
    assert kind(_alone(found + others), ()).seek(words, b"", b"", []) == (set(found), {})


@in_c
def test_what_takes_too_long_to_tell_is_found() -> None:
    wildcards = f"*a*{'a' * 5000}b"
    assert index.Runs(_alone([wildcards]), ()).seek(f" {'a' * 50_000} ", b"", b"", []) == (
        {wildcards},
        {},
    )


@in_c
@pytest.mark.parametrize("starts", [b"", b"\xff", b"\xff\xff\xff\x7f" * 3, b"\x05\0\0\0" * 9])
@pytest.mark.parametrize("flat", [b"", b" a b ", b" b  "])
def test_places_that_are_not_the_words_are_not_believed(flat, starts) -> None:
    """Whatever is given for the text, nothing beyond it is read."""
    assert index.Runs(_alone(["a", "a b"]), ["a", "a b"]).seek(" a b a ", flat, starts, []) == (
        {"a", "a b"},
        {"a": None, "a b": None},
    )


@in_c
@pytest.mark.parametrize("run", [" ", "a " * 100])
def test_what_is_no_run_is_refused(run) -> None:
    with pytest.raises(ValueError, match="a run has 1 to 63 words"):
        index.Runs(_alone([run]), ())


@in_c
def test_what_is_no_text_is_refused() -> None:
    with pytest.raises(TypeError):
        scan.passes(b"text")  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        index.Runs(_alone(["a"]), ()).seek("a", "b", "c", [])  # type: ignore[arg-type]
    for by_key in ({"": ()}, {1: ()}, {"a": 1}, {"a": (1,)}, {"a": ((("b",), 1, 2),)}, []):
        with pytest.raises(TypeError):
            index.Runs(by_key, ())  # type: ignore[arg-type]


def _matches(seed: int) -> list[tuple[Match, ...]]:
    rng = Random(seed)
    made = [Rule(str(n), show(rule_makers.node(rng)), lists=LISTS) for n in range(20)]
    matcher = Matcher([rule for rule in made if _is_readable(rule)])
    return [matcher.match(rule_makers.item(rng), "bbc-world") for _ in range(20)]


def _is_readable(rule: Rule) -> bool:
    try:
        parse(rule.query, lists=LISTS)
    except QueryError:
        return False
    return True


@in_c
@settings(max_examples=20)
@given(st.integers(0, 1 << 64))
def test_without_them_rules_match_the_same(seed) -> None:
    with pytest.MonkeyPatch.context() as instead:
        instead.setattr(scan, "passes", passes.passes)
        instead.setattr(index, "Runs", runs.Runs)
        slow = _matches(seed)
    assert _matches(seed) == slow
