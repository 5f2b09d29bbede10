"""The things that travel the path, from a source to a delivery.

Frozen values without behaviour beyond what follows from their own fields.  No I/O, no policy:
what people asked for (sources, rules, channels) is in `settings`, every decision is elsewhere.

Times are UTC epoch milliseconds (`int`, names end in `_at`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum

from monitor.settings import Severity, Source

# --- read: what the publisher gave us -------------------------------------------------------


class Precision(StrEnum):
    """How exactly the publisher states a time."""

    SECOND = "second"
    MINUTE = "minute"
    DAY = "day"


@dataclass(frozen=True, slots=True)
class Stamp:
    """A publisher's time.  A bare date is the end of its day in the source's zone."""

    at: int
    precision: Precision = Precision.SECOND
    day: str | None = None

    def iso(self) -> str:
        """ISO 8601 UTC to the second, or the bare date where the publisher gave no time."""
        return self.day if self.day is not None else iso(self.at)


@dataclass(frozen=True, slots=True)
class SideStory:
    """A short story of its own, boxed inside another article's page."""

    headline: str
    dateline: str | None
    text: str


@dataclass(frozen=True, slots=True)
class Item:
    """One article as the publisher gave it.  No id and no time of ours.

    `url` is the address it was found under, absolute; `canonical_url` what the page declares.
    `body` is plain text, paragraphs parted by one blank line; None when nothing is known of it.
    `partial`: `body` is only a teaser or summary, so what is not found in it is unknown.
    `byline` is printed text ("By Sarah Benhaida"); `authors` the names in it.
    """

    url: str
    title: str | None = None
    guid: str | None = None
    canonical_url: str | None = None
    byline: str | None = None
    authors: tuple[str, ...] = ()
    place: str | None = None
    wire: str | None = None
    published: Stamp | None = None
    updated: Stamp | None = None
    section: str | None = None
    lang: str | None = None
    body: str | None = None
    partial: bool = True
    image: str | None = None
    side_stories: tuple[SideStory, ...] = ()
    tags: tuple[str, ...] = ()

    @property
    def lede(self) -> str | None:
        """The first paragraph of the body."""
        return self.body.split("\n\n", 1)[0] if self.body else None


@dataclass(frozen=True, slots=True)
class Feed:
    """One feed document, read.  `skipped` counts entries that could not be read at all."""

    title: str | None
    link: str | None
    items: tuple[Item, ...]
    skipped: int = 0
    repeated_guids: frozenset[str] = frozenset()


# --- fetch -----------------------------------------------------------------------------------


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


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a poll, or the fetch of one article, came to.

    `reason` is a word of `errors.FetchReason` or `errors.ReadReason`, None when all is well;
    `detail` is the sentence for people.  `etag`, `last_modified`: the server's bytes, verbatim.
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


# --- work: what the clock hands out ----------------------------------------------------------


@dataclass(frozen=True, slots=True)
class DueSource:
    """A source leased for one poll.  `lease` is the token that its outcome must show."""

    source: Source
    lease: str | None
    etag: str | None = None
    last_modified: str | None = None
    body_hash: str | None = None
    baseline: bool = True  # nothing of this source has been seen yet


@dataclass(frozen=True, slots=True)
class WantedBody:
    """A stored item whose article page is still to be read, leased."""

    item_id: int
    url: str
    source: Source
    tries: int
    lease: str | None


@dataclass(frozen=True, slots=True)
class Polled:
    """The one thing a spider yields: a poll's outcome with its items, or one article's.

    Exactly one of `due` and `wanted` is set.  An article that could not be read has no item
    and a FAILED outcome.
    """

    outcome: Outcome
    items: tuple[Item, ...] = ()
    due: DueSource | None = None
    wanted: WantedBody | None = None
    repeated_guids: frozenset[str] = frozenset()

    @property
    def source(self) -> Source:
        work = self.due or self.wanted
        assert work is not None
        return work.source


# --- store -----------------------------------------------------------------------------------


class BodyState(StrEnum):
    """Whether the article's own text is here."""

    WANTED = "wanted"  # the page is still to be read; `body` holds the teaser
    FULL = "full"
    NONE = "none"  # the source says `article: false`: the summary is all there will be
    GAVE_UP = "gave_up"


class Change(StrEnum):
    """An item against the store."""

    NEW = "new"
    COMPLETED = "completed"  # its body came: no new version
    MODIFIED = "modified"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True)
class StoredItem:
    """An item with our id and times; `source_id` is the source that showed it first."""

    id: int
    item: Item
    source_id: str
    first_seen_at: int
    version: int
    body_state: BodyState
    story_key: str
    body_reason: str | None = None
    site: str | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """What the store knows of the item that an arriving one was found to be.

    `shown`: fingerprint of what the asking source showed last, None when it never showed it.
    `open`: the newest version still waits for its article page.
    """

    item_id: int
    title: str | None
    body: str | None
    partial: bool
    fingerprint: str
    body_state: BodyState
    open: bool
    shown: str | None
    shown_guid: str | None = None


# --- match, alert ----------------------------------------------------------------------------


class Answer(StrEnum):
    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """One place of a match: code points of the stored text of `field` ("title", "body", ...)."""

    field: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Match:
    """One rule's answer for one item.  Spans only with YES; `error` when the rule itself broke."""

    rule_id: str
    answer: Answer
    spans: tuple[Span, ...] = ()
    error: str | None = None


class Reason(StrEnum):
    """Why an alert is raised now, or why a match is not told."""

    FIRST = "first"
    BASELINE = "baseline"  # known since the source's first poll
    TOLD = "told"  # this occasion was raised before
    NOT_ON_UPDATE = "not_on_update"
    RULE_BROKEN = "rule_broken"


@dataclass(frozen=True, slots=True)
class Alert:
    """A fact worth telling: rule x story x occasion, once."""

    alert_id: str
    rule_id: str
    item_id: int
    story_key: str
    occasion: str
    reason: Reason
    raised_at: int
    severity: Severity
    spans: tuple[Span, ...]
    late: bool
    partial: bool
    version: int


# --- deliver ---------------------------------------------------------------------------------


class DeliveryState(StrEnum):
    WAITING = "waiting"
    SENT = "sent"
    DEAD = "dead"
    HELD = "held"  # shown for a waiting delivery whose channel is paused


class DeliveryKind(StrEnum):
    ALERT = "alert"
    OPS = "ops"
    TEST = "test"


@dataclass(frozen=True, slots=True)
class LeasedDelivery:
    """One owed sending, leased.  `conversation_id` is stable; `revision` counts from 1."""

    id: int
    kind: DeliveryKind
    channel: str
    recipient: str
    conversation_id: str
    revision: int
    created_at: int
    give_up_at: int
    tries: int
    lease: str
    notice: str | None = None  # the text of an ops notice, JSON


@dataclass(frozen=True, slots=True)
class Told:
    """An alert together with the item it speaks of, as a message needs it."""

    alert: Alert
    stored: StoredItem
    rule_name: str


@dataclass(frozen=True, slots=True)
class Message:
    """Rendered, ready for one channel kind.  Only the forms that channel sends are filled."""

    text: str
    subject: str | None = None
    html: str | None = None
    slack: Mapping[str, object] | None = None  # body of chat.postMessage or of a webhook call
    message_id: str | None = None  # RFC 5322, with angle brackets
    in_reply_to: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Receipt:
    """Proof that the other side accepted: its own answer, and its id for the message."""

    answer: str
    message_id: str | None = None


def iso(at: int) -> str:
    """Epoch milliseconds as ISO 8601 UTC with a Z, to the second."""
    return datetime.fromtimestamp(at // 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # no I, L, O, U: read aloud and typed by people


def short_id(alert_id: str) -> str:
    """The six characters under which people know an alert or a conversation.

    Crockford base32 of the first 30 bits of a hexadecimal id.  Raises ValueError for another id.
    """
    bits = int(alert_id[:8], 16) >> 2
    return "".join(_CROCKFORD[bits >> shift & 31] for shift in range(25, -1, -5))
