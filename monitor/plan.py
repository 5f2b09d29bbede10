"""What is configured, ready to work with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from monitor import routing
from monitor.rules.matcher import Matcher
from monitor.settings import Config, Rule, Source


@dataclass(frozen=True, slots=True)
class Plan:
    """A configuration ready to work with: its rules compiled, and what its routes ask of texts."""

    config: Config
    matcher: Matcher
    texts: routing.Texts
    rules: Mapping[str, Rule]
    sources: Mapping[str, Source]

    @classmethod
    def of(cls, config: Config, previous: Plan | None = None) -> Plan:
        """What has not changed since `previous` is not made again."""
        rules = {rule.id: rule for rule in config.rules}
        sources = {source.id: source for source in config.sources}
        texts = routing.Texts(config.route)
        matcher = Matcher(config.rules, previous.matcher if previous else None)
        return cls(config, matcher, texts, rules, sources)
