"""The things that travel the path, from a source to a delivery.

Frozen values without behaviour beyond what follows from their own fields.  No I/O, no policy:
what people asked for (sources, rules, channels) is in `settings`, every decision is elsewhere.

Times are UTC epoch milliseconds (`int`, names end in `_at`).
"""

from monitor.model.alerts import (
    Alert,
    Answer,
    HoldReason,
    Match,
    Past,
    Reason,
    Span,
    Told,
    Worth,
)
from monitor.model.delivery import (
    DeliveryKind,
    DeliveryState,
    LeasedDelivery,
    Message,
    Receipt,
    short_id,
)
from monitor.model.flight import Flight
from monitor.model.items import Feed, Item, Precision, SideStory, Stamp, iso, quick_stamp
from monitor.model.quiet import Ack, Button, Mark, Silence
from monitor.model.stored import BodyState, Change, Known, StoredItem, Tally
from monitor.model.talk import Crowd, Followed, Revision, Talk
from monitor.model.work import (
    BROKE,
    DueSource,
    LastReading,
    Outcome,
    OutcomeKind,
    Polled,
    Response,
    WantedBody,
)

__all__ = [
    "BROKE",
    "Ack",
    "Alert",
    "Answer",
    "BodyState",
    "Button",
    "Change",
    "Crowd",
    "DeliveryKind",
    "DeliveryState",
    "DueSource",
    "Feed",
    "Flight",
    "Followed",
    "HoldReason",
    "Item",
    "Known",
    "LastReading",
    "LeasedDelivery",
    "Mark",
    "Match",
    "Message",
    "Outcome",
    "OutcomeKind",
    "Past",
    "Polled",
    "Precision",
    "Reason",
    "Receipt",
    "Response",
    "Revision",
    "SideStory",
    "Silence",
    "Span",
    "Stamp",
    "StoredItem",
    "Talk",
    "Tally",
    "Told",
    "WantedBody",
    "Worth",
    "iso",
    "quick_stamp",
    "short_id",
]
