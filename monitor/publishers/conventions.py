"""The words of `conventions.yaml`: bylines, labels, invitations, appeals, the desk's credits,
whom to ask about a release.

Lists only; who uses them knows what they mean for its text.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import lru_cache

from monitor.publishers import tables

_FILE = "conventions.yaml"


@dataclass(frozen=True, slots=True)
class Conventions:
    """All in lower case; see the comments in the file."""

    by: tuple[str, ...]
    and_: tuple[str, ...]
    roles: frozenset[str]
    titles: frozenset[str]
    rank: frozenset[str]
    houses: frozenset[str]
    pictures: tuple[str, ...]
    labels: frozenset[str]
    links: tuple[str, ...]
    invitations: tuple[str, ...]
    appeals: tuple[str, ...]
    offers: tuple[str, ...]
    credits: tuple[str, ...]
    contacts: tuple[str, ...]


@lru_cache(maxsize=1)
def conventions() -> Conventions:
    """The packaged lists, read once.  Raises ValueError where the file is not as it must be."""
    names = [one.name.rstrip("_") for one in fields(Conventions)]
    found = tables.mapping(_FILE, tables.read(_FILE), names)
    lists = {name: tables.texts(f"{_FILE}: {name}", found.get(name)) for name in names}
    return Conventions(
        by=lists["by"],
        and_=lists["and"],
        roles=frozenset(lists["roles"]),
        titles=frozenset(lists["titles"]),
        rank=frozenset(lists["rank"]),
        houses=frozenset(lists["houses"]),
        pictures=lists["pictures"],
        labels=frozenset(lists["labels"]),
        links=lists["links"],
        invitations=lists["invitations"],
        appeals=lists["appeals"],
        offers=lists["offers"],
        credits=lists["credits"],
        contacts=lists["contacts"],
    )
