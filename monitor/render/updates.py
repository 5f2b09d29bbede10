"""What an update tells that is new: a higher figure, words gained or lost, one more origin.

Each in one line, what is new first, old -> new; an edit with the sentences as they were and are.
Escapes nothing: each form does, with `text` or with pieces.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from monitor import changes
from monitor.changes import Edit, Sentence
from monitor.clean import clean, one_line
from monitor.figures import Figure, figures_beside, highest
from monitor.model import Item, Reason, Told
from monitor.render import facts
from monitor.render.briefing import Briefing
from monitor.render.quotes import LONGEST_QUOTE, Piece
from monitor.rules.fields import Fields

MOST_EDITS = 3

_EDITS = (Reason.LOST, Reason.GAINED)
_LONGEST_PHRASE = 60
_MOST_PHRASES = 3
_GAP = "[...]"
_BEFORE_A_MARK = 100  # characters
# What changes what is known comes before what only says who knows it.
_ORDER = (
    Reason.NUMBER, Reason.LOST, Reason.GAINED, Reason.SEVERITY, Reason.ORIGIN, Reason.FIRST,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Line:
    """A sentence as it was ("-") or is ("+"), the words that differ marked."""

    sign: str
    pieces: tuple[Piece, ...]

    def marked(self, before: str = "", after: str = "") -> str:
        words = (f"{before}{p.text}{after}" if p.marked else p.text for p in self.pieces)
        return f"{self.sign} {''.join(words)}"


@dataclass(frozen=True, slots=True)
class Update:
    """`what` is new, bold where there is bold; `by` whom, or when, may be empty."""

    what: str
    by: str = ""
    lines: tuple[Line, ...] = ()

    def text(self) -> list[str]:
        """As plain lines."""
        first = f"{self.what}  {self.by}" if self.by else self.what
        return [first, *(f"  {line.marked()}" for line in self.lines)]


def updates(briefing: Briefing) -> tuple[Update, ...]:
    """What the new alerts of a message tell, each thing once.

    An opening has no news beside itself, but what was edited while it waited: it must not quote as
    said what is said no more.  An edit whose other side is not in `briefing.otherwise` is named,
    and not shown.
    """
    opening = briefing.revision == 1
    fresh = [one for one in briefing.alerts if not opening or one.alert.reason in _EDITS]
    alerts = sorted(fresh, key=lambda told: _ORDER.index(told.alert.reason)
                    if told.alert.reason in _ORDER else len(_ORDER))  # fmt: skip
    found: dict[str, Update] = {}
    shown: set[Line] = set()
    for told in alerts:
        other = briefing.otherwise.get(told.alert.alert_id)
        new = _update(briefing, told, other)
        if new is not None and new.what not in found:
            found[new.what] = replace(
                new, lines=tuple(line for line in new.lines if line not in shown)
            )
            shown |= set(new.lines)
    if found or opening:
        return tuple(found.values())
    return (Update(f"More on {facts.rules(briefing.alerts)}"),)


def _update(briefing: Briefing, told: Told, other: Item | None) -> Update | None:
    reason = told.alert.reason
    if reason in _EDITS:
        return _edited(briefing, told, other)
    says = _SAYS.get(reason)
    return says(briefing, told) if says is not None else None


# --- a figure ------------------------------------------------------------------------------------


def _number(briefing: Briefing, told: Told) -> Update | None:
    """`Update: at least 26 -> at least 34 killed  (2 outlets agree)`."""
    detail = told.alert.detail
    kind, old, new = str(detail.get("kind")), detail.get("old"), detail.get("new")
    if not isinstance(new, int):
        return None
    after = _printed([told], kind, new)
    before = f"{_printed(briefing.earlier, kind, old)} -> " if isinstance(old, int) else ""
    named = detail.get("outlets")
    outlets = [str(one) for one in named] if isinstance(named, list | tuple) else []
    if len(outlets) > 1:
        by = f"({len(outlets)} outlets agree)"
    else:
        by = f"({facts.outlet_of(briefing, told.stored)}, in a new version)"
    return Update(f"Update: {before}{after} {one_line(kind, _LONGEST_PHRASE)}", by)


def _printed(alerts: Sequence[Told], kind: str, value: int) -> str:
    """The figure as sure as it was printed: `at least 26`."""
    for told in alerts:
        figure: Figure | None = highest(
            one for one in figures_beside(told.stored.item, told.alert.spans) if one.value == value
        ).get(kind)
        if figure is not None and figure.qualifier is not None:
            return f"{figure.qualifier} {value:,}"
    return f"{value:,}"


# --- an edit -------------------------------------------------------------------------------------


def _edited(briefing: Briefing, told: Told, other: Item | None) -> Update:
    """`No longer says "liberated"  example-wire.test changed the text at 15:02 UTC`."""
    zone, lost = facts.Zone.of(briefing), told.alert.reason is Reason.LOST
    verb = "No longer says" if lost else "Now says"
    outlet, at = facts.outlet_of(briefing, told.stored), zone.moment(told.alert.raised_at)
    by = f"{outlet} changed the text at {at}"
    return Update(f"{verb} {_phrases(told)}", by, _diff(told, other, lost=lost))


def _phrases(told: Told) -> str:
    """What matched, in quotes, each wording once; the rule's name where nothing is left of it."""
    fields = Fields(told.stored.item, told.stored.source_id)
    found: dict[str, str] = {}
    for span in sorted(told.alert.spans):
        try:
            text = fields.stored(span.field)
        except KeyError:
            continue
        phrase = one_line(text[span.start : span.end], _LONGEST_PHRASE)
        if phrase:
            found.setdefault(phrase.casefold(), f'"{phrase}"')
    shown = list(found.values())[:_MOST_PHRASES]
    return ", ".join(shown) or f"what {one_line(told.rule_name, _LONGEST_PHRASE)} looks for"


def _diff(told: Told, other: Item | None, *, lost: bool) -> tuple[Line, ...]:
    """The sentences that made the difference, as they were and are."""
    if other is None:
        return ()
    here = told.stored.item
    old, new = (here, other) if lost else (other, here)
    found = changes.compare(old.title, old.body, new.title, new.body)
    which = changes.lost if lost else changes.gained
    edits = which(found, told.alert.spans)[:MOST_EDITS]
    return tuple(line for edit in edits for line in lines_of(edit))


def lines_of(edit: Edit) -> Iterator[Line]:
    """An edit as it is shown: what was, then what is."""
    for sign, sentence in (("-", edit.old), ("+", edit.new)):
        if sentence is not None:
            yield Line(sign, tuple(_pieces(sentence)))


def _pieces(sentence: Sentence) -> Iterator[Piece]:
    """The sentence, or as much of it behind its first mark as there is room for."""
    text, first, last = sentence.text, 0, len(sentence.text)
    if last > LONGEST_QUOTE:
        marked = sentence.marks[0][0] if sentence.marks else 0
        first = max(0, min(marked - _BEFORE_A_MARK, last - LONGEST_QUOTE))
        last = first + LONGEST_QUOTE
    if first > 0:
        yield Piece(f"{_GAP} ", marked=False)
    at = first
    for start, end in sentence.marks:
        start, end = max(start, first), min(end, last)
        if start < end:
            yield Piece(clean(text[at:start]), marked=False)
            yield Piece(clean(text[start:end]), marked=True)
            at = end
    yield Piece(clean(text[at:last]), marked=False)
    if last < len(text):
        yield Piece(f" {_GAP}", marked=False)


# --- the rest ------------------------------------------------------------------------------------


def _severity(briefing: Briefing, told: Told) -> Update:
    old, new = told.alert.detail.get("old"), told.alert.severity
    return Update(f"Now {new}, was {old}" if old else f"Now {new}", f"({told.rule_name})")


def _origin(briefing: Briefing, told: Told) -> Update:
    named = told.alert.detail.get("origin") or facts.outlet_of(briefing, told.stored)
    return Update(f"New origin: {one_line(str(named), _LONGEST_PHRASE)}")


def _first(briefing: Briefing, told: Told) -> Update:
    fresh = [one for one in briefing.alerts if one.alert.reason is Reason.FIRST]
    return Update(f"Also matches {facts.rules(fresh)}")


_SAYS: Mapping[Reason, Callable[[Briefing, Told], Update | None]] = {
    Reason.NUMBER: _number,
    Reason.SEVERITY: _severity,
    Reason.ORIGIN: _origin,
    Reason.FIRST: _first,
}
