"""What an alert was raised on, by its hash: the text, the rest of the article, and the rule."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, fields, replace

from monitor.model import Alert, Item
from monitor.settings import Rule, Severity
from monitor.store import items, versions
from monitor.store.db import Row, Tx

# Where it is told and by which labels is no part of what it says.
_ASKED = sorted(field.name for field in fields(Rule) if field.name not in ("to", "labels"))


@dataclass(frozen=True, slots=True)
class Proof:
    """`closed`: the text was all there would be; what is not found in it is not there."""

    rule: str  # JSON
    rule_hash: str
    text_hash: str
    fields_hash: str
    closed: bool


def proof(rule: Rule, item: Item, *, closed: bool) -> Proof:
    """Everything that a rule's answer to an item comes from."""
    text = rule_text(rule)
    return Proof(text, hash_of(text), text_hash(item), fields_hash(item), closed)


def keep(tx: Tx, alert: Alert, made: Proof) -> None:
    """Keep, or replace, what an alert was raised on."""
    versions.keep_text(tx, alert.item_id)
    tx.run(
        "INSERT INTO rule_versions (rule_hash, rule) VALUES (:hash, :rule) ON CONFLICT DO NOTHING",
        hash=made.rule_hash, rule=made.rule,
    )  # fmt: skip
    tx.run(
        """INSERT INTO proofs (alert_id, rule_hash, text_hash, fields_hash, closed)
           VALUES (:alert, :rule, :text, :fields, :closed)
           ON CONFLICT DO UPDATE SET rule_hash = excluded.rule_hash, closed = excluded.closed,
             text_hash = excluded.text_hash, fields_hash = excluded.fields_hash""",
        alert=alert.alert_id, rule=made.rule_hash, text=made.text_hash, fields=made.fields_hash,
        closed=made.closed,
    )  # fmt: skip


def find(tx: Tx, alert_id: str) -> Row | None:
    """What is kept of an alert, with the `rule` as it was; None for one of before this was kept."""
    return tx.one(
        """SELECT p.*, r.rule FROM proofs p LEFT JOIN rule_versions r ON r.rule_hash = p.rule_hash
           WHERE p.alert_id = :alert""",
        alert=alert_id,
    )


def rule_text(rule: Rule) -> str:
    """All of a rule that changes its answers or what they are worth."""
    return json.dumps({name: getattr(rule, name) for name in _ASKED}, ensure_ascii=False)


def rule_of(text: str) -> Rule:
    """The rule of such a text.  Raises ValueError, KeyError or TypeError for another one."""
    known = json.loads(text)
    known["lists"] = {name: tuple(entries) for name, entries in known["lists"].items()}
    known["severities"] = {at: Severity(level) for at, level in known["severities"].items()}
    known |= {"severity": Severity(known["severity"]), "demote": tuple(known["demote"])}
    return Rule(**known)


def hash_of(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def text_hash(item: Item) -> str:
    """Of title and body, byte for byte."""
    return hash_of(json.dumps([item.title, item.body]))


def fields_hash(item: Item) -> str:
    """Of everything else that the publisher stated."""
    return hash_of(json.dumps(items.values(replace(item, title=None, body=None))))
