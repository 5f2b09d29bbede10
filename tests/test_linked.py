"""Which lines of a text are nothing but links to further pages of its site."""

from __future__ import annotations

import pytest

from monitor import markup
from monitor.bodies import linked

URL = "https://www.lantern.test/bench"
TEXT = "He was given leave to begin in spring."
LISTED = f"{TEXT}\n- The two bakers\n- The quay"
ALONE = f"{TEXT}\nThe two bakers\nThe quay"


@pytest.mark.parametrize(
    ("page", "text", "stays"),
    [
        ("<ul><li><a href=/a>The two bakers</a><li><a href=/b>The quay</a></ul>", LISTED, False),
        ("<ul><li>The two <a href=/a>bakers</a><li><a href=/b>The quay</a></ul>", LISTED, False),
        (
            "<p><a href=/a>The two bakers</a><p><a href=//lantern.test/b>The quay</a>",
            ALONE,
            False,
        ),
        ("<ul><li>The two bakers<li><a href=/b>The quay</a></ul>", LISTED, True),
        ("<ul><li><a href=/a>The two bakers</a><li>The q<a href=/b>u</a>ay</ul>", LISTED, False),
        ("<ul><li>The two <a href=/a>b</a>akers<li>The q<a href=/b>u</a>ay</ul>", LISTED, True),
        (
            "<ul><li><a href=//a.test>The two bakers</a><li><a href=/b>The quay</a></ul>",
            LISTED,
            True,
        ),
        ("<p><a href=/a>The two bakers</a><p>The <a href=/b>quay</a>", ALONE, True),
        ("<p>The two bakers<p>The quay", ALONE, True),
        ("<ul><li><a href=/a>The quay</a></ul>", f"{TEXT}\n- The quay", True),
        (
            "<ul><li><a href=/a>They sat.</a><li><a href=/b>They rose.</a></ul>",
            f"{TEXT}\n- They sat.\n- They rose.",
            True,
        ),
        (
            "<ul><li><a href=/a>The two bakers</a><li><a href=/b>The quay</a></ul>",
            f"{LISTED}\n{TEXT}",
            True,
        ),
        (
            "<ul><li><a href=/a>The two bakers</a><li><a href=/b>The quay</a></ul>",
            LISTED[len(TEXT) + 1 :],
            True,
        ),
        ("", "", True),
    ],
)
def test_links_at_the_end(page: str, text: str, stays: bool) -> None:
    """Two and more go where each is a link of the same site; sentences stay, and a whole text."""
    tree = markup.parse(f"<main><p>{TEXT}</p>{page}</main>")
    assert tree is not None
    assert linked.without(tree, text, URL) == (text if stays else TEXT)
    assert linked.without(tree, text, "about:blank") == text


HEADLINE = "The two bakers and their van"


@pytest.mark.parametrize(
    ("page", "line", "stays"),
    [
        (f"<p><a href=/a><b>{HEADLINE}</b></a></p>", HEADLINE, False),
        (f"<p>&gt; <a href=//lantern.test/a>{HEADLINE}</a></p>", f"> {HEADLINE}", False),
        (f"<p><a href=#a>{HEADLINE}</a></p>", HEADLINE, True),
        (f"<p><a>{HEADLINE}</a></p>", HEADLINE, True),
        (f"<p><a href=//a.test/a>{HEADLINE}</a></p>", HEADLINE, True),
        (f"<p><a href=/a>{HEADLINE}.</a></p>", f"{HEADLINE}.", True),
        (f"<p><a href=/a>{HEADLINE}</a> cost</p>", f"{HEADLINE} cost", True),
        (f"<h2><a href=/a>{HEADLINE}</a></h2>", HEADLINE, True),
        ("<p><a href=/a>The two bakers</a></p>", "The two bakers", True),
        ("", HEADLINE, True),
    ],
)
def test_a_headline_of_another_article(page: str, line: str, stays: bool) -> None:
    """Goes where it is a paragraph of its own and nothing but a link of the same site."""
    tree = markup.parse(f"<main><p>{TEXT}</p>{page}<p>{TEXT}</p></main>")
    assert tree is not None
    text = "\n".join([TEXT, TEXT, line, TEXT])
    assert linked.without(tree, text, URL) == (text if stays else "\n".join(3 * [TEXT]))


def test_a_page_about_other_pages() -> None:
    """Headlines that are a great part of the text are what it is about."""
    tree = markup.parse(f"<main><p><a href=/a>{HEADLINE}</a></p><p>{TEXT}</p></main>")
    assert tree is not None
    text = f"{HEADLINE}\n{TEXT}"
    assert linked.without(tree, text, URL) == text
