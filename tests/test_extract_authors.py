"""Who wrote an article: what of a page names its authors, and what does not."""

from __future__ import annotations

import pytest

from monitor import extract
from monitor.model import Item

PROSE = "<p>The council voted late on Tuesday to keep the old tram line along the quay.</p>"


def read(page: str) -> Item:
    return extract.article(page.encode(), url="https://lantern.test/a", timezone="UTC")


@pytest.mark.parametrize(
    "page",
    [
        "<h1>T</h1><p class=byline>By Ada Finch</p>{}<figure><img src=a>"
        "<figcaption itemprop=author>Ben Sorley</figcaption></figure>",
        "<h1>T</h1><p><a rel=author href=/author/ada-finch>Ada Finch</a></p>"
        "<figure><figcaption><i itemprop=author>Ben Sorley</i></figcaption></figure>{}",
    ],
)
def test_who_took_a_picture_wrote_no_article(page: str) -> None:
    """Markup for an author inside a figure is about the picture."""
    assert read(page.format(PROSE * 5)).authors == ("Ada Finch",)


@pytest.mark.parametrize(
    "card",
    [
        "<button>By <a href=/author/finch/>Ada Finch</a></button><a href=/author/finch/>View</a>",
        "By <a href=/author/finch/>Ada Finch</a><div><a href=/author/finch/>Ada Finch</a>"
        "<a href=/author/finch/>View All</a></div>",
        "<a href=/author/finch/>Ada Finch</a> <a href=/author/orth/>More stories by Max Orth</a>",
    ],
)
def test_further_links_to_an_author_are_no_names(card: str) -> None:
    """A card about the author holds links to one page, the first of which has the name."""
    assert read(f"<h1>T</h1><div class=byline>{card}</div>{PROSE * 5}").authors == ("Ada Finch",)


@pytest.mark.parametrize(
    ("printed", "expected"),
    [
        ("<p class=byline><b>By</b><i>by ADA FINCH and BEN SORLEY</i></p>", "ADA FINCH|BEN SORLEY"),
        ("<p class=byline><a href=/finch><b>Ada Finch</b><i>CEO</i></a></p>", "Ada Finch"),
        (
            "<p class=byline><a href=/f>Ada Finch</a><a href=/s>Ben Sorley</a>",
            "Ada Finch|Ben Sorley",
        ),
        ("<p class=byline>By <a href=/finch>Ada Finch</a><a href=/x>@adafinch</a>", "Ada Finch"),
        ("<p class=byline><b>A</b>da Finc<b>h</b>", "Ada Finch"),
        ("<p><a href=/finch><span>By</span>Ada Finch</a> <time>Dec 9, 2016</time>", "Ada Finch"),
        ("<p><b itemprop=author><i>Ada Finch</i><i>Editor</i></b>", "Ada Finch"),
    ],
)
def test_words_that_a_style_sheet_parts(printed: str, expected: str) -> None:
    """Where one element ends and the next begins a word does, too."""
    assert read(f"<h1>T</h1>{printed}</p>{PROSE * 5}").authors == tuple(expected.split("|"))


@pytest.mark.parametrize(
    ("printed", "expected"),
    [
        ("<p>Published Oct 19, 2022</p><p>By</p><div><a href=/f>Ada Finch</a></div>", "Ada Finch"),
        ("<dl><dt>Author:</dt><dd>Ada Finch</dd></dl>", "Ada Finch"),
        ("<div>By<div>Ada Finch</div>and<div>Ben Sorley</div></div>", "Ada Finch|Ben Sorley"),
        ("<div>By<div>Ada Finch,</div><div>Ben Sorley</div></div>", "Ada Finch|Ben Sorley"),
        ("<address class=byline>by <div>Ada Finch<div>More stories</div></div>", "Ada Finch"),
        ("<div class=byline><p>By</p><p>Ada Finch<p>and Ben Sorley</div>", "Ada Finch|Ben Sorley"),
        ("<div class=byline>By<p>by Ada Finch</p><p>NWA Reporter</p></div>", "Ada Finch"),
        ("<p>By</p><p>The council voted late on Tuesday</p>", ""),
        ("<p>By</p><p>Port Saren, where Ada Finch lives.</p>", ""),
    ],
)
def test_by_on_a_line_of_its_own(printed: str, expected: str) -> None:
    """The next line has the name, and so has the one behind "and"."""
    found = read(f"<h1>T</h1>{printed}{PROSE * 5}")
    assert found.authors == tuple(filter(None, expected.split("|")))


@pytest.mark.parametrize(
    ("printed", "expected"),
    [
        ("<p>By <a href=/f>Ada Finch</a> Published in Ports 14 May 2024</p>", "Ada Finch"),
        ("<p>By Ada Finch</p>", "Ada Finch"),
        ("<p>By Lantern Staff</p>", "Lantern Staff"),
        ("<div class=byline><a href=/author/ada/>Ada</a> <p>14 May 2024</p></div>", ""),
        ("<div class=byline>14 May 2024</div>", ""),
        ("<p>14 May 2024</p>", "Ben Sorley"),  # may be the byline, printed below
    ],
)
def test_bylines_of_other_articles(printed: str, expected: str) -> None:
    """The byline at the headline counts, also where it names nobody; one elsewhere is another's."""
    others = """<ul><li>Ferry sails <span class=byline>By <a class=byline
    href=/author/ben-sorley/>Ben Sorley</a></span></li></ul>"""
    found = read(f"<h1>T</h1>{printed}{PROSE * 20}{others}")
    assert found.authors == tuple(filter(None, expected.split("|")))


@pytest.mark.parametrize(
    ("printed", "expected"),
    [
        ("<p><a class=Card-authorName href=/f>Ada Finch</a><a href=/x>@adaf</a></p>", "Ada Finch"),
        ("<time>15.05.2020</time><address><b class=author>Ada Finch</b></address>", "Ada Finch"),
        ("<p>14 May 2024 at 1:06 PM by <a href=/blog/author/1>Ada Finch</a></p>", "Ada Finch"),
        ("<p><a href=/about/editors/finch>Ada Finch</a>, <a href=/x>@adaf</a></p>", "Ada Finch"),
        (
            "<p><b class=author>Ada Finch</b>, <b class=author>Ben Sorley</b></p>",
            "Ada Finch|Ben Sorley",
        ),
        ("<p class=author>Ada Finch</p><p class=author>Ben Sorley</p>", "Ada Finch|Ben Sorley"),
        ("<p><i class=writer>港野一郎</i><i>2019年04月13日</i></p>", "港野一郎"),
        ("<p class=author>著者</p><p class=author>港野一郎</p>", "港野一郎"),
        ("<p class=post-author>著者：港野一郎</p>", "港野一郎"),
        ("<p class=author>الميناء</p>", ""),  # one word may be a section
        ("<p class=author>Ada</p>", ""),
        ("<figure><p class=author>Ada Finch</p></figure>", ""),
        ("<p>Photo: <b class=author>Ada Finch</b></p>", ""),
        ("<p>The tram line, painted for <b class=author>Ada Finch</b></p>", ""),
        ("<p class=comment-author>Ada Finch</p>", ""),
        ("<blockquote>Stay, tram!<p class=author>Ada Finch</p></blockquote>", ""),
        (f"<p>{'The tram line. ' * 9}</p><p class=author>Ada Finch</p>", "Ada Finch"),
        (f"{PROSE * 20}<p class=author>Ada Finch</p>", ""),
    ],
)
def test_an_element_called_author(printed: str, expected: str) -> None:
    """A name at the headline needs no "By" where its class or its link says what it is."""
    found = read(f"<h1>Quay tram stays</h1>{printed}{PROSE * 5}")
    assert found.authors == tuple(filter(None, expected.split("|")))


def test_who_posted_is_not_always_who_wrote() -> None:
    """What is printed at the headline counts before the account that a plug-in states."""
    head = """<head><meta name="twitter:label1" content="Written by">
    <meta name="twitter:data1" content="Ben Sorley"></head><h1>T</h1>"""
    printed = "<p class=byline><a href=/author/finch/>Ada Finch</a></p>"
    assert read(f"{head}{printed}{PROSE * 5}").authors == ("Ada Finch",)
    assert read(f"{head}{PROSE * 5}").authors == ("Ben Sorley",)


QUAY = "author=Quay Post|article:author=Ada Finch"


@pytest.mark.parametrize(
    ("metas", "foot", "expected"),
    [
        (QUAY, "© 2024 Quay Post. All rights reserved.", "Ada Finch"),
        (QUAY, "Copyright © 2024 by Quay Post", "Ada Finch"),
        (QUAY, "© Quay Post", "Quay Post"),  # of a picture, perhaps
        ("author=Ada Finch", "© 2024 Ada Finch", "Ada Finch"),
        ("author=Lantern Media Inc.|author=Ada Finch", "", "Ada Finch"),
        ("author=Ada Finch|author=Lantern Media GmbH", "", "Ada Finch"),
        ("author=Lantern Media Ltd|author=NWA", "", "Lantern Media Ltd|NWA"),
    ],
)
def test_whom_a_page_belongs_to(metas: str, foot: str, expected: str) -> None:
    """Who holds the copyright and a company wrote no article where somebody else did."""
    pairs = (meta.split("=") for meta in metas.split("|"))
    head = "".join(f'<meta name="{name}" content="{text}">' for name, text in pairs)
    found = read(f"<head>{head}</head><h1>T</h1>{PROSE * 5}<footer><p>{foot}</p></footer>")
    assert found.authors == tuple(expected.split("|"))


@pytest.mark.parametrize(
    ("printed", "expected"),
    [
        ("<p>Ada Finch</p>", None),  # named, and printed as no byline
        ("<p class=byline>By A. Finch</p>", "By A. Finch"),
        ("<div class=byline><i>By</i><b>A. Finch</b> <time>1 May 2024</time></div>", "By A. Finch"),
        ("<p class=byline>Ada Finch last updated 1 May 2024</p>", "Ada Finch"),
    ],
)
def test_the_byline_of_another_article_is_not_printed_for_this_one(
    printed: str, expected: str | None
) -> None:
    """A marked byline that names no author of the page must stand at the headline."""
    other = f'{PROSE * 20}<ul><li>Ferry sails <p class="card-byline">By Ben Sorley</p></ul>'
    found = read(f'<meta name="author" content="Ada Finch"><h1>T</h1>{printed}{other}')
    assert (found.authors, found.byline) == (("Ada Finch",), expected)


@pytest.mark.parametrize(
    ("printed", "expected"),
    [
        ("<div class=cmsByline>[港野一郎，NWAmedia]</div>", "港野一郎"),
        ("<p class=byline>(Ada Finch)</p>", "Ada Finch"),
        ("<p class=byline>港野一郎、港野二郎</p>", "港野一郎|港野二郎"),
        ("<p class=byline>港野 一郎 著、Ben Sorley 訳</p>", "港野 一郎|Ben Sorley"),
    ],
)
def test_bylines_of_other_scripts(printed: str, expected: str) -> None:
    """Brackets around all of a byline and wide commas are no part of the names."""
    assert read(f"<h1>T</h1>{printed}{PROSE * 5}").authors == tuple(expected.split("|"))


@pytest.mark.parametrize(
    ("site", "expected"),
    [("NWA", "Ada Finch"), ("Quay", "Ada Finch|NWA Business"), ("Ada", "Ada Finch|NWA Business")],
)
def test_a_desk_of_the_site_is_a_house(site: str, expected: str) -> None:
    """The site's initials before further words name no second author."""
    head = f'<meta property="og:site_name" content="{site}">'
    head += '<meta name="author" content="Ada Finch, NWA Business">'
    assert read(f"{head}<h1>T</h1>{PROSE * 5}").authors == tuple(expected.split("|"))


@pytest.mark.parametrize(
    "printed",
    [
        "<div class=byline>By Ada Finch and <a href=/author/sorley/>Ben Sorley</a></div>",
        "<div class=byline><p><b>Ada Finch</b> <b>Ben Sorley</b></p></div>",
        "<div class=byline>By <b>Ada Finch</b> <b>Ben Sorley</b></div>",
        "<p>By <a rel=author href=/authors/finch/>Ada Finch</a> and <a rel=author"
        " href=/authors/sorley/>Ben Sorley</a></p>",
        "<p><a rel=author href=/autores/finch.html>Ada Finch</a>,"
        " <a rel=author href=/autores/sorley.html>Ben Sorley (Old Port)</a></p>",
        "<p>By</p><p><a class=author href=/f>Ada Finch</a></p><p><a class=author href=/s>Ben Sorley"
        "</a></p>",
    ],
)
def test_all_who_wrote_are_named(printed: str) -> None:
    """Links or elements that name some of the authors give way to what names more."""
    assert read(f"<h1>T</h1>{printed}{PROSE * 5}").authors == ("Ada Finch", "Ben Sorley")


@pytest.mark.parametrize(
    "line", ["Kolumne von Ada Finch", "Un texte de Ada Finch", "Una crónica de Ada Finch"]
)
def test_kinds_of_articles_before_a_name(line: str) -> None:
    """A byline may say first what it is of."""
    assert read(f"<h1>T</h1><p>{line}</p>{PROSE * 5}").authors == ("Ada Finch",)
