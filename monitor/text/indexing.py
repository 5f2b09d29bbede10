"""The words of a text as a full-text index takes them: each form as one plain token."""

from __future__ import annotations

import re

from monitor.text.scan import Scan

# SQLite's `ascii` tokenizer parts at all of ASCII but letters and digits, and the index adds `_`.
_PARTING = re.compile(r"[\x00-/:-@\[-`{-\x7f]")


def indexed(form: str) -> str:
    """One form as one token: `c++` is `c_2b__2b_`."""
    return form if form.isalnum() else _PARTING.sub(_spelled, form)


def index_text(scan: Scan) -> str:
    """All forms of a text, in an order that does not matter, some of them several times: the index
    tells them apart at a tenth of what it costs here."""
    return scan.run.replace(".", _DOT) + " ".join(map(indexed, scan.extra))


def _spelled(found: re.Match[str]) -> str:
    return f"_{ord(found[0]):x}_"


_DOT = indexed(".")
