"""What one message has to tell, before it has a form.

No text for people yet, and no text of a publisher made safe yet.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from monitor.digests import Digest
from monitor.model import Button, Followed, Item, StoredItem, Tally, Told


@dataclass(frozen=True, slots=True)
class Said:
    """What somebody said of a message by a button or a command; `until_at` where it ends."""

    button: Button
    author: str
    at: int
    until_at: int | None = None


@dataclass(frozen=True, slots=True)
class Briefing:
    """One revision of a conversation.

    `alerts`, never none, are newly told, one per rule; `earlier` were told in this conversation
    before; `opening` are those of them that its first message told: they make the subject, which
    never changes, so their items must be as they were then (empty: `earlier`).  `source_names`:
    source id to the outlet's name, where it has a better one than its host.  `domain` stands behind
    the @ of Message-IDs.  `thread`: what the channel called the first message (Slack's ts).
    `test` marks a match that is sent to try a channel.

    `tally` counts the story as this message stands, `tally_before` as the message before did.

    `otherwise`: by an alert's id the article as it reads otherwise: for a match that an edit
    brought before it, for one that an edit took after it.

    `follows`: of a first message, how the channel knows the closed story that this one takes up.

    `held_back`: how many stories the channel's caps keep for its next digest.

    `stamped_at`: when the conversation was opened.  Its messages' ids hold it, so that another
    database's are others; None: the first of them went out without.

    An `edit` is revision 1 said once more at its old place, `thread`, with what was told since in
    `later`.  `buttons` are drawn where a channel hears them; `said` is what came of them.
    """

    conversation_id: str
    revision: int
    alerts: tuple[Told, ...]
    created_at: int
    now: int
    earlier: tuple[Told, ...] = ()
    opening: tuple[Told, ...] = ()
    source_names: Mapping[str, str] = field(default_factory=dict)
    timezone: str = "UTC"
    domain: str = "localhost"
    thread: str | None = None
    test: bool = False
    edit: bool = False
    later: tuple[Told, ...] = ()
    buttons: bool = False
    said: tuple[Said, ...] = ()
    tally: Tally | None = None
    tally_before: Tally | None = None
    otherwise: Mapping[str, Item] = field(default_factory=dict)
    held_back: int = 0
    follows: Followed | None = None
    stamped_at: int | None = None

    @property
    def head(self) -> StoredItem:
        """The article that the message is about."""
        return self.alerts[0].stored

    @property
    def first(self) -> tuple[Told, ...]:
        """What the conversation began with."""
        if self.revision == 1:
            return self.alerts
        return self.opening or self.earlier or self.alerts

    @property
    def quotable(self) -> tuple[Told, ...]:
        """The new alerts whose sentences still stand in their article."""
        return tuple(
            told for told in self.alerts
            if not any(other.alert.overtakes(told.alert) for other in self.alerts)
        )  # fmt: skip

    @property
    def told(self) -> tuple[Told, ...]:
        return self.earlier + self.alerts + self.later


@dataclass(frozen=True, slots=True)
class Bulletin:
    """Trouble of our own, or a test message: a headline and perhaps a text, both ours."""

    conversation_id: str
    revision: int
    headline: str
    text: str
    created_at: int
    now: int
    timezone: str = "UTC"
    domain: str = "localhost"
    thread: str | None = None
    test: bool = False
    stamped_at: int | None = None  # as a briefing's


@dataclass(frozen=True, slots=True)
class Roundup:
    """A channel's digest on its way to one recipient."""

    conversation_id: str
    digest: Digest
    created_at: int
    now: int
    domain: str = "localhost"
    stamped_at: int | None = None  # as a briefing's

    @property
    def revision(self) -> int:
        """Each digest is a conversation of its own."""
        return 1

    @property
    def timezone(self) -> str:
        """That of the digest's own hour."""
        return self.digest.timezone
