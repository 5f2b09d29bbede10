"""The headline among all that a page calls its title.

Cuts the site's name, and whatever else stands around the printed headline; changes no word of it.
"""

from __future__ import annotations

import re
from html import unescape
from itertools import islice
from urllib.parse import urlsplit

from lxml.etree import XPath
from lxml.html import HtmlElement

from monitor import markup, urls
from monitor.declared.page import MOST_ELEMENTS, Page, Said
from monitor.markup import letters

_SEPARATORS = re.compile(r"\s(?:[|\u2013\u2014\u00b7\u2022\u00ab\u00bb:*-]|::)\s|[\uff5c\uff1a]")
_HEADLINES = XPath(
    "//h2 | //h3 | //@class[contains(., 'eadline') or contains(., 'title')]/.. "
    "| //@itemprop[.='headline']/.."
)
_CUT = ("...", "\u2026")


def read(page: Page) -> Said | None:
    """og:title, JSON-LD's headline, h1, title: the first that is neither the site's name nor cut.

    og:title gives way where it is no headline of its own, see `_is_outvoted`.  What comes before or
    after the printed headline ("Headline - National") is cut.  Measured over 129 pages of 24
    countries: og:title begins with the headline in 113, JSON-LD's headline is it in 92, the first
    h1 in 91; a plain vote among the three does worse than og:title alone.
    """
    og = page.first("og:title twitter:title")
    stated = next(page.stated("headline"), None) or next(page.microdata("headline"), None)
    titles = (
        markup.squeeze(unescape(t.text_content())) for t in islice(page.tree.iter("title"), 9)
    )
    document = next((Said(text, "the title element") for text in titles if text), None)
    headings = _headings(page)
    printed = _printed(page, headings, [one.text for one in (og, stated, document) if one])
    candidates = [one for one in (og, stated, printed, document) if one is not None]
    if og and stated and _is_outvoted(page, [og, stated], document, headings):
        candidates.remove(og)
    bare = [_without_site(page, one) for one in candidates]
    whole = (one for one in bare if not page.is_site(one.text) and not one.text.endswith(_CUT))
    best = next(whole, bare[0] if bare else None)
    if best and printed and _is_same(best.text, printed.text, document):
        place = "in h1" if printed in headings else "as headline"
        return best._replace(text=printed.text, by=f"{best.by}, as printed {place}")
    if best and stated and not printed and letters(stated.text) in _beginnings(best.text):
        return stated
    return best


def _is_outvoted(
    page: Page, rivals: list[Said], document: Said | None, headings: list[Said]
) -> bool:
    """Whether JSON-LD's headline is the printed one, and og:title only a wording for search.

    og:title is such a wording where the document's title repeats it while h1 repeats JSON-LD; also
    where nothing repeats og:title and the document's title repeats JSON-LD instead of h1, and where
    it is a kicker and then what all three others say.
    """
    if page.node.text("name") == rivals[0].text:
        return False
    og, stated = (letters(_without_site(page, one).text) for one in rivals)
    title = letters(document.text) if document else ""
    printed = {letters(one.text) for one in headings}
    if og == stated or not og or not stated:
        return False
    for_search = title.startswith(og) and not title.startswith(stated)
    if stated in printed:
        has_kicker = og.endswith(stated) and title.startswith(stated)
        return for_search or has_kicker or stated.startswith(og)
    return bool(printed) and og not in printed and title.startswith(stated)


def _headings(page: Page) -> list[Said]:
    """All but the site's own name, which is linked to its first page."""
    every = islice(page.tree.iter("h1"), MOST_ELEMENTS)
    texts = (markup.text_of(h1) for h1 in every if not _leads_home(page, h1))
    return [Said(unescape(text), "the headline (h1)") for text in texts if text and letters(text)]


def _leads_home(page: Page, h1: HtmlElement) -> bool:
    links = (link.get("href") for link in islice(h1.iter("a"), MOST_ELEMENTS))
    found = (urls.absolute(page.url, href) for href in links if href)
    return any(one is not None and urlsplit(one).path in ("", "/") for one in found)


def _printed(page: Page, headings: list[Said], others: list[str]) -> Said | None:
    """The longest h1 that another statement begins with or ends in, or the only one; without an
    h1, what else is marked as a headline and is the beginning of another."""
    plains = [letters(other) for other in others]
    known = [h1 for h1 in headings if any(_is_end(letters(h1.text), other) for other in plains)]
    longest = max(known, key=lambda h1: len(h1.text), default=None)
    heading = longest or (headings[0] if len(headings) == 1 else None)
    is_first = heading and any(other.startswith(letters(heading.text)) for other in plains)
    if is_first or len(headings) > 1:
        return heading
    # A single h1 that begins no title may be the site's name.
    wanted = frozenset[str]().union(*map(_beginnings, others))
    texts = (markup.text_of(one) for one in _HEADLINES(page.tree)[:MOST_ELEMENTS])
    found = (text for text in texts if text and letters(text) in wanted and not page.is_site(text))
    marked = next((Said(text, "what is marked as headline") for text in found), None)
    is_longer = marked and (heading is None or len(marked.text) > len(heading.text))
    return marked if is_longer else heading


def _is_end(text: str, other: str) -> bool:
    """Whether a title begins with a text, or is mostly that text behind a name."""
    return other.startswith(text) or (other.endswith(text) and 2 * len(text) > len(other))


def _is_same(title: str, printed: str, document: Said | None) -> bool:
    """Whether a title is the printed one, but for what was set around it or is cut from it."""
    if letters(printed) in _beginnings(title):
        return True
    is_cut = letters(printed).startswith(letters(title)) and printed.casefold() != title.casefold()
    return is_cut and document is not None and letters(document.text).startswith(letters(printed))


def _beginnings(title: str) -> frozenset[str]:
    """`Headline | Section | Site` cut before each of its first separators."""
    ends = (found.start() for found in islice(_SEPARATORS.finditer(title), MOST_ELEMENTS))
    return frozenset(letters(title[:end]) for end in ends)


def _without_site(page: Page, title: Said) -> Said:
    """`Headline | The Site` or `The Site | Headline` without the site's name."""
    text = title.text
    for found in islice(_SEPARATORS.finditer(text), MOST_ELEMENTS):
        before, after = text[: found.start()].strip(), text[found.end() :].strip()
        if page.is_site(after) and before:
            return Said(before, f"{title.by}, without the site's name")
        if page.is_site(before) and after and "|" in found[0]:
            return Said(after, f"{title.by}, without the site's name")
    return title
