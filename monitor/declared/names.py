"""Who wrote an article: the printed byline, and the names in what the page states.

Takes no name from the article's text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import NamedTuple

from lxml.html import HtmlElement

from monitor import dateline, markup
from monitor.declared import bylines, marked
from monitor.declared.page import MOST_ELEMENTS, Page, Said, called_author
from monitor.markup import Line
from monitor.publishers.conventions import conventions

_METAS = (
    "author article:author og:article:author authors parsely-author sailthru.author byl byline"
    " dc.creator dcterms.creator cxenseparse:author mrf:authors vr:author article.author creator"
)
_MOST_NAMES = 20
_MOST_PARAGRAPHS = 2  # over a byline: standfirst and caption
_SHORT = 3  # letters, which may stand in any line
_SLUG = re.compile(r"[a-z0-9]+(?:[-_][a-z0-9]+)+")
_ACCOUNT = re.compile(r"[a-z0-9]+")  # admin
_INITIALISM = re.compile(r"(?:[A-ZÄÖÜ][a-z]?\.?){2,6}")  # NWA, PhD
_UNSPACED = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]{2,10}")  # East Asian names


class Statement(NamedTuple):
    """Names, each with whether it is a house's; what states them; the line they are printed in."""

    found: Sequence[tuple[str, bool]]
    by: str
    line: str | None = None

    @property
    def names(self) -> bylines.Names:
        """Each once, in whatever case."""
        once = {name.casefold(): name for name, _ in reversed(self.found[:_MOST_NAMES])}
        return tuple(reversed(once.values()))


def byline(
    candidates: Sequence[Said], authors: Statement, under_headline: Iterable[Line]
) -> Said | None:
    """The first that names an author, or that reads like a byline and stands at the headline."""
    if authors.line is not None:
        return Said(authors.line, authors.by)
    names = [name.casefold() for name in authors.names]
    naming = (one for one in candidates if any(name in one.text.casefold() for name in names))
    others = [one for one in candidates if bylines.begins().match(one.text)]
    if (found := next(naming, None)) is not None or not others:
        return found
    lines = [line.text for line in under_headline]
    firsts = [bylines.first_of(lines[at:]) for at in range(len(lines))]
    own = (one for one in others if any(_is_in(one.text, line) for line in firsts))
    return next(own, None if lines else others[0])


def authors(page: Page, under_headline: Iterable[Line]) -> Statement:
    """The first statement that names a person; without one, the first that names a house.

    `under_headline` is asked only where no markup names a person.
    """
    house = Statement((), "")
    for statement in _statements(page, under_headline):
        persons = [not is_house for _, is_house in statement.found]
        # "Agencies" beside the house's own name are no persons that the house does not name.
        if persons and (all(persons) if house.found else any(persons)):
            return statement
        if house.found and statement.by == marked.MARKED and statement.names == house.names:
            return house  # printed as stated: further bylines are of other articles
        if not house.found and statement.found:
            house = statement
    return house


def _statements(page: Page, under_headline: Iterable[Line]) -> Iterator[Statement]:
    stated = [
        (name, no_person or is_house)
        for text, no_person in page.node.names("author")
        for name, is_house in _judged(page, bylines.people(text) or _as_it_stands(text))
    ]
    yield Statement(stated, "JSON-LD author")
    for meta in _METAS.split():
        yield Statement(_of_meta(page, meta), f"the meta element {meta}")
    yield Statement(_judged(page, _microdata(page)), "microdata author")
    yield from _of_lines(page, under_headline)


def _of_meta(page: Page, meta: str) -> list[tuple[str, bool]]:
    texts = [
        [name for name in bylines.people(said.text) if not _is_slug(name)]
        for said in page.said(meta)
    ]
    judged = [
        [(name, is_house or page.is_owner(name)) for name, is_house in _judged(page, names)]
        for names in texts
    ]
    # A further element that begins with a house is beside the persons, too.
    of_persons = [names for names in judged if names and not names[0][1]]
    return [one for names in of_persons or judged for one in names]


def _of_lines(page: Page, under_headline: Iterable[Line]) -> Iterator[Statement]:
    """What is printed at the headline; where no byline is, also what is elsewhere on the page."""
    texts = [line.text for line in under_headline]
    called = _of_called_author(page, texts)
    has_own = False
    for own in _bylines_of(page, [bylines.first_of(texts[at:]) for at in range(len(texts))]):
        has_own = True
        is_part = set(own.names) and set(own.names) < set(called.names)
        yield own._replace(found=called.found, by=called.by) if is_part else own
    yield called
    # The account that posted, not always who wrote.
    yield Statement(_judged(page, _written_by(page)), "the meta element twitter:data1")
    for element in () if has_own else page.bylines:
        yield from _of_elements(page, [element])


def _bylines_of(page: Page, lines: Iterable[str]) -> Iterator[Statement]:
    """Of each line what the elements in it state that are marked as byline, then what it says."""
    firsts = [(one, bylines.first_of(marked.lines_of(one))) for one in page.bylines]
    for line in lines:
        own = [element for element, text in firsts if _is_in(text, line)]
        yield from _of_elements(page, own) if own else ()
        for part in (line, *line[: 4 * bylines.LONGEST].split("|")[1:]):
            text = bylines.tidy(part)
            names = bylines.names_of(text)
            if names and bylines.is_name(names[0]):
                yield Statement(_judged(page, names), "a line under the headline", text)


def _of_called_author(page: Page, lines: Iterable[str]) -> Statement:
    """The names on the first line, and on those next to it, that elements called author hold."""
    known: dict[str, tuple[str | None, bylines.Names]] = {}  # with what the element is called
    for element in marked.each_page_once(called_author(page)):
        text = bylines.tidy(bylines.first_of(marked.lines_of(element)))
        names = bylines.bare_names_of(text)
        if names and all(map(_is_surely_name, names)):
            known.setdefault(text, (element.get("class"), names))
    found: list[str] = []
    called, printed, paragraphs = None, None, 0
    for line in lines:
        here = [text for text in known if _is_in(text, line) and _is_first(line, text, known)]
        here = [text for text in here if not found or known[text][0] == called]
        paragraphs += len(line) > bylines.LONGEST
        if (found and not here) or paragraphs > _MOST_PARAGRAPHS:
            break
        if here and not found:
            called, whole = known[here[0]][0], bylines.tidy(line)
            printed = whole if here[0] in whole else here[0]
        found += (name for text in here for name in known[text][1])
    return Statement(_judged(page, found), "an element called author", printed)


def _is_first(line: str, text: str, known: Iterable[str]) -> bool:
    """Whether a line has nothing before a name but "By", a date, or another such name."""
    before = line.partition(text)[0]
    is_kept = bylines.begins().match(before) or any(map(str.isdigit, before))
    is_kept = is_kept or not before or any(one in before for one in known)
    return bool(is_kept) and not bylines.is_of_picture(before)


def _is_surely_name(name: str) -> bool:
    words = name.split()
    is_cased = name[0].upper() != name[0].lower()
    is_of_letters = all(map(str.isalpha, words)) and not bylines.begins().fullmatch(f"{name}:")
    is_alone = len(words) == 1 and _UNSPACED.fullmatch(name) is None
    return not is_alone and (is_cased or is_of_letters)


def _is_in(text: str, line: str) -> bool:
    """Whether a line is the text of an element marked as byline, or holds it."""
    is_no_name = not text or bylines.begins().fullmatch(f"{text} ")
    if is_no_name or len(line) > 2 * bylines.LONGEST:
        return False
    return text == line or (len(text) > _SHORT and text in line)


def _of_elements(page: Page, elements: Sequence[HtmlElement]) -> Iterator[Statement]:
    linked = [name for name in marked.linked(elements) if bylines.is_name(name)]
    texts = marked.printed(elements)
    # Not every author has a page that a link could lead to.
    if not any(set(linked) < set(bylines.names_of(one.text)) for one in texts):
        yield Statement(_judged(page, linked), "links to the author's page")
    for one in texts:
        names = bylines.names_of(one.text) or bylines.bare_names_of(one.text)
        yield Statement(_judged(page, names), one.by)


def _judged(page: Page, names: Iterable[str]) -> list[tuple[str, bool]]:
    """The names of one text, each with whether it is a house's; houses only where it has no other:
    what stands behind a name there is whom it writes for, or a degree."""
    judged = [(name, _is_house(page, name)) for name in names]
    # "lantern.test, Port Saren" names no person at all.
    is_person = bool(judged) and not judged[0][1]
    return [one for one in judged if not (is_person and one[1])]


def _is_house(page: Page, name: str) -> bool:
    shapes = (bylines.HOST, _INITIALISM, _ACCOUNT)
    first, _, others = name.partition(" ")
    of_newsroom = not conventions().houses.isdisjoint(name.casefold().split())
    # "NWA Business", where the site is the NWA's.
    of_site = first.isupper() and others != others.upper() and page.is_site(first)
    return (
        of_newsroom
        or of_site
        or page.is_site(name)
        or dateline.is_agency(name)
        or any(shape.fullmatch(name) for shape in shapes)
    )


def _as_it_stands(text: str) -> bylines.Names:
    """A name that is none by the grammar of bylines: "Guardian staff reporter"."""
    return (text,) if len(text) <= bylines.LONGEST and not bylines.NO_WORD.search(text) else ()


def _is_slug(name: str) -> bool:
    return _SLUG.fullmatch(name) is not None


def _microdata(page: Page) -> list[str]:
    found = page.props.get("author", [])
    names: list[str] = []
    for element in (one for one in found if _stand_together(one, found[0])):
        inner = element.xpath(".//*[@itemprop='name']")[:MOST_ELEMENTS] or [element]
        for one in inner:
            names += bylines.people(one.get("content") or markup.text_of(one, apart=True) or "")
    return [name for name in names if bylines.is_name(name)]


def _stand_together(one: HtmlElement, other: HtmlElement) -> bool:
    """Whether two elements have one parent, or parents in one list."""
    around, others = list(islice(one.iterancestors(), 2)), islice(other.iterancestors(), 2)
    return any(mine is theirs for mine, theirs in zip(around, others, strict=False))


def _written_by(page: Page) -> tuple[str, ...]:
    """Of a widespread plug-in: twitter:label1 "Written by", twitter:data1 the names."""
    label = page.first("twitter:label1")
    if label is None or not bylines.begins().fullmatch(f"{label.text} "):
        return ()
    return tuple(name for said in page.said("twitter:data1") for name in bylines.people(said.text))
