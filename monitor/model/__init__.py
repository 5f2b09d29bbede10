"""The things that travel the path, from a source to a delivery.

Frozen values without behaviour beyond what follows from their own fields.  No I/O, no policy:
what people asked for (sources, rules, channels) is in `settings`, every decision is elsewhere.

Times are UTC epoch milliseconds (`int`, names end in `_at`).
"""

from monitor.model.alerts import Alert, Answer, Match, Reason, Span, Told
from monitor.model.delivery import (
    DeliveryKind,
    DeliveryState,
    LeasedDelivery,
    Message,
    Receipt,
    short_id,
)
from monitor.model.items import Feed, Item, Precision, SideStory, Stamp, iso
from monitor.model.quiet import Ack, Mark, Silence
from monitor.model.stored import BodyState, Change, Known, StoredItem
from monitor.model.work import DueSource, Outcome, OutcomeKind, Polled, Response, WantedBody

__all__ = [
    "Ack",
    "Alert",
    "Answer",
    "BodyState",
    "Change",
    "DeliveryKind",
    "DeliveryState",
    "DueSource",
    "Feed",
    "Item",
    "Known",
    "LeasedDelivery",
    "Mark",
    "Match",
    "Message",
    "Outcome",
    "OutcomeKind",
    "Polled",
    "Precision",
    "Reason",
    "Receipt",
    "Response",
    "SideStory",
    "Silence",
    "Span",
    "Stamp",
    "StoredItem",
    "Told",
    "WantedBody",
    "iso",
    "short_id",
]
