"""What the sinks' journals say was accepted, as the ledger wants it.

A message speaks of a report when the report's slug stands in it; one may speak of several.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from tests.rig.journals import Entry
from tests.rig.ledger import Accepted

_SLUG = re.compile(r"Rig_report_\d{5}")


def accepted(smtp: Iterable[Entry], slack: Iterable[Entry]) -> Iterator[Accepted]:
    """Every accepted message of both journals, once for each report it speaks of."""
    for entry in smtp:
        if entry["event"] == "accepted":
            for slug in _slugs(entry["text"]):
                key = str(entry["message_id"])
                yield Accepted(entry["at"], "smtp", entry["recipient"], slug, key)
    for entry in slack:
        if entry["event"] == "accepted":
            for slug in _slugs(entry["payload"]):
                key = entry["text"].rpartition("|")[2].strip()  # the alert's id ends the text
                yield Accepted(entry["at"], "slack", entry["method"], slug, key)


def _slugs(text: str) -> list[str]:
    return sorted(set(_SLUG.findall(text)))
