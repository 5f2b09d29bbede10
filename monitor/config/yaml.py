"""Read YAML 1.2 into nodes with places; every fault becomes a Mistake, none an exception.

Built on ruamel.yaml's events, not on its composer: aliases are refused before anything could be
expanded, depth is counted before anything recurses, and keys are compared before one is lost.
Knows nothing of what the keys mean.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    CollectionEndEvent,
    CollectionStartEvent,
    DocumentStartEvent,
    Event,
    MappingStartEvent,
    ScalarEvent,
)

from monitor.config import traps
from monitor.config.nodes import Broken, Document, Mapping, Node, Place, Scalar, Sequence
from monitor.errors import Mistake

MAX_BYTES = 8 * 1024 * 1024
MAX_DEPTH = 32
_REPAIRS = 20  # so many faulty lines of one file are told in one run

# What YAML allows in a file, YAML 1.2.2 section 5.1; and no escape may bring the others in.
_FORBIDDEN = re.compile(
    "[^\x09\x0a\x0d\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)

# ruamel.yaml lets the errors of its own slips through: a lone carriage return before the end
# (IndexError), an unknown %YAML version (AssertionError), \UFFFFFFFF (OverflowError, ValueError).
_BREAKS_OFF = (YAMLError, ValueError, OverflowError, IndexError, AssertionError)


class _Refused(Exception):
    """Reading cannot go on; the mistake says why."""

    def __init__(self, mistake: Mistake) -> None:
        super().__init__(str(mistake))
        self.mistake = mistake


@dataclass(slots=True)
class _Open:
    """A list or mapping that is still being read."""

    place: Place
    is_mapping: bool
    flow: bool
    items: list[Node] = field(default_factory=list)
    entries: dict[str, tuple[Scalar, Node]] = field(default_factory=dict)
    key: Node | None = None

    def close(self) -> Node:
        if self.is_mapping:
            return Mapping(self.place, tuple(self.entries.values()), self.flow)
        return Sequence(self.place, tuple(self.items), self.flow)


def read(file: str, raw: bytes) -> Document:
    """One file's nodes, or its mistakes.  A file without any content is an empty mapping."""
    try:
        text = _decode(file, raw)
    except _Refused as e:
        return Document(file, "", None, (e.mistake,))
    lines: dict[int, Mistake] = {}
    repaired = text
    for _ in range(_REPAIRS):
        tree = _Tree(Document(file, repaired, None), frozenset(lines))
        try:
            root = tree.build()
        except _Refused as e:
            return _unreadable(file, text, lines, (*tree.mistakes, e.mistake))
        except _BREAKS_OFF as e:
            fault = traps.explain(file, repaired, e, tree.opened)
            again = fault.mistake.line in lines
            if again or fault.repaired is None:
                extra = () if again else (fault.mistake,)
                return _unreadable(file, text, lines, (*tree.mistakes, *extra))
            lines[fault.mistake.line] = fault.mistake
            repaired = fault.repaired
        else:
            return Document(file, text, root, (*lines.values(), *tree.mistakes))
    return _unreadable(file, text, lines, ())


def _unreadable(
    file: str, text: str, lines: dict[int, Mistake], more: tuple[Mistake, ...]
) -> Document:
    return Document(file, text, None, (*lines.values(), *more))


def _decode(file: str, raw: bytes) -> str:
    if len(raw) > MAX_BYTES:
        raise _Refused(Mistake(file, 1, 1, "the file is larger than 8 MiB", "split or shorten it"))
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as e:
        place = Document(file, raw[: e.start].decode("utf-8", "replace"), None)
        at = place.place_at(len(place.text))
        raise _Refused(
            Mistake(file, at.line, at.column, "this is not UTF-8", "save the file as UTF-8")
        ) from None
    if bad := _FORBIDDEN.search(text):
        at = Document(file, text, None).place_at(bad.start())
        problem = f"the character U+{ord(bad[0]):04X} is not allowed in YAML"
        raise _Refused(Mistake(file, at.line, at.column, problem, "delete it"))
    return text


class _Tree:
    """Builds the nodes of one document from its events."""

    def __init__(self, document: Document, told_lines: frozenset[int]) -> None:
        self.document = document
        self.mistakes: list[Mistake] = []
        self.told_lines = told_lines
        self.stack: list[_Open] = []
        self.root: Node | None = None

    @property
    def opened(self) -> Place | None:
        """Where the innermost `[` or `{` stands that is not closed yet."""
        return next((o.place for o in reversed(self.stack) if o.flow), None)

    def build(self) -> Mapping | None:
        documents = 0
        for event in YAML(typ="safe", pure=True).parse(self.document.text):
            if isinstance(event, DocumentStartEvent):
                documents += 1
                self._check_document(event, documents)
            elif isinstance(event, CollectionStartEvent):
                self._open(event)
            elif isinstance(event, CollectionEndEvent):
                self._add(self.stack.pop().close())
            elif isinstance(event, ScalarEvent | AliasEvent):
                self._add(self._leaf(event))
        return self._root()

    def _root(self) -> Mapping | None:
        root = self.root
        if isinstance(root, Mapping):
            return root
        if root is None or (isinstance(root, Scalar) and root.is_null):
            return Mapping(Place(1, 1), ())
        if isinstance(root, Broken):
            return None
        what = "a list" if isinstance(root, Sequence) else "plain text"
        mend = "expected lines of the form `key: value`"
        raise _Refused(self.document.mistake(root.place, f"the file holds {what}", mend))

    def _check_document(self, event: DocumentStartEvent, count: int) -> None:
        place = _place(event)
        if count > 1:
            raise _Refused(
                self.document.mistake(
                    place, "a second document begins here", "delete the `---` and join the two"
                )
            )
        if event.version or event.tags:
            self.mistakes.append(
                self.document.mistake(Place(1, 1), "YAML directives are not used", "delete the `%`")
            )

    def _open(self, event: CollectionStartEvent) -> None:
        if len(self.stack) >= MAX_DEPTH:
            problem = f"more than {MAX_DEPTH} levels of lists and keys"
            raise _Refused(self.document.mistake(_place(event), problem, "write it flatter"))
        is_mapping = isinstance(event, MappingStartEvent)
        self._refuse_marks(event)
        self.stack.append(_Open(_place(event), is_mapping, bool(event.flow_style)))

    def _leaf(self, event: ScalarEvent | AliasEvent) -> Node:
        place = _place(event)
        if place.line in self.told_lines and self.document.text[event.start_mark.index] == "~":
            return Broken(place)
        if isinstance(event, AliasEvent):
            self._tell(place, *traps.special("*", self._key_name()))
            return Broken(place)
        if self._refuse_marks(event):
            return Broken(place)
        if bad := _FORBIDDEN.search(event.value):
            self._tell(place, f"the character U+{ord(bad[0]):04X} is not allowed", "delete it")
            return Broken(place)
        start, end = event.start_mark.index, event.end_mark.index
        return Scalar(place, event.value, start, end, event.style or None)

    def _refuse_marks(self, event: ScalarEvent | CollectionStartEvent) -> bool:
        sign = "!" if event.tag is not None else "&" if event.anchor is not None else None
        if sign:
            self._tell(_place(event), *traps.special(sign, self._key_name()))
        return sign is not None

    def _key_name(self) -> str | None:
        key = self.stack[-1].key if self.stack else None
        return key.text if isinstance(key, Scalar) else None

    def _add(self, node: Node) -> None:
        if not self.stack:
            self.root = node
            return
        top = self.stack[-1]
        if not top.is_mapping:
            top.items.append(node)
        elif top.key is None:
            top.key = node
        else:
            self._add_entry(top, top.key, node)
            top.key = None

    def _add_entry(self, top: _Open, key: Node, value: Node) -> None:
        if not isinstance(key, Scalar):
            if not isinstance(key, Broken):
                self._tell(key.place, "a list or mapping cannot be a key", "write `key: value`")
            return
        first = top.entries.setdefault(key.text, (key, value))[0]
        if first is not key:
            problem = f"{traps.shown(key.text)} is given twice, first in line {first.place.line}"
            self._tell(key.place, problem, "keep one of them")

    def _tell(self, place: Place, problem: str, mend: str) -> None:
        self.mistakes.append(self.document.mistake(place, problem, mend))


def _place(event: Event) -> Place:
    return Place(event.start_mark.line + 1, event.start_mark.column + 1)
