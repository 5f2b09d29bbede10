"""Derive a source's health from what happened to it, and when its trouble is worth telling."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

from monitor.settings import Settings


class Health(StrEnum):
    NEW = "new"  # not polled yet
    OK = "ok"
    FAILING = "failing"
    PAUSED = "paused"
    RETIRED = "retired"


class SourceState(Protocol):
    """What happened to a source: a row of `sources`, by column name."""

    def __getitem__(self, column: str, /) -> Any: ...  # noqa: ANN401


@dataclass(frozen=True, slots=True)
class Notice:
    """Trouble of our own, for people.  `subject` names what it is about, so that the end of a
    trouble is told in the same conversation as its beginning."""

    subject: str
    headline: str
    text: str
    begins: bool = True


def health_of(state: SourceState) -> Health:
    if state["retired_at"] is not None:
        return Health.RETIRED
    if state["paused_at"] is not None or state["paused_in_file"]:
        return Health.PAUSED
    if state["last_poll_at"] is None:
        return Health.NEW
    return Health.FAILING if state["failures"] else Health.OK


def news_of_source(state: SourceState, settings: Settings, now: int) -> Notice | None:
    """A notice when a source's trouble has lasted, and one when it is over."""
    source_id, told = state["source_id"], state["trouble_told_at"] is not None
    if not state["failures"]:
        over = Notice(f"source:{source_id}", f"{source_id} works again", "", begins=False)
        return over if told else None
    lasted = now - state["failing_since_at"] >= settings.trouble_after_seconds * 1000
    if told or not lasted or state["failures"] < settings.trouble_failures:
        return None
    why = state["detail"] or state["reason"]
    return Notice(
        f"source:{source_id}",
        f"{source_id} cannot be read: {why}",
        f"{state['failures']} polls failed in a row. Until it works again, silence about "
        f"{state['url']} means nothing. See: wirewatch status",
    )
