"""The words of a text as a full-text index takes them: each form once, as one plain token."""

from __future__ import annotations

import re
from collections.abc import Collection

# SQLite's `ascii` tokenizer parts at all of ASCII but letters and digits, and the index adds `_`.
_PARTING = re.compile(r"[\x00-/:-@\[-`{-\x7f]")
_IN_ANY = re.compile(r"[\x00-\x1f!-/:-@\[-`{-\x7f]")  # as above, without the blank between them


def indexed(form: str) -> str:
    """One form as one token: `c++` is `c_2b__2b_`."""
    return form if form.isalnum() else _PARTING.sub(_spelled, form)


def index_text(forms: Collection[str]) -> str:
    """All forms of a text, in an order that does not matter."""
    joined = " ".join(forms)
    return joined if _IN_ANY.search(joined) is None else " ".join(map(indexed, forms))


def _spelled(found: re.Match[str]) -> str:
    return f"_{ord(found[0]):x}_"
