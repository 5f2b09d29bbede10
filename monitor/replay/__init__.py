"""What would have been told in a past window: the archive lived again, with these rules.

The very code that judges, owes and paces runs over a database in memory, fed from the archive in
the order of time with each text as it read then, and joins, silences, acks and digests as they
were.  It begins as things stood; the archive is only read, and nothing leaves the machine.
"""

from monitor.replay.life import Held, Replayed, replay
from monitor.replay.sender import Message
from monitor.replay.window import Window

__all__ = ["Held", "Message", "Replayed", "Window", "replay"]
