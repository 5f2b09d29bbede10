"""Turn the files' models, already judged, into the frozen values of `settings`."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from monitor.config.channels import IMPLICIT_CHANNEL
from monitor.config.queries import compose, named
from monitor.config.schema import (
    ChannelKeys,
    EmailKeys,
    MonitorFile,
    RouteKeys,
    RoutesFile,
    RuleKeys,
    RulesFile,
    SeverityKeys,
    SourcesFile,
    WebhookKeys,
)
from monitor.settings import (
    FIRST_LEARNED_SECONDS,
    Channel,
    ConsoleChannel,
    DigestTime,
    EmailChannel,
    Pace,
    Quiet,
    Route,
    Rule,
    Selectors,
    Settings,
    Severity,
    SlackChannel,
    Source,
    TextMatcher,
    WebhookChannel,
)

Lists = Mapping[str, tuple[str, ...]]

# The ports of RFC 6409 (submission), RFC 8314 (implicit TLS) and RFC 5321.
_PORTS = {"starttls": 587, "tls": 465, "none": 25}


def sources(file: SourcesFile) -> tuple[Source, ...]:
    usual = file.defaults
    return tuple(
        Source(
            id=given.id,
            kind=given.kind,
            url=given.url,
            every_seconds=given.every or usual.every or FIRST_LEARNED_SECONDS,
            every_is_learned=given.every is None and usual.every is None,
            article=usual.article if given.article is None else given.article,
            reread=(given.reread or usual.reread) == "budget",
            timezone=given.timezone or usual.timezone,
            hosts=given.hosts,
            allow=given.allow,
            section=given.section,
            selectors=Selectors(**given.selectors.model_dump()) if given.selectors else None,
            paused=given.paused,
        )
        for given in file.sources
    )


def rules(file: RulesFile) -> tuple[Rule, ...]:
    return tuple(_rule(given, file.lists) for given in file.rules)


def _rule(given: RuleKeys, lists: Lists) -> Rule:
    if given.query is not None:
        query = given.query.strip()
    else:
        query = compose(given.any, given.all, given.none)
    asked = named(query, lists)
    severity, by_place = _severities(given.severity)
    what_changes_answers = json.dumps([query, sorted(asked.items()), given.on_update])
    return Rule(
        id=given.id,
        query=query,
        severity=severity,
        to=given.to,
        labels=dict(given.labels),
        on_update=given.on_update,
        version=hashlib.sha256(what_changes_answers.encode()).hexdigest(),
        lists=asked,
        severities=by_place,
        demote=given.demote,
    )


def _severities(given: SeverityKeys) -> tuple[Severity, dict[str, Severity]]:
    """One for all places, else the one that holds elsewhere and those by place."""
    by_place = {
        "title": Severity(given.title),
        "lead": Severity(given.lead or given.body),
        "body": Severity(given.body),
    }
    if len(set(by_place.values())) == 1:
        return by_place["title"], {}
    return Severity.NORMAL, by_place


def channels(file: RoutesFile) -> dict[str, Channel]:
    """Name to channel, in the file's order; the terminal's last, where nothing else is sure to
    reach the person who runs this."""
    made = {name: _channel(name, given) for name, given in file.channels.items()}
    if not any(isinstance(ch, EmailChannel | ConsoleChannel) for ch in made.values()):
        made[IMPLICIT_CHANNEL] = ConsoleChannel(IMPLICIT_CHANNEL)
    return made


def _channel(name: str, given: ChannelKeys) -> Channel:
    made, hours = _of_kind(name, given), given.quiet_hours
    if hours is None:
        return made
    return replace(made, quiet=Quiet(hours.start, hours.end, hours.timezone))


def _of_kind(name: str, given: ChannelKeys) -> Channel:
    if given.email is not None:
        return _email(name, given.email)
    if given.slack is not None:
        slack = given.slack
        return SlackChannel(
            name=name,
            webhook=slack.webhook or slack.webhook_file,
            token=slack.token or slack.token_file,
            channel=slack.channel,
            app_token=slack.app_token or slack.app_token_file,
            api=slack.api.rstrip("/"),
        )
    if given.webhook is not None:
        return _webhook(name, given.webhook)
    return ConsoleChannel(name)


def _webhook(name: str, given: WebhookKeys) -> WebhookChannel:
    url, secret = given.url or given.url_file, given.secret or given.secret_file
    assert url is not None  # `checks` has seen to both
    assert secret is not None
    return WebhookChannel(name, url, secret)


def _email(name: str, given: EmailKeys) -> EmailChannel:
    host, port = given.server
    return EmailChannel(
        name=name,
        to=given.to,
        sender=given.sender,
        host=host,
        port=port or _PORTS[given.security],
        security=given.security,
        username=given.username,
        password=given.password or given.password_file,
        token_command=given.token_command,
    )


def route(file: RoutesFile, made: dict[str, Channel], lists: Lists) -> Route:
    """The tree; what nobody routes goes to the first channel."""
    top = _route(file.route, lists)
    return replace(top, to=top.to or (next(iter(made)),))


def _route(given: RouteKeys, lists: Lists) -> Route:
    below = tuple(_route(inner, lists) for inner in given.routes)
    text = None
    if given.text is not None:
        query = given.text.strip()
        text = TextMatcher(query, named(query, lists))
    return Route(given.to, given.match, given.go_on, below, text)


def ops(file: RoutesFile, made: dict[str, Channel]) -> str:
    """The channel for our own trouble: as named, else the first e-mail, else the terminal."""
    if file.ops is not None:
        return file.ops
    first = {type(ch): name for name, ch in reversed(made.items())}
    return first.get(EmailChannel) or first[ConsoleChannel]


def settings(file: MonitorFile, directory: Path, database: str | None) -> Settings:
    """`database`: what the environment says, relative to where the process stands."""
    return Settings(
        database=Path(database) if database else directory / Path(file.database).expanduser(),
        contact=file.contact,
        display_timezone=file.display_timezone,
        late_after_seconds=file.late_after,
        allow=file.allow,
        resolve=dict(file.resolve),
        proxy=file.proxy,
        delay_seconds=file.delay,
        articles_per_poll=file.articles_per_poll,
        trouble_failures=file.trouble_failures,
        trouble_after_seconds=file.trouble_after,
        canary_seconds=file.canary.every,
        digest=DigestTime(file.digest.at, file.digest.timezone),
        heartbeat_url=file.heartbeat_url or file.heartbeat_url_file,
        pace=_pace(file),
    )


def _pace(file: MonitorFile) -> Pace:
    wait = file.group_wait
    seconds = (wait.critical, wait.high, wait.normal, wait.normal)
    return Pace(
        group_wait_seconds=dict(zip(Severity, seconds, strict=True)),
        update_after_seconds=file.updates.after,
        updates_a_day=file.updates.a_day,
        cooldown_seconds=file.cooldown,
        rule_cap=file.caps.rule,
        channel_cap=file.caps.channel,
    )
