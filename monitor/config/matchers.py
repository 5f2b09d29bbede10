"""Read one condition of a route: label, operator, value.

The form is Alertmanager's: `severity = "high"`, `source =~ "bbc-.*"`.  Does not match anything.
"""

from __future__ import annotations

import re

from monitor.config.fields import refuse, text
from monitor.config.traps import shown
from monitor.settings import LabelMatcher

_MATCHER = re.compile(
    r"\s*(?P<label>[A-Za-z_]\w*)\s*(?P<operator>=~|!~|!=|=)\s*"
    r'(?:"(?P<quoted>(?:[^"\\]|\\.)*)"|(?P<bare>[^\s"=~]\S*))\s*'
)
MAX_PATTERN = 200
_MAX_REPEATS = 3
# A value is tried with `re`, whose time explodes only where a repeated group repeats something
# itself, refers back, or where many repeats follow one another.
_NOISE = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]")
_REPEATED_GROUP = re.compile(r"\)(?:[*+]|\{)")
_REPEAT = re.compile(r"[*+]|\{\d*,\d*\}")


def matcher(value: object) -> LabelMatcher:
    """One condition; raises what `fields.refuse` makes."""
    given = text(value)
    match = _MATCHER.fullmatch(given) if len(given) <= 1000 else None
    if match is None:
        mend = 'expected label, operator and value: `severity = "high"`; operators: = != =~ !~'
        raise refuse(f"{shown(given)} is no condition", mend)
    wanted = match["bare"]
    if wanted is None:
        # Only \" and \\ are escapes, so that a regular expression needs no double backslashes.
        wanted = re.sub(r'\\(["\\])', r"\1", match["quoted"])
    if match["operator"].endswith("~"):
        _check_pattern(wanted)
    return LabelMatcher(match["label"], match["operator"], wanted)


def _check_pattern(pattern: str) -> None:
    shape = _NOISE.sub("x", pattern)
    if len(pattern) > MAX_PATTERN:
        raise refuse("this regular expression is too long", f"at most {MAX_PATTERN} characters")
    slow = _REPEATED_GROUP.search(shape) or len(_REPEAT.findall(shape)) > _MAX_REPEATS
    if slow or re.search(r"\\[1-9]|\(\?(?!:|i\))", pattern):
        mend = f"write it without repeated groups and with at most {_MAX_REPEATS} repeats"
        raise refuse("this regular expression could take for ever", mend)
    try:
        re.compile(pattern)
    except (re.error, OverflowError, RecursionError):
        problem = f"{shown(pattern)} is no regular expression"
        raise refuse(problem, "check its brackets and `\\`") from None
