"""Say in plain words what is wrong where YAML breaks off, and how to mend it.

People write queries, and queries are full of signs that mean something else to YAML.  Knows no
schema but the keys of queries, whose mend is the block form.  Never repeats a value: it may be a
password.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from ruamel.yaml.error import MarkedYAMLError

from monitor.config.nodes import Document, Place
from monitor.errors import Mistake

_LINE = re.compile(r"(?P<lead>[ ]*(?:-[ ]+)*(?:(?P<key>[\w.-]+)[ ]*:[ ]+)?)(?P<value>[^\r\n]*)")
_TOO_BIG = re.compile(r"\\U(?!000|0010)[0-9A-Fa-f]{8}")

_SIGNS = {
    "*": "YAML takes what begins with `*` for an alias",
    "&": "YAML takes what begins with `&` for an anchor",
    "!": "YAML takes what begins with `!` for a type tag",
    "@": "YAML does not let a value begin with `@`",
    "`": "YAML does not let a value begin with a backtick",
    "%": "YAML does not let a value begin with `%`",
    "|": "after `|` the text must begin on the next line",
    ">": "after `>` the text must begin on the next line",
}
_SECRETS = ("password", "token", "webhook", "heartbeat_url")
QUERIES = ("query", "text")  # the keys that hold one

# What ruamel.yaml says, in context and problem; what we say; the mend.  The first that fits.
_SAYINGS: tuple[tuple[str, str, str], ...] = (
    (r"character '\\t'", "there is a tab here", "use spaces"),
    (
        r"\b(an?|undefined) (tag|alias|anchor)\b",
        "YAML takes what begins with `!`, `&` or `*` for a sign of its own",
        "put the whole text in quotes, '...'",
    ),
    (
        r"cannot start any token|content, but found '[],}]'",
        "an entry cannot begin with this sign",
        "put the whole text in quotes, '...'",
    ),
    (
        r"mapping values",
        "this line reads as part of the text above it",
        "line it up with the keys above; a blank follows each `-` and each `key:`",
    ),
    (r"escape character", "`\\` and this letter mean nothing in double quotes", "use '...'"),
    (r"escape sequence", "an escape with too few hexadecimal digits", "use '...'"),
    (
        r"quoted scalar",
        "this quote is never closed",
        "close it, or quote the whole text with '...'",
    ),
    (
        r"flow|node content.*(stream|block) end",
        "a `[` or `{` is never closed, or two entries have no comma between them",
        'close it; an entry with `,`, ` #`, `: ` or brackets in it goes in quotes, "..."',
    ),
    (
        r"sequence entries are not allowed",
        "a list cannot begin on the line of its key",
        "write `- ...` on the next line, indented",
    ),
    (
        r"expected ':'",
        "this line is neither `key: value` nor `- entry`",
        "put a space after the colon, or indent it as part of the text above",
    ),
    (
        r"block (mapping|collection|scalar)|mapping keys|indentation|document",
        "this line does not line up with those above",
        "indent it exactly as the keys or `- ` it belongs with; a blank follows each `-`",
    ),
)


@dataclass(frozen=True, slots=True)
class Fault:
    """Why YAML broke off; `repaired` is the text with that value taken out, where one line is
    all that is wrong, so that the rest can be judged in the same run."""

    mistake: Mistake
    repaired: str | None = None


def shown(text: str) -> str:
    """A name for a message: in backticks, short, and without anything unprintable."""
    return f"`{printable(text, 40)}`"


def printable(text: str, longest: int) -> str:
    short = text if len(text) <= longest else text[: longest - 3] + "..."
    return "".join(c if c.isprintable() else "�" for c in short)


def block_form(key: str) -> str:
    return f"write `{key}: |` and the query on the next line, indented"


def special(sign: str, key: str | None) -> tuple[str, str]:
    """Problem and mend of a value whose first character is YAML's own."""
    return _SIGNS[sign], _mend(key)


def _mend(key: str | None, quotes: str = "'...'") -> str:
    if key in QUERIES:
        return block_form(key)
    if key in _SECRETS:
        return f"write `{key}: ${{NAME}}` and set NAME in the environment, or `{key}_file: PATH`"
    return f"put the whole text in quotes, {quotes}"


def explain(file: str, text: str, error: Exception, opened: Place | None) -> Fault:
    """The mistake behind an error of the YAML reader.

    `opened` is the place of the innermost bracket that is still open.
    """
    document = Document(file, text, None)
    if not isinstance(error, MarkedYAMLError) or error.problem_mark is None:
        too_big = _TOO_BIG.search(text)
        place = document.place_at(too_big.start() if too_big else 0)
        return Fault(document.mistake(place, "not readable as YAML", "look for a wrong escape"))
    at = error.problem_mark.index
    if one_line := _one_line(document, error.problem or "", at):
        return one_line
    said = f"{error.context or ''} {error.problem or ''}"
    for pattern, problem, mend in _SAYINGS:
        if re.search(pattern, said):
            return Fault(document.mistake(_start(document, error, opened), problem, mend))
    return Fault(document.mistake(document.place_at(at), "not readable as YAML", "see the line"))


def _start(document: Document, error: MarkedYAMLError, opened: Place | None) -> Place:
    """Where to look: what is never closed is shown where it opens."""
    said = f"{error.context or ''} {error.problem or ''}"
    if opened is not None and "character" not in said and "quoted" not in said:
        return opened
    opens_there = ("quoted" in said and "escape" not in said) or "expected ':'" in said
    mark = error.context_mark if opens_there and error.context_mark else error.problem_mark
    return document.place_at(mark.index)


def _one_line(document: Document, problem: str, at: int) -> Fault | None:
    """The traps that concern the value of one line and leave the others readable."""
    begin = document.place_at(at)
    start = at - begin.column + 1
    line = _LINE.match(document.text, start)
    assert line is not None  # every part of the pattern may be empty
    value, key = line["value"], line["key"]
    said = _value_problem(value, problem, at - line.start("value"))
    if said is None:
        return None
    mend = _mend(key, '"..."' if value[0] == "'" else "'...'")
    if value[0] in "|>":
        mend = f"begin a new line after `{value[0]}` and indent it"
    place = document.place_at(line.start("value"))
    text = document.text
    repaired = text[: line.start("value")] + "~" + text[line.end("value") :]
    return Fault(document.mistake(place, said, mend), repaired)


def _value_problem(value: str, problem: str, offset: int) -> str | None:
    """What is wrong with a line's value, if the reader stumbled over something in it."""
    first = value[:1]
    if first in _SIGNS and offset >= 0:
        return _SIGNS[first]
    if "found '<scalar>'" in problem and offset > 0 and first in "\"'":
        return f"text goes on after the closing {first}"
    if "found '<scalar>'" in problem and offset > 0 and first in "[{":
        return "text goes on after the closing bracket"
    if "mapping values are not allowed" in problem and offset > 0:
        return "a second `: ` in one line"
    return None
