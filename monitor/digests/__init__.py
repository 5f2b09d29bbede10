"""Decide when a channel's digest is due, what stands in it and whether it is worth sending.

Knows no store, no network, no clock, and not the machine's own time zone.
"""

from monitor.digests.calendar import (
    day_of,
    due,
    instant,
    missed,
    next_at,
    quiet_ended_at,
    quiet_until,
    today,
)
from monitor.digests.content import (
    Blind,
    Digest,
    DigestKind,
    Gap,
    Heading,
    Judged,
    Section,
    Story,
    Words,
    counted,
    is_worth_sending,
    may_be_known,
    section_of,
    sorted_stories,
)

__all__ = [
    "Blind",
    "Digest",
    "DigestKind",
    "Gap",
    "Heading",
    "Judged",
    "Section",
    "Story",
    "Words",
    "counted",
    "day_of",
    "due",
    "instant",
    "is_worth_sending",
    "may_be_known",
    "missed",
    "next_at",
    "quiet_ended_at",
    "quiet_until",
    "section_of",
    "sorted_stories",
    "today",
]
