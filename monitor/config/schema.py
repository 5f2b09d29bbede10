"""The keys of the four files: which there are, what each may hold, what holds without it.

One model per mapping.  What concerns several keys or several files is in `checks`.
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WrapValidator

from monitor.config import either, fields, secrets
from monitor.config.matchers import matcher
from monitor.settings import LabelMatcher, Secret, Severity

Line = Annotated[str, BeforeValidator(fields.line)]
Name = Annotated[str, BeforeValidator(fields.name)]
Label = Annotated[str, BeforeValidator(fields.label)]
ListName = Annotated[str, BeforeValidator(fields.list_name)]
Text = Annotated[str, BeforeValidator(fields.text)]
SeverityWord = Annotated[str, BeforeValidator(fields.choice(*Severity))]
Flag = Annotated[bool, BeforeValidator(fields.flag)]
Reread = Annotated[str, BeforeValidator(fields.choice("budget", "off"))]
Seconds = Annotated[int, BeforeValidator(fields.seconds)]
Wait = Annotated[int, BeforeValidator(fields.wait)]
Clock = Annotated[int, BeforeValidator(fields.clock)]
Timezone = Annotated[str, BeforeValidator(fields.timezone)]
Url = Annotated[str, BeforeValidator(fields.url)]
Host = Annotated[str, BeforeValidator(fields.host)]
Network = Annotated[str, BeforeValidator(fields.network)]
Address = Annotated[str, BeforeValidator(fields.address)]
Css = Annotated[str, BeforeValidator(fields.selector)]
Matcher = Annotated[LabelMatcher, BeforeValidator(matcher)]
FromEnvironment = Annotated[Secret, BeforeValidator(secrets.secret)]
FromFile = Annotated[Secret, BeforeValidator(secrets.secret_file)]
UrlFromEnvironment = Annotated[Secret, BeforeValidator(secrets.secret_url)]
AddressToCall = Annotated[Secret, BeforeValidator(secrets.url_or_secret)]
UrlFromFile = Annotated[Secret, BeforeValidator(secrets.secret_url_file)]


class Keys(BaseModel):
    """A mapping with these keys and no others."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, hide_input_in_errors=True, arbitrary_types_allowed=True
    )


class SelectorsKeys(Keys):
    item: Css
    link: Css | None = None
    title: Css | None = None
    teaser: Css | None = None
    date: Css | None = None


class SourceDefaults(Keys):
    every: Seconds | None = None  # learned
    article: Flag = True
    reread: Reread = "budget"
    timezone: Timezone = "UTC"


KINDS = ("feed", "page", "sitemap", "spacemedia")


class SourceKeys(Keys):
    id: Name
    kind: Annotated[str, BeforeValidator(fields.choice(*KINDS))] = "feed"
    url: Url
    every: Seconds | None = None
    article: Flag | None = None
    reread: Reread | None = None
    timezone: Timezone | None = None
    hosts: tuple[Host, ...] = ()
    allow: tuple[Network, ...] = ()
    section: Line | None = None
    selectors: SelectorsKeys | None = None
    paused: Flag = False


class SourcesFile(Keys):
    defaults: SourceDefaults = SourceDefaults()
    sources: tuple[SourceKeys, ...] = ()


class SeverityKeys(Keys):
    """By the place of a match; without `lead` the first paragraph is as `body`."""

    title: SeverityWord = Severity.NORMAL
    lead: SeverityWord | None = None
    body: SeverityWord = Severity.NORMAL


class ExampleKeys(Keys):
    title: Text = ""
    body: Text = ""


Example = Annotated[ExampleKeys, WrapValidator(either.text_or_fields)]


class RuleKeys(Keys):
    id: Name
    query: str | None = None
    any: tuple[Line, ...] = ()
    all: tuple[Line, ...] = ()
    none: tuple[Line, ...] = ()
    severity: Annotated[SeverityKeys, WrapValidator(either.word_or_places)] = SeverityKeys()
    demote: tuple[Line, ...] = ()
    to: tuple[Name, ...] = ()
    labels: dict[Label, Line] = {}
    on_update: Flag = True
    must_match: tuple[Example, ...] = ()
    must_not_match: tuple[Example, ...] = ()


class RulesFile(Keys):
    lists: dict[ListName, tuple[Line, ...]] = {}
    rules: tuple[RuleKeys, ...] = ()


class ConsoleKeys(Keys):
    pass


class EmailKeys(Keys):
    to: tuple[Address, ...]
    sender: Annotated[str, BeforeValidator(fields.sender)] = Field(alias="from")
    server: Annotated[tuple[str, int | None], BeforeValidator(fields.server)]
    security: Annotated[str, BeforeValidator(fields.choice("starttls", "tls", "none"))] = "starttls"
    username: Line | None = None
    password: FromEnvironment | None = None
    password_file: FromFile | None = None
    token_command: tuple[Line, ...] = ()


class SlackKeys(Keys):
    webhook: UrlFromEnvironment | None = None
    webhook_file: UrlFromFile | None = None
    token: FromEnvironment | None = None
    token_file: FromFile | None = None
    channel: Line | None = None
    app_token: FromEnvironment | None = None
    app_token_file: FromFile | None = None
    api: Url = "https://slack.com/api"


class WebhookKeys(Keys):
    url: AddressToCall | None = None
    url_file: UrlFromFile | None = None
    secret: FromEnvironment | None = None
    secret_file: FromFile | None = None


class QuietKeys(Keys):
    start: Clock = Field(alias="from")
    end: Clock = Field(alias="to")
    timezone: Timezone | None = None


class ChannelKeys(Keys):
    console: ConsoleKeys | None = None
    email: EmailKeys | None = None
    slack: SlackKeys | None = None
    webhook: WebhookKeys | None = None
    quiet_hours: QuietKeys | None = None


class RouteKeys(Keys):
    match: tuple[Matcher, ...] = ()
    text: str | None = None
    to: tuple[Name, ...] = ()
    go_on: Flag = Field(default=False, alias="continue")
    routes: tuple[RouteKeys, ...] = ()


class RoutesFile(Keys):
    channels: dict[Name, ChannelKeys] = {}
    route: RouteKeys = RouteKeys()
    ops: Name | None = None


class GroupWaitKeys(Keys):
    critical: Wait = 0
    high: Wait = 30
    normal: Wait = 120


class UpdatesKeys(Keys):
    after: tuple[Seconds, ...] = Field(default=(900, 1800, 3600, 7200, 14400), min_length=1)
    a_day: Annotated[int, BeforeValidator(fields.whole(1, 1000))] = 6


class CapsKeys(Keys):
    """New conversations an hour."""

    rule: Annotated[int, BeforeValidator(fields.whole(1, 100_000))] = 6
    channel: Annotated[int, BeforeValidator(fields.whole(1, 100_000))] = 30


class CanaryKeys(Keys):
    every: Annotated[int | None, BeforeValidator(fields.seconds_or_off)] = 6 * 3600


class DigestKeys(Keys):
    at: Clock = 7 * 60 + 30
    timezone: Timezone | None = None


class MonitorFile(Keys):
    database: Line = "wirewatch.db"
    contact: Line | None = None
    display_timezone: Timezone | None = None
    late_after: Annotated[int | None, BeforeValidator(fields.seconds_or_off)] = 24 * 3600
    allow: tuple[Network, ...] = ()
    resolve: dict[Host, Annotated[str, BeforeValidator(fields.endpoint)]] = {}
    proxy: Url | None = None
    delay: Annotated[float, BeforeValidator(fields.delay)] = 2.0
    articles_per_poll: Annotated[int, BeforeValidator(fields.whole(1, 1000))] = 30
    trouble_failures: Annotated[int, BeforeValidator(fields.whole(1, 1000))] = 6
    trouble_after: Seconds = 2 * 3600
    group_wait: GroupWaitKeys = GroupWaitKeys()
    updates: UpdatesKeys = UpdatesKeys()
    caps: CapsKeys = CapsKeys()
    cooldown: Wait = 6 * 3600
    canary: Annotated[CanaryKeys, WrapValidator(either.off_or_keys)] = CanaryKeys()
    digest: DigestKeys = DigestKeys()
    heartbeat_url: UrlFromEnvironment | None = None
    heartbeat_url_file: UrlFromFile | None = None


def fields_of(model: type[Keys]) -> dict[str, Any]:
    """The model's fields by the names that people write."""
    return {f.alias or key: f for key, f in model.model_fields.items()}
