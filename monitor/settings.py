"""What people asked for, as frozen values: sources, rules, channels, routes, settings.

`config` builds these from the YAML files; nothing here reads a file or knows YAML.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path


class Severity(StrEnum):
    CRITICAL = "critical"
    HIGH = "high"
    NORMAL = "normal"
    LOW = "low"

    @property
    def rank(self) -> int:
        """0 is the highest."""
        return tuple(Severity).index(self)


def highest(severities: Iterable[Severity]) -> Severity:
    """The highest of some, of which there is one at least."""
    return min(severities, key=lambda severity: severity.rank)


class Secret:
    """A password, token or webhook address that never shows itself in a log, repr or traceback."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        return self._value

    def __repr__(self) -> str:
        return "Secret(***)"

    __str__ = __repr__

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._value == self._value

    def __hash__(self) -> int:
        return hash(self._value)


@dataclass(frozen=True, slots=True)
class Selectors:
    """CSS selectors of a section page: `item` is one entry's box, the rest stand inside it."""

    item: str
    link: str | None = None
    title: str | None = None
    teaser: str | None = None
    date: str | None = None


# Where an interval that is learned begins, and what it stays between.
FIRST_LEARNED_SECONDS = 600
SHORTEST_LEARNED_SECONDS, LONGEST_LEARNED_SECONDS = 300, 3600


@dataclass(frozen=True, slots=True)
class Source:
    """A place we poll.  `kind` is the spider's name: feed, page, sitemap,
    spacemedia.

    `timezone` (IANA) reads dates without a zone.  `hosts` are further hosts of the same publisher,
    `allow` the private networks (CIDR) that this source may reach, `section` the label of a
    section that a `spacemedia` source watches.  `article`: entries are followed to their page,
    and `reread`: it is read again later.  `every_is_learned`: the database knows how often it is
    asked by now, and `every_seconds` holds where nothing is known of that.
    """

    id: str
    kind: str
    url: str
    every_seconds: int = FIRST_LEARNED_SECONDS
    article: bool = True
    timezone: str = "UTC"
    hosts: tuple[str, ...] = ()
    allow: tuple[str, ...] = ()
    section: str | None = None
    selectors: Selectors | None = None
    paused: bool = False
    reread: bool = True
    adhoc: bool = False  # from the command line, in no file: keeps everything, tells nothing,
    tell_all: bool = False  # but for this
    every_is_learned: bool = False


@dataclass(frozen=True, slots=True)
class Rule:
    """What to look for.  `query` is in the rule language; any/all/none have become one.

    `lists`: the entries of each list that the query names.  `severities`: by the place of a match
    (title, lead, body), all three or none; elsewhere `severity` holds.  A match that has a phrase
    of `demote` beside it is told as low.  `to` names channels and goes past the route tree.
    `version` hashes what changes its answers.
    """

    id: str
    query: str
    severity: Severity = Severity.NORMAL
    to: tuple[str, ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict)
    on_update: bool = True
    version: str = ""
    lists: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    severities: Mapping[str, Severity] = field(default_factory=dict)
    demote: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Quiet:
    """A channel's quiet hours, in minutes after midnight of its zone; `end` may lie before `start`,
    on the next day.  `timezone` None: the machine's."""

    start_minute: int
    end_minute: int
    timezone: str | None = None


@dataclass(frozen=True, slots=True)
class DigestTime:
    """When the daily digest is due.  `timezone` None: the machine's."""

    at_minute: int = 7 * 60 + 30
    timezone: str | None = None


@dataclass(frozen=True, slots=True)
class ConsoleChannel:
    """Prints in the terminal (or log) of the process that delivers."""

    name: str
    quiet: Quiet | None = None
    kind = "console"
    threads = False

    @property
    def recipients(self) -> tuple[str, ...]:
        return ("console",)


@dataclass(frozen=True, slots=True)
class EmailChannel:
    """SMTP.  `security` is starttls, tls or none; sign-in by password or XOAUTH2 token command."""

    name: str
    to: tuple[str, ...]
    sender: str
    host: str
    port: int = 587
    security: str = "starttls"
    username: str | None = None
    password: Secret | None = None
    token_command: tuple[str, ...] = ()
    quiet: Quiet | None = None
    kind = "email"
    threads = False

    @property
    def recipients(self) -> tuple[str, ...]:
        return self.to


@dataclass(frozen=True, slots=True)
class SlackChannel:
    """An incoming webhook, or a bot token with a channel to post to."""

    name: str
    webhook: Secret | None = None
    token: Secret | None = None
    channel: str | None = None
    app_token: Secret | None = None  # draws buttons, and hears them pressed
    api: str = "https://slack.com/api"
    quiet: Quiet | None = None
    kind = "slack"

    @property
    def recipients(self) -> tuple[str, ...]:
        return (self.channel or "webhook",)

    @property
    def threads(self) -> bool:
        """Whether it can reply to a message of its own, and edit one."""
        return self.token is not None


@dataclass(frozen=True, slots=True)
class WebhookChannel:
    """Signed JSON to a program.  `url` may hold a secret, `secret` signs."""

    name: str
    url: Secret
    secret: Secret
    quiet: Quiet | None = None
    kind = "webhook"
    threads = False

    @property
    def recipients(self) -> tuple[str, ...]:
        return ("webhook",)


Channel = ConsoleChannel | EmailChannel | SlackChannel | WebhookChannel


@dataclass(frozen=True, slots=True)
class LabelMatcher:
    """One condition of a route: label, operator (`=`, `!=`, `=~`, `!~`), value."""

    label: str
    operator: str
    value: str


@dataclass(frozen=True, slots=True)
class TextMatcher:
    """A condition of a route on the article itself: a query, and the lists that it names."""

    query: str
    lists: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Route:
    """A node of the route tree.  `to` empty: the parent's channels.  All of `match` must hold,
    and `text`."""

    to: tuple[str, ...] = ()
    match: tuple[LabelMatcher, ...] = ()
    go_on: bool = False  # `continue: true` in YAML
    routes: tuple[Route, ...] = ()
    text: TextMatcher | None = None


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast people are told.

    A first message waits `group_wait_seconds` for what else comes in.  Update n of a story comes no
    sooner than the n-th of `update_after_seconds` after the message before it, the last one holding
    for all later ones, and at most `updates_a_day` within any 24 hours.  A story taken up again
    waits `cooldown_seconds` after its last message.  The caps count new conversations of a channel
    within any hour, `rule_cap` those that a rule opened.
    """

    group_wait_seconds: Mapping[Severity, int] = field(
        default_factory=lambda: dict(zip(Severity, (0, 30, 120, 120), strict=True))
    )
    update_after_seconds: tuple[int, ...] = (900, 1800, 3600, 7200, 14400)
    updates_a_day: int = 6
    cooldown_seconds: int = 6 * 3600
    rule_cap: int = 6
    channel_cap: int = 30


@dataclass(frozen=True, slots=True)
class Settings:
    """`monitor.yaml`.  `allow`: private networks (CIDR) that any outgoing connection may reach;
    `resolve`: host -> "address:port", obeyed only inside an allowed network."""

    database: Path = Path("wirewatch.db")
    contact: str | None = None
    display_timezone: str | None = None  # None: the machine's
    late_after_seconds: int | None = 24 * 3600
    allow: tuple[str, ...] = ()
    resolve: Mapping[str, str] = field(default_factory=dict)
    proxy: str | None = None
    delay_seconds: float = 2.0  # between two requests to one host
    articles_per_poll: int = 30
    heartbeat_url: Secret | None = None
    trouble_failures: int = 6  # a source's trouble is told after so many polls failed in a row,
    trouble_after_seconds: int = 2 * 3600  # and not before it lasted so long
    canary_seconds: int | None = 6 * 3600  # a canary flies so often; None: never
    digest: DigestTime = DigestTime()
    pace: Pace = field(default_factory=Pace)


@dataclass(frozen=True, slots=True)
class Config:
    """All four files, valid as a whole.  `version` is a hash over their bytes."""

    directory: Path
    version: str
    settings: Settings
    sources: tuple[Source, ...]
    rules: tuple[Rule, ...]
    channels: Mapping[str, Channel]
    route: Route
    ops: str  # name of the channel for trouble of our own
