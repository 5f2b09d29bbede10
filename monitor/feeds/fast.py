"""The fast reader: a document's elements to a `Document`, or the reason to ask feedparser.

It knows by name each element that counts (`tables`).  Whatever else feedparser gives a meaning to,
it leaves to feedparser; what nobody gives one to is passed over.

Takes entries as they come and lets go of their elements, so that 100,000 of them fit into a
worker's memory.
"""

from __future__ import annotations

from xml.etree.ElementTree import Element

from monitor.feeds.aside import DEEPEST, Asides, check_unknown, given_of, row, text_of
from monitor.feeds.doubts import Doubt, Doubtful
from monitor.feeds.draft import Draft
from monitor.feeds.elements import NONE, Attributes, Channel, Position, attributes_of, language
from monitor.feeds.entry import Document, Entry
from monitor.feeds.tables import (
    CATEGORY,
    CHANNEL,
    ENTRY,
    IMAGE,
    MEDIA,
    NOTHING,
    OWNER,
    PERSON,
    PERSONS,
    ROOT,
    SOURCE,
    TEXT_INPUT,
    Read,
    Table,
)
from monitor.feeds.tree import Tree

# More does not fit into a worker's memory.  No feed of news has a hundredth of it.
MOST_ENTRIES = 100_000

_ENTRIES = frozenset(("item", "entry"))
_AUTHORS = PERSONS - {"contributor"}

# What may stand in the elements of a channel: name -> the table inside, and why nothing else may.
_INSIDE: dict[str, tuple[Table, Doubt]] = {
    "image": (IMAGE, Doubt.IMAGE),
    "textinput": (TEXT_INPUT, Doubt.IMAGE),
    "itunes_owner": (OWNER, Doubt.AUTHOR),
    "itunes_category": (CATEGORY, Doubt.CATEGORY),
    **dict.fromkeys(PERSONS, (PERSON, Doubt.AUTHOR)),
}


def read(document: bytes) -> Document:
    """One document in UTF-8.  Raises Doubtful, at any control character, too."""
    tree = Tree()
    walk = _Walk(tree)
    for _ in tree.grow(document):
        walk.take()
    walk.take(final=True)
    return walk.document()


class _Walk:
    """What was read so far.  `depth` is feedparser's: the root has 1."""

    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self._called = tree.called
        self._root: Element | None = None
        self._position = Position()
        self._asides = Asides(tree.called, self._position)
        self._channel = Channel(self._position)
        self._begun: Element | None = None
        self._entries: list[Entry] = []
        self._cut = 0
        self._reads: dict[str, Read | None] = {}

    def document(self) -> Document:
        if self._root is None or not self._tree.names.version:
            raise Doubtful(Doubt.ROOT)
        return Document(
            title=self._channel.finished_title(),
            link=self._channel.link or None,
            language=self._channel.language or None,
            typed=self._position.typed,
            entries=self._entries,
            read_by="fast",
            cut=self._cut,
        )

    # --- the feed ---------------------------------------------------------------------------------

    def _begin(self, root: Element) -> None:
        name, given, names = self._called[root.tag], given_of(root), self._tree.names
        if name == "rss":
            names.version = names.version if names.version.startswith("rss") else "rss"
        elif name == "feed":
            names.version = names.version or "atom"
        elif name != "rdf_rdf":
            raise Doubtful(Doubt.ROOT)
        self._root = root
        self._position.rebase(given)
        self._position.outer = self._position.base
        self._position.typed = names.version.startswith("atom")
        self._position.lang = language(given, None)
        if self._position.lang and name != "rdf_rdf":
            self._channel.language = self._position.lang.replace("_", "-")

    def take(self, *, final: bool = False) -> None:
        """What is complete by now, and is let go of then."""
        root = self._tree.root
        if root is None:
            return
        if self._root is None:
            self._begin(root)
        elif self._tree.names.version.startswith("atom") != self._position.typed:
            raise Doubtful(Doubt.NAMESPACE)
        _check_depth(root)
        if self._called[root.tag] == "feed":
            self._take_channel(root, 2, whole=final)
            return
        taken = 0
        for child in root:
            whole = final or child is not root[-1]
            if self._called[child.tag] == "channel":
                self._take_channel(child, 3, whole=whole)
            elif whole:
                self._root_child(child)
            taken += whole
        del root[:taken]

    def _root_child(self, node: Element) -> None:
        name = self._called[node.tag]
        if name in _ENTRIES:
            self._take_entry(node, 3)
            return
        if self._tree.has_bases:
            self._rebase(node)
        if len(node):
            self._beside(node, name, ROOT, 3)
        else:
            row(name, ROOT, Doubt.NESTED)

    def _take_channel(self, node: Element, depth: int, *, whole: bool) -> None:
        if node is not self._begun:
            given = given_of(node)
            if self._begun is not None or not _is_channel(given):
                raise Doubtful(Doubt.NESTED)
            if node is not self._root and _has_base(given):
                raise Doubtful(Doubt.BASE)
            self._begun = node
        lang = self._position.lang
        self._position.lang = language(given_of(node), lang)
        count = len(node) if whole else max(len(node) - 1, 0)
        for child in node[:count]:
            if self._called[child.tag] in _ENTRIES:
                self._take_entry(child, depth + 1)
            else:
                self._channel_child(child, depth)
        del node[:count]
        self._position.lang = lang

    def _channel_child(self, node: Element, depth: int) -> None:
        name = self._called[node.tag]
        if self._tree.has_bases:
            self._rebase(node)
        if len(node):
            self._beside(node, name, CHANNEL, depth + 1)
        elif read := row(name, CHANNEL, Doubt.ELEMENT):
            self._position.depth = depth
            read(self._channel, given_of(node), text_of(node))

    def _rebase(self, node: Element) -> None:
        """Before an element is read, in a document with bases."""
        self._position.leave(self._position.outer)
        if not len(node):
            self._position.rebase(given_of(node))
        elif any(_has_base(given_of(each)) for each in node.iter()):
            raise Doubtful(Doubt.BASE)

    def _beside(self, node: Element, name: str, table: Table, depth: int) -> None:
        """An element with children of its own beside the entries."""
        if name in ("image", "textinput"):
            self._position.title_depth = -1
        if name in _INSIDE and name in table:
            self._asides.read(node, *_INSIDE[name], depth)
        else:
            check_unknown(name, table)
            self._asides.read(node, NOTHING, Doubt.NESTED, depth)

    # --- an entry ---------------------------------------------------------------------------------

    def _take_entry(self, node: Element, depth: int) -> None:
        if len(self._entries) == MOST_ENTRIES:
            self._cut += 1
            return
        position, has_bases = self._position, self._tree.has_bases
        if has_bases:
            position.leave(position.outer)
        position.depth, lang, outer = depth, position.lang, position.outer
        draft = Draft(position)
        if node.items():
            given = given_of(node)
            if not _is_channel(given):
                raise Doubtful(Doubt.ELEMENT)
            position.lang = language(given, lang)
            draft.guid = given.get("rdf:about")
            position.rebase(given)
        position.outer = position.base
        reads = self._reads
        for child in node:
            tag = child.tag
            if has_bases:
                self._rebase(child)
            if len(child):
                self._inside(child, draft, depth)
                continue
            try:
                read = reads[tag]
            except KeyError:
                read = reads[tag] = row(self._called[tag], ENTRY, Doubt.ELEMENT)
            if read is not None:
                items, text = child.items(), child.text
                given = attributes_of(items) if items else NONE
                read(draft, given, text.strip() if text else "")
        self._entries.append(draft.finished())
        position.has_content, position.lang = False, lang
        if has_bases:
            position.leave(position.outer)  # the last child, then the entry itself
            position.leave(outer)

    def _inside(self, node: Element, draft: Draft, depth: int) -> None:
        """An element with children of its own in an entry."""
        name = self._called[node.tag]
        if name in _AUTHORS:
            self._author(node, draft, depth + 1)
        elif name == "contributor":
            self._asides.read(node, PERSON, Doubt.AUTHOR, depth + 1)
        elif name == "source":
            self._position.title_depth = -1
            self._asides.read(node, SOURCE, Doubt.SOURCE, depth + 1)
        else:
            self._group(node, ENTRY, draft, depth)
        self._position.depth = depth

    def _author(self, node: Element, draft: Draft, depth: int) -> None:
        name = node[0]
        if node.text or name.tail or len(node) > 1:
            between = "".join((node.text or "", *(child.tail or "" for child in node)))
            if between and not between.isspace():
                raise Doubtful(Doubt.AUTHOR)
        if len(node) == 1 and self._called[name.tag] == "name" and not len(name):
            draft.keep_person((name.text or "").strip())  # as nearly all do it
        else:
            draft.keep_person(self._asides.read(node, PERSON, Doubt.AUTHOR, depth).name)

    def _group(self, node: Element, table: Table, draft: Draft, depth: int) -> None:
        """An element that feedparser sees through: what stands in it counts as if outside."""
        name, given = self._called[node.tag], given_of(node)
        if name == "media_content":
            draft.read_media_content(given, "")
        elif name != "media_group":
            check_unknown(name, table)
        if depth > DEEPEST:
            raise Doubtful(Doubt.DEEP)
        lang = self._position.lang
        self._position.lang = language(given, lang)
        for child in node:
            self._position.depth = depth + 1
            if len(child):
                self._group(child, MEDIA, draft, depth + 1)
            elif read := row(self._called[child.tag], MEDIA, Doubt.NESTED):
                read(draft, given_of(child), text_of(child))
        self._position.lang = lang


def _has_base(given: Attributes) -> bool:
    return "xml:base" in given or "base" in given


def _is_channel(given: Attributes) -> bool:
    """feedparser takes these for a channel's or an item's of Microsoft's CDF."""
    return "lastmod" not in given and "href" not in given


def _check_depth(node: Element) -> None:
    for _ in range(DEEPEST):
        if not len(node):
            return
        node = node[-1]
    raise Doubtful(Doubt.DEEP)
