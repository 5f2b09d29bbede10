"""The words of a text as a full-text index takes them: each form once, as one plain token."""

from __future__ import annotations

import re
from collections.abc import Iterable

# SQLite's `ascii` tokenizer parts at all of ASCII but letters and digits, and the index adds `_`.
_PARTING = re.compile(r"[\x00-/:-@\[-`{-\x7f]")


def indexed(form: str) -> str:
    """One form as one token: `c++` is `c_2b__2b_`."""
    return form if form.isalnum() else _PARTING.sub(_spelled, form)


def index_text(forms: Iterable[str]) -> str:
    """All forms of a text, in an order that does not matter."""
    return " ".join(map(indexed, forms))


def _spelled(found: re.Match[str]) -> str:
    return f"_{ord(found[0]):x}_"
