"""Sentences on several lines of a page's HTML, and lines that are none."""

from __future__ import annotations

import pytest

from monitor import markup, wrapping


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        ("<div>The tram on\nthe quay\nStays</div>", "The tram on the quay Stays"),
        ("<div>The tram,\r\n\tthen the\n\n\nferry\n</div>", "The tram, then the\n\nferry "),
        ("<p>The\ntram <b>of Port\nSaren</b> and\nits quay", "The tram of Port Saren and its quay"),
        ("<p>Tram of Port\nSaren<p>the\nferry", "Tram of Port\nSarenthe ferry"),
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
    wrapping.undo(tree)
    assert tree.text_content() == (before if expected is None else expected)


@pytest.mark.parametrize(
    ("text", "is_in"),
    [
        ("The tram on \n  the quay", True),
        ("Der Fährmann,\nähnlich müde", True),
        ("The tram stays\n\nthe ferry goes", False),
        ("The tram stays\nThe ferry goes", False),
        ("12\nthe ferry", False),
        ("", False),
    ],
)
def test_whether_a_sentence_is_on_several_lines(text: str, is_in: bool) -> None:
    """Where a letter or a comma ends a line, and a small letter begins the next."""
    assert wrapping.is_in(text) is is_in
