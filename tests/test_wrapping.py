"""Sentences on several lines of a page's HTML, and lines that are none."""

from __future__ import annotations

import pytest

from monitor import markup
from monitor.bodies import wrapping


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        ("<div>The tram on\nthe quay\nStays</div>", "The tram on the quay Stays"),
        ("<div>The tram,\r\n\tthen the\n\n\nferry\n</div>", "The tram, then the\n\nferry "),
        ("<p>The\ntram <b>of Port\nSaren</b> and\nits quay", "The tram of Port Saren and its quay"),
        ("<p>Tram of Port\nSaren</p>\n<p>the\nferry", "Tram of Port\nSaren\nthe ferry"),
        ("<div>Tram stays\nFerry goes</div>", "Tram stays\nFerry goes"),
        ("<div>Tram stays.\nand goes</div>", "Tram stays.\nand goes"),
        ("<div>Tram stays\n\nand goes</div>", "Tram stays\n\nand goes"),
        ("<pre>if tram\nthen <b>quay\nelse</b> ferry\nor</pre>\nso", None),
        ("<script>let tram\nlet quay</script>", None),
    ],
)
def test_lines_of_a_sentence(page: str, expected: str | None) -> None:
    """All line ends go where one parts a sentence; blank lines stay, and what is as typed."""
    tree = markup.parse(f"<body>{page}</body>")
    assert tree is not None
    before = tree.text_content()
    is_undone = wrapping.undo(tree, before)
    assert tree.text_content() == (before if expected is None else expected)
    assert is_undone is (tree.text_content() != before)


@pytest.mark.parametrize(
    ("text", "is_in"),
    [
        ("The tram on \n  the quay", True),
        ("Nobody saw the tram on\nthe quay that day", True),
        ("Der Fährmann,\nähnlich müde", True),
        ("The tram on\nthis quay", False),
        ("The tram on\n\nthe quay", False),
        ("The tram on\nThe quay", False),
        ("12\nthe ferry", False),
        ("", False),
    ],
)
def test_whether_a_sentence_of_the_text_is_on_several_lines(text: str, is_in: bool) -> None:
    """Where a letter or a comma ends a line of the page, and a small letter begins the next, and
    the text has it so."""
    page = "<div>The tram on\n the quay</div><div>Der Fährmann,\nähnlich müde</div><p>12\nthe ferry"
    tree = markup.parse(f"<body>{page}</body>")
    assert tree is not None
    assert wrapping.undo(tree, text) is is_in
