"""Why a document is left to feedparser: the whole list, a word for each reason.

The fast reader says one of these when it cannot be sure to see what feedparser would.  The words
stand in `Feed.read_by` and are counted there.
"""

from __future__ import annotations

from enum import StrEnum


class Doubt(StrEnum):
    """In brackets: a case in tests/data/feeds."""

    NOT_WELL_FORMED = "not-well-formed"  # feedparser guesses what was meant
    DOCTYPE = "doctype"  # entities, and Netscape's RSS
    DECLARATION = "declaration"  # a second one, or one that is not at the start
    ROOT = "root"  # neither rss nor feed nor rdf:RDF, or no version of them
    NAMESPACE = "namespace"  # a prefix that means different things in different places
    BASE = "base"  # xml:base: all addresses hang on it
    ATTRIBUTE = "attribute"  # one of a strange namespace with the name of one that counts
    MARKUP = "markup"  # elements inside a text, xhtml among them
    TYPE = "type"  # a text of another type than plain or html, or with a mode
    ELEMENT = "element"  # one that feedparser gives a meaning and we do not
    NESTED = "nested"  # an element that counts in a place where it has no business
    AUTHOR = "author"  # a name in an unusual form
    CATEGORY = "category"  # both a term and a text, or a label alone
    SOURCE = "source"  # another feed's whole description inside an entry
    IMAGE = "image"  # an image of an entry as RSS has it for channels, or of a channel with more
    DEEP = "deep"  # nesting that no feed needs


class Doubtful(Exception):
    """Never leaves this package."""

    def __init__(self, doubt: Doubt) -> None:
        super().__init__(doubt)
        self.doubt = doubt
