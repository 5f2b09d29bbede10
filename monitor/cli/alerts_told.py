"""What became of an alert: each message it went into, each digest that keeps it, every try."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from monitor import hours
from monitor.cli import out, quoting, shapes
from monitor.cli.when import When
from monitor.model import HoldReason, Reason, Told, short_id
from monitor.settings import Config
from monitor.store import holds, nights, told, views
from monitor.store.db import Row, Tx

_HELD = {
    HoldReason.SILENCED: "silenced",
    HoldReason.DEMOTED: "demoted",
    HoldReason.LOW: "its severity is low",
    HoldReason.LATE: "published long before it was seen",
    HoldReason.ACKED: "the story was seen",
    HoldReason.CAP: "too many new stories within the hour",
    HoldReason.UPDATES: "too many updates of the story within a day",
    HoldReason.QUIET: "quiet hours",
}
_OCCASIONS = {
    Reason.FIRST: "the first match on this story",
    Reason.ORIGIN: "one more reports it independently",
    Reason.GAINED: "the article says it since an edit",
    Reason.LOST: "the article does not say it any more",
    Reason.NUMBER: "a higher figure",
    Reason.SEVERITY: "more severe than what was told",
}


@dataclass(frozen=True, slots=True)
class Sending:
    """One message to one recipient, and every try to send it.  `passes`: also in quiet hours."""

    delivery: Row
    attempts: Sequence[Row]
    passes: bool


@dataclass(frozen=True, slots=True)
class Fate:
    """One alert as its text read then, with its messages and the digests that keep it."""

    alert: Row
    told: Told
    sendings: Sequence[Sending]
    held: Sequence[Row]


def fate(tx: Tx, alert: Row) -> Fate:
    rows = views.deliveries_of_alert(tx, alert["alert_id"])
    sendings = [
        Sending(
            row, views.attempts_of(tx, row["delivery_id"]), nights.passes(tx, row["delivery_id"])
        )
        for row in rows
    ]
    return Fate(
        alert, told.alert(tx, alert["alert_id"]), sendings, holds.of_alert(tx, alert["alert_id"])
    )


def show(one: Fate, when: When, config: Config) -> None:
    alert = one.alert
    quoting.show(one.told)
    late = ", late: published long before it was seen" if alert["late"] else ""
    why = _OCCASIONS[Reason(alert["reason"])]
    raised = f"raised {when.second(alert['raised_at'])}{late}"
    out.lines(*out.hanging("  ", f"alert {short_id(alert['alert_id'])}, {raised}: {why}"))
    for sending in one.sendings:
        _show_sending(sending, when, config)
    for row in one.held:
        out.lines(*out.hanging(f"  {row['channel']}: ", _held(row, when)))
    if not one.sendings and not one.held:
        out.lines("  no message: no channel was there to tell")


def shape(one: Fate) -> shapes.Shape:
    alert = one.alert
    return {
        "alert": alert["alert_id"],
        "occasion": alert["occasion"],
        "severity": alert["severity"],
        "demoted": alert["demoted"],
        "raised_at": shapes.time(alert["raised_at"]),
        "deliveries": [
            {
                **shapes.delivery(sending.delivery),
                "tries": [shapes.attempt(attempt) for attempt in sending.attempts],
            }
            for sending in one.sendings
        ],
        "held": [
            {
                "channel": row["channel"], "why": row["why"], "detail": row["detail"],
                "held_at": shapes.time(row["held_at"]), "digest": row["digest_id"],
            }
            for row in one.held
        ],
    }  # fmt: skip


def _held(row: Row, when: When) -> str:
    why, detail = HoldReason(row["why"]), row["detail"]
    if why is HoldReason.SILENCED and detail:
        detail = f"silence {short_id(detail)}"
    words = f"{_HELD[why]} ({detail})" if detail else _HELD[why]
    where = "told in a digest" if row["digest_id"] else "kept for the next digest"
    return f"{where} since {when.clock(row['held_at'])}: {words}"


def _next_try(sending: Sending, when: When, config: Config) -> str:
    """When a message that waits goes out next; one that is due goes with the next tick."""
    row = sending.delivery
    at = max(row["try_at"], when.now)
    quiet_until = None if sending.passes else hours.quiet_until(config, row["channel"], at)
    if quiet_until is not None:
        return f"next try {when.clock(quiet_until)}, when quiet hours end"
    return f"next try {when.clock(row['try_at'])}"


def _show_sending(sending: Sending, when: When, config: Config) -> None:
    row = sending.delivery
    state = {
        "waiting": f"waits, {_next_try(sending, when, config)}",
        "held": "held: the channel is paused, see wirewatch status",
        "dead": "given up",
        "sent": "sent",
    }[row["shown_state"]]
    to = row["channel"]
    if row["recipient"] != row["channel"]:
        to = f"{to} to {row['recipient']}"
    out.lines(*out.hanging(f"  {to}: ", state))
    for attempt in sending.attempts:
        words = attempt["answer"] or attempt["detail"] or ""
        if attempt["result"] != "accepted":
            words = attempt["detail"] or words
        result = attempt["result"].replace("_", " ")
        out.lines(*out.hanging(f"    {when.second(attempt['tried_at'])}  ", f"{result}: {words}"))
