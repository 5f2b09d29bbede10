"""Which configuration was in force when."""

from __future__ import annotations

import json

from monitor.settings import Config
from monitor.store.db import Tx


def in_force(tx: Tx) -> tuple[int, int]:
    """How many sources and rules the running daemon works by."""
    row = tx.one(
        """SELECT
             (SELECT count(*) FROM sources
              WHERE managed_by = 'file' AND retired_at IS NULL) AS sources,
             (SELECT json_array_length(rules) FROM config_versions
              WHERE config_version = daemon.config_version) AS rules
           FROM daemon"""
    )
    return (row["sources"], row["rules"] or 0) if row is not None else (0, 0)


def remember(tx: Tx, config: Config, now: int) -> None:
    """Keep the rules of a configuration by its hash, so that a past window can be judged again."""
    rules = [
        {
            "id": rule.id,
            "version": rule.version,
            "query": rule.query,
            "severity": rule.severity,
            "on_update": rule.on_update,
            "severities": rule.severities,
            "demote": rule.demote,
        }
        for rule in config.rules
    ]
    lists = {name: entries for rule in config.rules for name, entries in rule.lists.items()}
    tx.run(
        """INSERT INTO config_versions (config_version, loaded_at, rules, lists)
           VALUES (:version, :now, :rules, :lists) ON CONFLICT DO NOTHING""",
        version=config.version, now=now, rules=json.dumps(rules, ensure_ascii=False),
        lists=json.dumps(lists, ensure_ascii=False),
    )  # fmt: skip
