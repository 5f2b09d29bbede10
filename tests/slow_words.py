"""The obvious way to find a word: every row of tokens, every way to spell it; and sentences.

The half of the slow evaluator that knows clauses 3 to 6, 9 and 10 of the rule language, and the
sentences of 8.  Shares with the product the tree and `monitor.text` (tokens, folding, paragraphs).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache, lru_cache
from unicodedata import category, normalize

import simplemma

from monitor.rules import tree
from monitor.text import Kind, Token, fold, paragraphs, tokens

# Stand for `*` and `?` while a query is cut into tokens: letters without case that nobody uses.
ANY, ONE = "ꙮ", "ǂ"

Test = Callable[[Token], bool]

TITLES = "Mr Mrs Ms Dr Prof Gen Col Lt Sgt Maj Capt Adm Sen Rep Gov Pres St No vs"
MONTHS = "Jan Feb Mar Apr Jun Jul Aug Sep Sept Oct Nov Dec"
ABBREVIATIONS = frozenset(f"{TITLES} {MONTHS}".split())
CLOSING = "\"'”’»›“‘«‹)]}）］｝」』】〉》〕"


@lru_cache(maxsize=256)
def sentences(text: str) -> list[tuple[int, int]]:
    found = []
    for start, end in paragraphs(text):
        ends = [at + 1 for at in range(start, end) if ends_sentence(text, at, end)]
        starts = [start, *ends]
        found += zip(starts, [*ends, end], strict=True)
    return found


def ends_sentence(text: str, at: int, end: int) -> bool:
    """Whether a sentence ends with the sign at `at`."""
    if text[at] in "。！？":
        return True
    following = without_format(text[at + 1 : end]).lstrip(CLOSING)
    if text[at] not in ".!?…؟۔।" or not following[:1].isspace():
        return False
    if following.lstrip()[:1].islower():
        return False
    before = without_format(text[:at])
    first = len(before)
    while first > 0 and (re.match(r"\w", before[first - 1]) or is_mark(before[first - 1])):
        first -= 1
    word = before[first:]
    # A mark that a fold removes makes no other letter of one.
    is_short = word[:1].isalpha() and all(map(is_mark, word[1:])) and fold("a" + word[1:]) == "a"
    return not (text[at] == "." and (is_short or word in ABBREVIATIONS))


def is_mark(letter: str) -> bool:
    return category(letter).startswith("M")


# --- words, phrases, wildcards (3 to 6), cs: (9), forms: (10)


def rows(leaf: tree.Leaf, text: str, lang: str | None, maybes: bool) -> Iterator[list[Token]]:
    """Every row of tokens at consecutive positions of one paragraph that spells the leaf."""
    found = tokens(text)
    starts = [start for start, _ in paragraphs(text)]

    def paragraph(token: Token) -> int:
        return sum(start <= token.start for start in starts)

    for row in wanted(leaf, text, lang, maybes):
        partly: list[list[Token]] = [[]]
        for is_wanted in row:
            partly = [
                [*done, token]
                for done in partly
                for token in found
                if is_wanted(token)
                and (not done or token.first == done[-1].last + 1)
                and (not done or paragraph(token) == paragraph(done[-1]))
            ]
        yield from partly


def wanted(leaf: tree.Leaf, text: str, lang: str | None, maybes: bool) -> list[list[Test]]:
    """The ways to spell the leaf, each a row of tests for one token after the other."""
    if isinstance(leaf, tree.Forms):
        word = tree.leaf_text(leaf.word)
        return [[lambda token: is_form(word, token, text, lang)]]
    if not isinstance(leaf, tree.Cased):
        asked = tokens(with_wildcards(leaf, "*?"))
        return [[test(token.form) for token in way] for way in ways(asked)]
    query = with_wildcards(leaf.part, "*?")
    found = tokens(text)
    is_loud = shouts(text)
    if is_loud and not maybes:
        return []

    def cased_test(pattern: str) -> Test:
        def holds(token: Token) -> bool:
            if token.kind is Kind.ALTERNATE or not same_sort(pattern, token):
                return False
            form = cased(token, found, text)
            return fits(fold(pattern), fold(form)) if is_loud else fits(pattern, form)

        return holds

    asked = tokens(query)
    return [[cased_test(cased(token, asked, query)) for token in way] for way in ways(asked)]


def test(pattern: str) -> Test:
    return lambda token: same_sort(pattern, token) and fits(pattern, token.form)


def same_sort(pattern: str, token: Token) -> bool:
    """A term without a sign asks for the bare token, so no wildcard stands for a sign (4)."""
    return (token.kind is Kind.SIGN) == bool(re.search(r"^[#@$.]|[+#]$|&", pattern))


def fits(pattern: str, form: str) -> bool:
    return re.fullmatch(
        re.escape(pattern).replace(ANY, ".*").replace(ONE, "."), form, re.DOTALL
    ) is not None  # fmt: skip


def with_wildcards(leaf: tree.Word, signs: str) -> str:
    """What the leaf asks for, escapes resolved, each unescaped wildcard a letter of its own."""
    return re.sub(
        r"\\(.)|([*?])",
        lambda m: m[1] or ({"*": ANY, "?": ONE}[m[2]] if m[2] in signs else m[2]),
        leaf.written,
        flags=re.DOTALL,
    )


def ways(asked: list[Token]) -> list[list[Token]]:
    """Every way through the tokens of a query: parts or joined form, the widest sign it has."""
    signs = [token for token in asked if token.kind is Kind.SIGN]
    widest = [
        a for a in signs if not any(covers(b, a) and len(b.form) > len(a.form) for b in signs)
    ]
    usable = widest + [
        token
        for token in asked
        if token.kind in (Kind.WORD, Kind.JOINED)
        and not any(s.first <= token.last and token.first <= s.last for s in widest)
    ]
    length = 1 + max(token.last for token in asked)

    def onward(position: int) -> list[list[Token]]:
        if position == length:
            return [[]]
        here = [token for token in usable if token.first == position]
        return [[token, *rest] for token in here for rest in onward(token.last + 1)]

    return onward(0)


def covers(one: Token, other: Token) -> bool:
    return one.first <= other.first and other.last <= one.last


def cased(token: Token, found: list[Token], text: str) -> str:
    """The token as written, after NFKC, less what 4 takes away from a word."""
    words = [t for t in found if t.kind is Kind.WORD and covers(token, t)]
    parts = [normalize("NFKC", bare(text[word.start : word.end])) for word in words]
    if token.kind is not Kind.SIGN:
        return "".join(parts)
    before = re.match(r"[#@$.]?", token.form).group()
    after = re.search(r"[+#]*\Z", token.form).group()
    return before + "&".join(parts) + after


def bare(written: str) -> str:
    """Without format characters, apostrophes, thousands' commas and the dots of abbreviations."""
    return re.sub(r"['’ʼ,]|(?<!\d)\.|\.(?!\d)", "", without_format(written))


def without_format(written: str) -> str:
    return "".join(letter for letter in written if category(letter) != "Cf")


def shouts(text: str) -> bool:
    """Two tokens or more, 70 % of the letters that have a case upper case: case says nothing."""
    letters = [letter for letter in text if letter.isupper() or letter.islower()]
    loud = sum(map(str.isupper, letters))
    words = sum(token.kind is Kind.WORD for token in tokens(text))
    return words >= 2 and bool(letters) and 10 * loud >= 7 * len(letters)


def is_form(word: str, token: Token, text: str, lang: str | None) -> bool:
    """The same folded word, or a word with the same lemma in the item's language."""
    if token.kind is Kind.SIGN:
        return False
    written = token.form
    if token.kind is Kind.WORD:
        written = normalize("NFKC", without_format(text[token.start : token.end]))
    same = {fold(lemma(word, lang)), fold(lemma(written, lang))}
    return token.form == tokens(word)[0].form or len(same) == 1


@cache
def lemma(word: str, lang: str | None) -> str:
    """The word itself in a language that simplemma does not have."""
    try:
        return simplemma.lemmatize(word, lang=(lang or "en").split("-")[0].lower())
    except ValueError:
        return word


def is_whole(leaf: tree.Word, value: str) -> bool:
    """The whole folded value; only `*` is a wildcard here (7)."""
    return bool(value) and fits(fold(with_wildcards(leaf, "*")), fold(value))
