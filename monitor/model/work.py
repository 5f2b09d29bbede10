"""Work that the clock hands out, what fetching it answered, and the `Polled` it comes to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from monitor.model.items import Item
from monitor.settings import Source


@dataclass(frozen=True, slots=True)
class Response:
    """One HTTP answer, whole and decoded; `url` is where redirects ended."""

    url: str
    status: int
    headers: Mapping[str, str]  # names in lower case
    body: bytes
    elapsed_seconds: float = 0.0

    @property
    def content_type(self) -> str | None:
        return self.headers.get("content-type")


class OutcomeKind(StrEnum):
    OK = "ok"
    NOT_MODIFIED = "not_modified"
    FAILED = "failed"


BROKE = "broke"  # the reason of what failed by a mistake of ours


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a poll, or the fetch of one article, came to.

    `reason` is a word of `errors.FetchReason` or `errors.ReadReason`, or BROKE, None when all is
    well; `detail` is the sentence for people.  `etag`, `last_modified`: the server's own bytes.
    `list_shape`: how a page's list was told.  `read_by`: which reader a feed needed, `fast`, `json`
    or the doubt that handed it to the slow one.
    """

    kind: OutcomeKind
    reason: str | None = None
    detail: str | None = None
    status: int | None = None
    retry_after_seconds: float | None = None
    etag: str | None = None
    last_modified: str | None = None
    body_hash: str | None = None
    skipped: int = 0
    fetched_bytes: int = 0
    list_shape: str | None = None
    read_by: str | None = None


@dataclass(frozen=True, slots=True)
class DueSource:
    """A source leased for one poll.  `lease` is the token that its outcome must show."""

    source: Source
    lease: str | None
    etag: str | None = None
    last_modified: str | None = None
    body_hash: str | None = None
    list_shape: str | None = None
    baseline: bool = True  # nothing of this source has been seen yet


@dataclass(frozen=True, slots=True)
class LastReading:
    """What an article's page answered last.  `rereads`: how often it was read again.

    `doubted`: the fingerprint of a far shorter text that it showed, not believed yet.
    """

    rereads: int = 0
    etag: str | None = None
    last_modified: str | None = None
    body_hash: str | None = None
    doubted: str | None = None


@dataclass(frozen=True, slots=True)
class WantedBody:
    """A stored item whose article page is to be read, leased; with `last`: to be read again."""

    item_id: int
    url: str
    source: Source
    tries: int
    lease: str | None
    last: LastReading | None = None


@dataclass(frozen=True, slots=True)
class Polled:
    """The one thing a spider yields: a poll's outcome with its items, or one article's.

    Exactly one of `due` and `wanted` is set.  An article that could not be read has no item
    and a FAILED outcome.  `unfollowed`: addresses of items whose page is not wanted.
    """

    outcome: Outcome
    items: tuple[Item, ...] = ()
    due: DueSource | None = None
    wanted: WantedBody | None = None
    repeated_guids: frozenset[str] = frozenset()
    unfollowed: frozenset[str] = frozenset()

    @property
    def source(self) -> Source:
        work = self.due or self.wanted
        assert work is not None
        return work.source
