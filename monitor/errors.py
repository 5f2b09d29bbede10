"""Every error we raise.

WirewatchError
├── ConfigError          all mistakes of all files, each with its place
├── QueryError           all problems of one query, each with code and position
├── FetchError           one HTTP exchange failed; `reason` is a FetchReason
├── ReadError            bytes could not be read; `reason` is a ReadReason
├── StoreError           the database refused or is damaged
│   └── LeaseHeld        another process works on this source
└── SendError            a channel did not accept
    ├── Later            try again, perhaps not before `retry_after_seconds`
    ├── MessageRefused   this message to this recipient will never be accepted
    └── ChannelRefused   nothing will be accepted until someone mends the channel
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class WirewatchError(Exception):
    """Base of all.  `str()` is a sentence that says what to do."""


@dataclass(frozen=True, slots=True, order=True)
class Mistake:
    """One mistake in one configuration file; line and column count from 1."""

    file: str
    line: int
    column: int
    problem: str
    mend: str | None = None

    def __str__(self) -> str:
        mend = f", {self.mend}" if self.mend else ""
        return f"{self.file}:{self.line}:{self.column}: {self.problem}{mend}"


class ConfigError(WirewatchError):
    def __init__(self, mistakes: tuple[Mistake, ...]) -> None:
        super().__init__("\n".join(str(m) for m in mistakes))
        self.mistakes = mistakes


@dataclass(frozen=True, slots=True)
class QueryProblem:
    """`position` counts code points of the query from 0."""

    code: str
    position: int
    message: str


class QueryError(WirewatchError):
    def __init__(self, query: str, problems: tuple[QueryProblem, ...]) -> None:
        super().__init__("; ".join(f"{p.code} at {p.position}: {p.message}" for p in problems))
        self.query = query
        self.problems = problems


class FetchReason(StrEnum):
    ADDRESS_REFUSED = "address_refused"  # the guard: not a public address
    BAD_URL = "bad_url"
    DNS = "dns"
    CONNECT = "connect"
    TLS = "tls"
    TIMEOUT = "timeout"
    TOO_LARGE = "too_large"
    BAD_ENCODING = "bad_encoding"
    PROTOCOL = "protocol"  # the server broke off or does not speak HTTP
    REDIRECTS = "redirects"
    ROBOTS = "robots"
    HTTP = "http"  # a status that is no success; `status` says which
    RATE_LIMITED = "rate_limited"  # 429, or 503 with Retry-After


class FetchError(WirewatchError):
    def __init__(
        self,
        reason: FetchReason,
        detail: str,
        *,
        status: int | None = None,
        retry_after_seconds: float | None = None,
    ) -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail
        self.status = status
        self.retry_after_seconds = retry_after_seconds


class ReadReason(StrEnum):
    NOT_A_FEED = "not_a_feed"
    NOT_A_SITEMAP = "not_a_sitemap"
    NO_LIST = "no_list"  # a section page in which no list of articles was recognised
    NO_SECTION = "no_section"
    NO_ARTICLE = "no_article"  # a page without an article's text
    ALL_BAD = "all_bad"  # every entry was unreadable
    PARSE_TIMEOUT = "parse_timeout"
    PARSE_MEMORY = "parse_memory"
    PARSE_CRASH = "parse_crash"


class ReadError(WirewatchError):
    def __init__(self, reason: ReadReason, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail

    def __reduce__(self) -> tuple[type[ReadError], tuple[ReadReason, str]]:
        # Raised in a worker process: an exception is rebuilt from its args there and here.
        return (type(self), (self.reason, self.detail))


class StoreError(WirewatchError):
    """The database could not be read or written."""


class LeaseHeld(StoreError):
    def __init__(self, source_id: str, holder: str) -> None:
        super().__init__(f"{source_id} is being polled by {holder}")
        self.source_id = source_id
        self.holder = holder


class SendError(WirewatchError):
    def __init__(self, detail: str, *, answer: str | None = None) -> None:
        super().__init__(detail)
        self.detail = detail
        self.answer = answer  # the server's own words


class Later(SendError):
    def __init__(
        self, detail: str, *, answer: str | None = None, retry_after_seconds: float | None = None
    ) -> None:
        super().__init__(detail, answer=answer)
        self.retry_after_seconds = retry_after_seconds


class MessageRefused(SendError):
    """Dead, shown, sent again by hand."""


class ChannelRefused(SendError):
    """The channel is paused and its deliveries keep until it works again."""
