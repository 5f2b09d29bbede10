"""Random queries and items, so thick with one another's words that hits are common.

Makes trees, not strings: what is printed of them is itself under test.  All chance comes from the
`Random` that is given, which may be hypothesis's own: then what fails is made small.
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from monitor.model import Item
from monitor.rules import tree
from monitor.rules.tree import (
    AtLeast,
    Cased,
    Field,
    Forms,
    Leaf,
    Listed,
    Near,
    Node,
    Not,
    Phrase,
    Reach,
    Regex,
    Term,
)


def each(words: str, gap: str | None = None) -> list[str]:
    return words.split(gap)


# What every text is thick with and half of the queries ask for.
OFTEN = ["a", "a", "b", "b", "bomb", "IS"]
COMMON = ["a", "b", "bomb", "is", "bomb*"]
# What some texts hold besides.
PLAIN = each(
    "c car truck bombs Bombing bomb-making is Is I.S. IS's IS-held ISIS al-Qaeda alqaeda Qaeda a-b "
    "ab a/b C++ C# #bomb @is $a .b AT&T at U.S. us l'is l'IS O'Brien went goes go liberated "
    "liberate Iraq's iraq 1,200 1200 3-1 3.5 3.5+ Dr. x X 'a' a's _ e.g."
)
FOREIGN = each(
    "中国 国 中 — 🚗 العراق وعراق café CAFE e\u0301 a\u00adb l’is “a” a–b Łódź İs １,２００ ３.５ "
    "ﷺ \ufe70 ⚠\ufe0f#bomb e\u0301#bomb E\u0301. e\u0301s. है."
)
GAPS = [
    *(". ", "! ", "? ", ".” ", ".“ ", "…\n", "\n", "\n\n", "\n \n", ", ", "。"),
    *("-", "/", " _ ", " — ", "\u2003", "\u3000\n\n"),
]
TERMS = each(
    "c|bombs|car|truck|is|isis|al-Qaeda|alqaeda|qaeda|a-b|ab|C++|c#|#bomb|bomb-making|at|AT&T|us"
    "|l'is|O'Brien|go|中国|国|iraq|1200|3-1|3.5|3.5*|ﷺ|café|عراق|العراق|lodz|bom*|bomb?|bomb*"
    "|bomb-mak*|alqae*|al-qae*|#bom*|isi*|\\a|bom\\*b|\\-a|car\\ bomb",
    "|",
)
PHRASES = each(
    "a b|a a|b a|a b a|bomb|bomb a|a bomb*|car bomb|car bomb*|al-Qaeda a|a al-Qaeda|a-b a|ab a|us a"
    "|bombing bom*|bom* Bombing|liberated bomb*"
    '|C++ a|a C++|#bomb a|AT&T a|at t|中国 a|is a|is held|a, b!|say \\"a\\"|l\'is a|e|bomb bomb',
    "|",
)
CASED = each("IS IS a is Is ISIS ISI* I.S. IS-held A Bombing C++ café B l'IS")
CASED_PHRASES = ["IS", "IS a", "a IS", "IS-held a", "a Bomb*", "a b"]
FORMS = ["go", "went", "liberate", "bomb", "is", "car"]
REGEXES = ["a", "a b", "^a", "b$", r"\bIS\b", "(?m)^b", "[0-9]+", "bomb.", r"a\sb", "/", "国"]
LISTS = {
    "letters": ("a", "b c", "a b"),
    "blasts": ("bomb*", "car bomb", "cs:IS"),
    "names": ("isis", "al-Qaeda", "C++", "cs:ISI*", "cs:IS a"),
    "tongues": ("en", "en-US", "a", "a b"),
}
VALUES = ["a", "b", "a b", "en", "en-US", "de", "zh", "A", "bbc-world", "www.example.com", "IS"]
WHOLE = [*VALUES, "a*", "*a", "e?", "en*", "bbc*"]
URLS = ["https://www.example.com/a-b", "https://bbc.example/IS/bomb_a", "http://[", ""]

Maker = Callable[[Random], Node]


def listed(name: str) -> Listed:
    return Listed(name, tuple(map(entry, LISTS[name])))


def entry(written: str) -> Phrase | Cased:
    cased = written.removeprefix("cs:")
    return Phrase(written) if cased == written else Cased(Phrase(cased))


def leaf(rng: Random) -> Leaf:
    """What may stand beside a NEAR."""
    kind = rng.randrange(10)
    if kind < 3:
        return Term(rng.choice(COMMON))
    if kind < 5:
        return Term(rng.choice(TERMS))
    if kind < 7:
        return Phrase(rng.choice(PHRASES))
    if kind == 7:
        is_phrase = rng.randrange(3) == 0
        return Cased(Phrase(rng.choice(CASED_PHRASES)) if is_phrase else Term(rng.choice(CASED)))
    if kind == 8:
        return Forms(Term(rng.choice(FORMS)))
    return listed(rng.choice(["letters", "blasts", "names"]))


def operand(rng: Random) -> Node:
    kind = rng.randrange(8)
    if kind < 4:
        return Term(rng.choice(COMMON))
    return leaf(rng) if kind < 7 else tree.disjunction([leaf(rng), leaf(rng)])


def chain(rng: Random) -> Near:
    """Two to four operands in a row."""
    node = operand(rng)
    for _ in range(rng.choice([1, 1, 1, 2, 2, 3])):
        reach = rng.choice([Reach.NEAR, Reach.NEAR, Reach.ONEAR, Reach.SENT, Reach.PARA])
        is_counted = reach in (Reach.NEAR, Reach.ONEAR)
        free = reach is not Reach.ONEAR and rng.randrange(3) == 0
        node = Near(node, operand(rng), reach, rng.randrange(4) if is_counted else None, free)
    return node


def regex(rng: Random) -> Regex:
    return Regex(rng.choice(REGEXES), rng.randrange(2) == 0)


def asked(rng: Random) -> Node:
    """What is asked of each space of a field by itself."""
    kind = rng.randrange(8)
    if kind < 3:
        return chain(rng)
    if kind == 3:
        return AtLeast(rng.randrange(1, 4), operand(rng))
    return regex(rng) if kind == 4 else leaf(rng)


def whole(rng: Random) -> Leaf:
    """What a field that is compared as a whole may be asked."""
    kind = rng.randrange(4)
    if kind == 0:
        return Phrase(rng.choice(VALUES))
    if kind == 1:
        return listed(rng.choice(["letters", "tongues"]))
    return regex(rng) if kind == 2 else Term(rng.choice([v for v in WHOLE if " " not in v]))


def fielded(rng: Random) -> Field:
    kind = rng.randrange(6)
    if kind == 0:
        return Field(rng.choice(sorted(tree.WHOLE_FIELDS)), combined(rng, whole, 2))
    if kind == 1:
        return Field(rng.choice(["section", "author", "place", "url"]), combined(rng, asked, 2))
    return Field(rng.choice(["title", "lead", "body", "text"]), combined(rng, asked, 2))


def combined(rng: Random, make: Maker, depth: int) -> Node:
    """AND, OR and NOT over what `make` makes."""
    kind = rng.randrange(8) if depth else 7
    if kind == 0:
        return Not(combined(rng, make, depth - 1))
    if kind > 2:
        return make(rng)
    parts = [combined(rng, make, depth - 1) for _ in range(rng.choice([2, 2, 3]))]
    return (tree.conjunction if kind == 1 else tree.disjunction)(parts)


def node(rng: Random) -> Node:
    """Any query, whether or not it says yes to what holds nothing."""
    return combined(rng, lambda r: fielded(r) if r.randrange(3) == 0 else asked(r), 3)


def text(rng: Random) -> str:
    """A few words again and again, mostly with a blank between two."""
    source = rng.choice([PLAIN, PLAIN, PLAIN + FOREIGN])
    words = OFTEN + [rng.choice(source) for _ in range(rng.choice([0, 2, 4, 8]))]
    gaps = [" "] * rng.choice([3, 15, 60]) + GAPS
    made = "".join(rng.choice(words) + rng.choice(gaps) for _ in range(rng.randrange(15)))
    return made.upper() if rng.randrange(5) == 0 else made


def value(rng: Random) -> str | None:
    return rng.choice([None, "", text(rng), text(rng), *VALUES])


def values(rng: Random) -> tuple[str, ...] | None:
    if rng.randrange(4) == 0:
        return None
    return tuple(rng.choice([text(rng), *VALUES]) for _ in range(rng.randrange(4)))


def item(rng: Random) -> Item:
    return Item(
        url=rng.choice(URLS),
        title=rng.choice([None, "", *[text(rng)] * 10]),
        body=rng.choice([None, "", *[text(rng)] * 10]),
        partial=rng.randrange(6) == 0,
        lang=rng.choice([None, "en", "en-US", "EN", "de", "zh"]),
        section=value(rng),
        place=value(rng),
        wire=value(rng),
        tags=values(rng),
        authors=values(rng),
    )
