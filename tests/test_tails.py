"""Which last lines of a text are nothing but links to further pages of its site."""

from __future__ import annotations

import pytest

from monitor import markup, tails

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
            "<p><a href=/a>The two bakers</a><h3><a href=//lantern.test/b>The quay</a></h3>",
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
    assert tails.without_links(tree, text, URL) == (text if stays else TEXT)
    assert tails.without_links(tree, text, "about:blank") == text
