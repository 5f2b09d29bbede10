"""`verify`: whether alerts come of what is stored, and which part does not hold."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from monitor import proof
from monitor.cli import finding, out, place, shapes
from monitor.cli.base import Call, Exit
from monitor.cli.place import Archive
from monitor.cli.when import When
from monitor.clock import wall_clock
from monitor.model import short_id
from monitor.proof import Verdict
from monitor.store import views
from monitor.store.db import Tx

_AT_ONCE = 100


def one(call: Call, subject: str) -> Exit:
    """`subject`: an alert's id."""
    settings = place.settings(call)
    with Archive(settings.database) as archive:
        row = archive.read(lambda tx: finding.only(finding.alerts(tx, subject), subject))
        verdict = archive.read(lambda tx: proof.verify(tx, row))
    _show(call, verdict, When.of(settings, wall_clock()))
    return Exit.OK if verdict.holds else Exit.FAILED


def everything(call: Call) -> Exit:
    """All alerts: those that do not hold are shown, and how many do."""
    settings = place.settings(call)
    when = When.of(settings, wall_clock())
    holding = failing = 0
    with Archive(settings.database) as archive:
        for verdict in _verdicts(archive):
            holding += verdict.holds
            failing += not verdict.holds
            if call.as_json or not verdict.holds:
                _show(call, verdict, when)
    if not call.as_json:
        out.lines(f"{out.of(holding + failing, 'alert')} derived again: {failing:,} do not hold")
    return Exit.FAILED if failing else Exit.OK


def _verdicts(archive: Archive) -> Iterator[Verdict]:
    """No more are in memory than are read at once."""
    last = ""
    while found := archive.read(partial(_some, last)):
        yield from found
        last = found[-1].alert.alert_id


def _some(last: str, tx: Tx) -> list[Verdict]:
    return [proof.verify(tx, row) for row in views.alerts_after(tx, last, _AT_ONCE)]


def _show(call: Call, verdict: Verdict, when: When) -> None:
    alert = verdict.alert
    if call.as_json:
        out.emit(_shape(verdict))
        return
    said = "holds" if verdict.holds else "does not hold"
    who = f"{short_id(alert.alert_id)}  {alert.rule_id}, raised {when.second(alert.raised_at)}"
    out.lines(f"{who}: {said}")
    for fault in verdict.faults:
        out.lines(*out.hanging("  ", f"{fault.part}: {fault.detail}"))


def _shape(verdict: Verdict) -> shapes.Shape:
    alert = verdict.alert
    return {
        "alert": alert.alert_id,
        "rule": alert.rule_id,
        "item": alert.item_id,
        "version": alert.version,
        "holds": verdict.holds,
        "faults": [{"part": one.part, "detail": one.detail} for one in verdict.faults],
    }
