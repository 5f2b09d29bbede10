"""A gate before a sink: forwards every byte, and stops at one chosen moment of the conversation.

Lives in the killer's process, so that a moment is an event to wait for and not a line to look for.
Knows of SMTP and HTTP only where a message and its answer begin.
"""

from __future__ import annotations

import contextlib
import socket
import threading
from enum import StrEnum

_HOLD_SECONDS = 60.0
_CHUNK = 65536


class Moment(StrEnum):
    DATA = "data"  # the message's first bytes are here, the sink has none of them
    BEFORE = "before"  # the sink has accepted; its answer stands at the gate
    AFTER = "after"  # the answer has just left for the client


class Gate:
    """Listens on 127.0.0.1 at `port` and passes connections on to `target`."""

    def __init__(self, target: int, *, smtp: bool) -> None:
        self._target = target
        self._smtp = smtp
        self._armed: Moment | None = None
        self._drop = False
        self._reached = threading.Event()
        self._released = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        threading.Thread(target=self._accept, daemon=True).start()

    def arm(self, moment: Moment) -> None:
        """Stop the next conversation at `moment`; `AFTER` is only told, it holds nothing."""
        self._reached.clear()
        self._released.clear()
        self._armed = moment

    def wait(self, seconds: float) -> bool:
        """Whether the moment has come within `seconds`."""
        return self._reached.wait(seconds)

    def release(self, *, drop: bool = False) -> None:
        """Go on; with `drop` what stands at the gate is thrown away, as when a line is cut."""
        self._armed = None
        self._drop = drop
        self._released.set()

    def close(self) -> None:
        self.release()
        self._listener.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):  # closed
            while True:
                client, _ = self._listener.accept()
                threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        address = ("127.0.0.1", self._target)
        with contextlib.suppress(OSError), client, socket.create_connection(address) as sink:
            talk = _Smtp() if self._smtp else _Http()
            upward = threading.Thread(target=self._upward, args=(client, sink, talk), daemon=True)
            upward.start()
            self._downward(client, sink, talk)

    def _upward(self, client: socket.socket, sink: socket.socket, talk: _Talk) -> None:
        with contextlib.suppress(OSError), contextlib.ExitStack() as leaving:
            leaving.callback(sink.shutdown, socket.SHUT_RDWR)
            while chunk := client.recv(_CHUNK):
                if talk.heard(chunk):
                    self._pass(Moment.DATA)
                sink.sendall(chunk)
            leaving.pop_all()
            sink.shutdown(socket.SHUT_WR)

    def _downward(self, client: socket.socket, sink: socket.socket, talk: _Talk) -> None:
        while chunk := sink.recv(_CHUNK):
            answers = talk.answered()
            if answers:
                self._pass(Moment.BEFORE)
            client.sendall(chunk)
            if answers:
                self._pass(Moment.AFTER)

    def _pass(self, moment: Moment) -> None:
        if self._armed is not moment:
            return
        self._armed = None
        self._reached.set()
        if moment is not Moment.AFTER:
            self._released.wait(_HOLD_SECONDS)
            if self._drop:
                raise ConnectionAbortedError


class _Talk:
    """Where a conversation stands."""

    def __init__(self) -> None:
        self._whole = False

    def heard(self, chunk: bytes) -> bool:
        """Whether this chunk of the client's begins a message."""
        raise NotImplementedError

    def answered(self) -> bool:
        """Whether the sink's chunk that comes now answers a whole message."""
        whole, self._whole = self._whole, False
        return whole


class _Smtp(_Talk):
    def __init__(self) -> None:
        super().__init__()
        self._data = False
        self._begun = False
        self._end = b""

    def heard(self, chunk: bytes) -> bool:
        if not self._data:
            self._data = chunk.upper().endswith(b"DATA\r\n")
            return False
        begins = not self._begun
        self._begun = True
        self._end = (self._end + chunk)[-5:]
        if self._end == b"\r\n.\r\n":
            self._whole, self._data, self._begun = True, False, False
        return begins


class _Http(_Talk):
    def heard(self, chunk: bytes) -> bool:
        self._whole = True
        return chunk.startswith(b"POST ")
