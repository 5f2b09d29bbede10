"""Values that may be written in two ways: short, as one text, or with keys.

Each check takes the value, and the one that reads its keys; the short way becomes the long one.
"""

from __future__ import annotations

from pydantic import ValidatorFunctionWrapHandler

from monitor.config.fields import choice, refuse, text
from monitor.settings import Severity

_PLACES = ("title", "lead", "body")
_severity = choice(*Severity)


def word_or_places(value: object, keys: ValidatorFunctionWrapHandler) -> object:
    """One severity for all places, or one for each."""
    if isinstance(value, dict):
        if not value:
            mend = "write one word, or `{title: high, lead: high, body: normal}`"
            raise refuse("`severity` names no place", mend)
        return keys(value)
    return keys(dict.fromkeys(_PLACES, _severity(value)))


def off_or_keys(value: object, keys: ValidatorFunctionWrapHandler) -> object:
    """`off`, or how often."""
    return keys({"every": value} if value == "off" else value)


def text_or_fields(value: object, keys: ValidatorFunctionWrapHandler) -> object:
    """The text of an example, or its title and its text."""
    if not isinstance(value, dict):
        return keys({"body": text(value)})
    if value and not {"title", "body"}.intersection(value):
        mend = "put it in quotes, '...'; a headline and a text are `{title: ..., body: ...}`"
        raise refuse("YAML reads this entry as key and value", mend)
    return keys(value)
