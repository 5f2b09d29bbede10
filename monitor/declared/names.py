"""Who wrote an article: the printed byline, and the names in what the page states.

Knows bylines' grammar in several languages.  Takes no name from the article's text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import islice
from typing import NamedTuple

from lxml.html import HtmlElement

from monitor import markup
from monitor.declared.page import MOST_ELEMENTS, Page, Said
from monitor.markup import Line
from monitor.publishers.conventions import conventions

_METAS = (
    "author article:author og:article:author authors parsely-author sailthru.author byl byline"
    " dc.creator dcterms.creator cxenseparse:author mrf:authors vr:author article.author creator"
)
_LONGEST = 100  # characters of a byline or a name
_MOST_WORDS = 5  # of one name
_MOST_NAMES = 20
_APART = re.compile(r"\s?[,;|•·]\s?|\s[/–—-]\s")
_IN_BRACKETS = re.compile(r"\s?[(\[][^()\[\]]{0,80}[)\]]")
_NO_WORD = re.compile(r"\S*@\S*|\S*://\S*")  # handles, mail and web addresses
_SLUG = re.compile(r"[a-z0-9]+(?:[-_][a-z0-9]+)+")
_CUT = re.compile(r"[0-9|•·]")  # a date or a reading time behind the names
_MONTH = "(?:january|february|march|april|may|june|july|august|september|october|november|december)"
_DATE = re.compile(
    rf"(?:^|[ ,;|•·]+)(?:(?:on )?(?:mon|tues|wednes|thurs|fri|satur|sun)day\b.*|{_MONTH} [0-9].*)",
    re.IGNORECASE,
)
_MONTH_LEFT = re.compile(
    rf"\W*(?:posted|published|updated|on|today)*\W*(?:{_MONTH}|(?:jan|feb|mar|apr|jun|jul|aug|sept?|oct"
    r"|nov|dec)\.?)?\s*$",
    re.IGNORECASE,
)
_PLACE = re.compile(r"(?<=\w) (?:in|aus|at|for|from) .*")
_GAP = re.compile(r",? ")
_HOST = re.compile(r"\S*[a-zA-Z]\.[a-z]{2,}")  # STERN.de
_ACCOUNT = re.compile(r"[a-z0-9]+")  # admin
_INITIALISM = re.compile(r"[A-ZÄÖÜ]{2,6}")
_PAGE_OF_AUTHOR = re.compile(r"/(?:author|autor|auteur|auteurs|profil|journalist|people|by)[^/]*/")

Names = tuple[str, ...]


class Statement(NamedTuple):
    """Names, each with whether it is a house's; what states them; the line they are printed in."""

    found: Sequence[tuple[str, bool]]
    by: str
    line: str | None = None

    @property
    def names(self) -> Names:
        return tuple(dict.fromkeys(name for name, _ in self.found[:_MOST_NAMES]))


def bylines(page: Page) -> list[Said]:
    """What may be the printed byline: elements called so, and links to the author."""
    found = []
    for element in page.bylines:
        text = _without_date(markup.text_of(element) or "")
        names = people(text)
        if len(text) <= _LONGEST and names and (_by().match(text) or _is_name(names[0])):
            found.append(Said(text, "the element marked as byline"))
    return found


def byline(candidates: Iterable[Said], authors: Statement) -> Said | None:
    """The first that reads like a byline, or that names an author."""
    if authors.line is not None:
        return Said(authors.line, authors.by)
    names = [name.casefold() for name in authors.names]
    return next(
        (
            one
            for one in candidates
            if _by().match(one.text) or any(name in one.text.casefold() for name in names)
        ),
        None,
    )


def around_byline(line: str) -> Iterator[str]:
    """What stands in a line before a byline, or behind it."""
    line = line[: 2 * _LONGEST]
    if _by().match(line):
        gaps = islice(_GAP.finditer(line), 2 * _MOST_WORDS)
        for gap in gaps:
            found = _in_byline(line[: gap.start()])
            if found and _is_name(found[0]):
                yield line[gap.end() :]
    elif (start := _inner_by().search(line)) is not None:
        yield line[: start.start()]


def _without_date(text: str) -> str:
    before, *rest = _CUT.split(text[: 4 * _LONGEST], maxsplit=1)
    return (_MONTH_LEFT.sub("", before) if rest else before).strip(" ,/-")


def authors(page: Page, printed: Iterable[Said], under_headline: Iterable[Line]) -> Statement:
    """The first statement that names a person; without one, the first that names a house.

    `under_headline` is asked only where nothing else names a person.
    """
    house = Statement((), "")
    for statement in _statements(page, printed, under_headline):
        persons = [not is_house for _, is_house in statement.found]
        # "Agencies" beside the house's own name are no persons that the house does not name.
        if persons and (all(persons) if house.found else any(persons)):
            return statement
        if not house.found and statement.found:
            house = statement
    return house


def _statements(
    page: Page, printed: Iterable[Said], under_headline: Iterable[Line]
) -> Iterator[Statement]:
    stated = [(name, no_person) for text, no_person in page.node.names("author")
              for name in people(text) or _as_it_stands(text)]  # fmt: skip
    judged = [(name, flag or _is_house(page, name)) for name, flag in stated]
    yield Statement(judged, "JSON-LD author")
    for name in _METAS.split():
        found = [one for said in page.said(name) for one in people(said.text) if not _is_slug(one)]
        yield _judged(page, found, f"the meta element {name}")
    yield _judged(page, _marked(page), "microdata author, or links to the author's page")
    for line in printed:
        yield _judged(page, _in_byline(line.text), line.by)
    yield _judged(page, _written_by(page), "the meta element twitter:data1")
    for under in under_headline:
        for part in (under.text, *under.text[: 4 * _LONGEST].split("|")[1:]):
            text = _without_date(part)
            names = _in_byline(text)
            if names and _is_name(names[0]):
                yield _judged(page, names, "a line under the headline")._replace(line=text)


def _judged(page: Page, names: Iterable[str], by: str) -> Statement:
    return Statement([(name, _is_house(page, name)) for name in names], by)


def _is_house(page: Page, name: str) -> bool:
    shapes = (_HOST, _INITIALISM, _ACCOUNT)
    return page.is_site(name) or any(shape.fullmatch(name) for shape in shapes)


def _as_it_stands(text: str) -> Names:
    """A name that is none by the grammar of bylines: "Guardian staff reporter"."""
    return (text,) if len(text) <= _LONGEST and not _NO_WORD.search(text) else ()


def _is_slug(name: str) -> bool:
    return _SLUG.fullmatch(name) is not None


def _marked(page: Page) -> list[str]:
    """The names of microdata's author, and of links that lead to the author's page."""
    found = page.props.get("author", [])
    names: list[str] = []
    for element in (one for one in found if _stand_together(one, found[0])):
        inner = element.xpath(".//*[@itemprop='name']")[:MOST_ELEMENTS] or [element]
        for one in inner:
            names += people(one.get("content") or markup.text_of(one) or "")
    if not names:
        inside = (link for one in page.bylines[:1] for link in one.iter("a"))
        links = [
            link
            for link in islice(inside, MOST_ELEMENTS)
            if _PAGE_OF_AUTHOR.search(link.get("href", ""))
        ]
        names = [name for link in links for name in people(markup.text_of(link) or "")]
    return [name for name in names if _is_name(name)]


def _stand_together(one: HtmlElement, other: HtmlElement) -> bool:
    """Whether two elements have one parent, or parents in one list."""
    around, others = list(islice(one.iterancestors(), 2)), islice(other.iterancestors(), 2)
    return any(mine is theirs for mine, theirs in zip(around, others, strict=False))


def _written_by(page: Page) -> tuple[str, ...]:
    """Of a widespread plug-in: twitter:label1 "Written by", twitter:data1 the names."""
    label = page.first("twitter:label1")
    if label is None or not _by().fullmatch(f"{label.text} "):
        return ()
    return tuple(name for said in page.said("twitter:data1") for name in people(said.text))


def _in_byline(text: str) -> Names:
    """The names of a line that begins like a byline and holds nothing but names."""
    text = " ".join(text[: 2 * _LONGEST].split())
    found = _by().match(text)
    if found is None or len(text) > _LONGEST or text.endswith((".", "!", "?", ":")):
        return ()
    names = people(text)
    return names if all(name[0].isupper() for name in names) else ()


def _is_name(name: str) -> bool:
    words = name.split()
    cased = [word for word in (words[0], words[-1]) if word[0].upper() != word[0].lower()]
    return all(word[0].isupper() for word in cased) and (len(words) > 1 or not cased)


def people(text: str) -> Names:
    """The names in "By A B and C D, reporter (ab) @ab": A B, C D."""
    text = _IN_BRACKETS.sub("", " ".join(text[: 4 * _LONGEST].split()))
    text = _NO_WORD.sub("", text).strip()
    start = _by().match(text)
    text = text[start.end() :] if start else text
    text = _DATE.sub("", text)
    whole = (_without_place(part) for part in _APART.split(text))
    parts = [name.strip(" .:,-") for part in whole for name in _split(part)]
    kept = [name for name in dict.fromkeys(parts) if name and not _is_role(name)]
    return tuple(name for name in kept if name == kept[0] or not _HOST.fullmatch(name))


def _without_place(text: str) -> str:
    """ "A B in Port Saren" is A B; one word alone before the place is the name of no person."""
    found = _PLACE.search(text)
    return text[: found.start()] if found and " " in text[: found.start()] else text


def _split(text: str) -> list[str]:
    """ "A B und C D" in two; a word as short as "y" parts only names of two words and more."""
    parts = _and().split(text)
    whole = len(parts) > 1 and any(len(part.split()) < 2 for part in parts)
    return [text] if whole and not _long_and().search(text) else parts


def _is_role(name: str) -> bool:
    words = name.casefold().split()
    return len(words) > _MOST_WORDS or not conventions().roles.isdisjoint(words)


def _either(words: Sequence[str]) -> str:
    return "|".join(map(re.escape, sorted(words, key=len, reverse=True)))


@lru_cache(maxsize=1)
def _by() -> re.Pattern[str]:
    return re.compile(rf"(?:{_either(conventions().by)})(?::\s?|\s)", re.IGNORECASE)


@lru_cache(maxsize=1)
def _inner_by() -> re.Pattern[str]:
    return re.compile(rf"[,\s]\s?{_by().pattern}", re.IGNORECASE)


@lru_cache(maxsize=1)
def _and() -> re.Pattern[str]:
    return re.compile(rf"\s(?:{_either(conventions().and_)}|&)\s", re.IGNORECASE)


@lru_cache(maxsize=1)
def _long_and() -> re.Pattern[str]:
    long = [word for word in conventions().and_ if len(word) > 2]
    return re.compile(rf"\s(?:{_either(long)}|&)\s", re.IGNORECASE)
