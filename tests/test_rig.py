"""The rig itself: the gate stops in time, the ledger counts, no process goes unseen."""

from __future__ import annotations

import contextlib
import socket
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.rig.daemon import Daemon
from tests.rig.gate import Gate, Moment
from tests.rig.journals import Reader
from tests.rig.ledger import Accepted, judge
from tests.rig.processes import family

# --- the journal --------------------------------------------------------------------------------


def test_reader_leaves_an_unfinished_line_for_later(tmp_path: Path) -> None:
    path = tmp_path / "j"
    reader = Reader(path)
    assert reader.new() == []
    path.write_text('{"event": "a"}\n{"event": ')
    assert reader.new() == [{"event": "a"}]
    with path.open("a") as file:
        file.write('"b"}\n')
    assert reader.new() == [{"event": "b"}]


# --- the gate -----------------------------------------------------------------------------------

SMTP_TALK = [
    (b"", b"220 ready\r\n"),
    (b"MAIL FROM:<a@b.test>\r\n", b"250 fine\r\n"),
    (b"DATA\r\n", b"354 go on\r\n"),
    (b"Subject: x\r\n\r\nDATA\r\n.\r\n", b"250 taken\r\n"),
    (b"QUIT\r\n", b"221 bye\r\n"),
]
HTTP_TALK = [
    (b"POST /a HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}", b"HTTP/1.1 200 OK\r\n\r\nok"),
    (b"POST /b HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}", b"HTTP/1.1 429 No\r\n\r\nno"),
]


class Sink:
    """Answers as written, one answer for each thing it hears; keeps what it heard."""

    def __init__(self, talk: list[tuple[bytes, bytes]]) -> None:
        self._talk = talk
        self.heard: list[bytes] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def join(self) -> None:
        self._thread.join(10)

    def _serve(self) -> None:
        client, _ = self._listener.accept()
        with contextlib.suppress(OSError), client, self._listener:
            for expected, answer in self._talk:
                said = client.recv(len(expected), socket.MSG_WAITALL) if expected else b""
                self.heard.append(said)
                client.sendall(answer)


def speak(port: int, talk: list[tuple[bytes, bytes]]) -> list[bytes]:
    """The answers to a whole conversation."""
    answers = []
    with socket.create_connection(("127.0.0.1", port), timeout=10) as client:
        for words, answer in talk:
            client.sendall(words)
            answers.append(client.recv(len(answer), socket.MSG_WAITALL))
    return answers


@pytest.fixture(params=["smtp", "http"])
def guarded(
    request: pytest.FixtureRequest,
) -> Iterator[tuple[Sink, Gate, list[tuple[bytes, bytes]]]]:
    talk = SMTP_TALK if request.param == "smtp" else HTTP_TALK
    sink = Sink(talk)
    gate = Gate(sink.port, smtp=request.param == "smtp")
    yield sink, gate, talk
    gate.close()


Guarded = tuple[Sink, Gate, list[tuple[bytes, bytes]]]


def test_open_gate_changes_nothing(guarded: Guarded) -> None:
    sink, gate, talk = guarded
    assert speak(gate.port, talk) == [answer for _, answer in talk]
    assert sink.heard == [words for words, _ in talk]


@pytest.mark.parametrize("moment", list(Moment))
def test_gate_tells_the_moment_and_lets_the_rest_through(guarded: Guarded, moment: Moment) -> None:
    """At DATA the sink has nothing of the message, before its answer it has all of it."""
    sink, gate, talk = guarded
    gate.arm(moment)
    answers: list[bytes] = []
    client = threading.Thread(target=lambda: answers.extend(speak(gate.port, talk)), daemon=True)
    client.start()
    assert gate.wait(10)
    message = next(words for words, _ in talk if words.startswith((b"POST", b"Subject")))
    if moment is not Moment.AFTER:
        assert (message in sink.heard) is (moment is Moment.BEFORE)
    gate.release()
    client.join(10)
    assert answers == [answer for _, answer in talk]


def test_dropped_message_never_reaches_the_sink(guarded: Guarded) -> None:
    """Whoever sent it was killed with the message at the gate; its connection ends there."""
    sink, gate, talk = guarded
    gate.arm(Moment.DATA)
    ended = threading.Event()

    def speak_and_fail() -> None:
        with pytest.raises((OSError, AssertionError)):
            assert speak(gate.port, talk) == [answer for _, answer in talk]
        ended.set()

    threading.Thread(target=speak_and_fail, daemon=True).start()
    assert gate.wait(10)
    gate.release(drop=True)
    assert ended.wait(10)
    sink.join()
    assert not [words for words in sink.heard if words.startswith((b"POST", b"Subject"))]


# --- the ledger ---------------------------------------------------------------------------------

SMTP, SLACK = ("smtp", "desk@rig.test"), ("slack", "webhook")


def taken(at: int, slug: str = "a", channel: tuple[str, str] = SMTP, key: str = "k") -> Accepted:
    return Accepted(at, *channel, slug, key)


def test_everything_told_once_on_every_channel_holds() -> None:
    verdict = judge(["a"], [SMTP, SLACK], [taken(1), taken(2, channel=SLACK)], [])
    assert (verdict.holds, verdict.delivered, verdict.twice) == (True, 2, 0)


def test_what_one_channel_never_heard_is_lost() -> None:
    verdict = judge(
        ["a", "b"], [SMTP, SLACK], [taken(1), taken(2, channel=SLACK), taken(3, "b")], []
    )
    assert verdict.lost == (("slack", "b"),)
    assert not verdict.holds


@pytest.mark.parametrize(
    ("kills", "key", "explained"),
    [
        ([1005], "k", True),  # accepted, killed, sent again
        ([1000 - 300], "k", True),  # on its way when the daemon died
        ([1005], "other", False),  # the copy does not show itself as one
        ([], "k", False),  # nobody was killed
        ([9000], "k", False),  # killed long after, when it was surely recorded
        ([50_001], "k", False),  # killed after the copy
        ([100], "k", False),  # killed long before
    ],
)
def test_copy_needs_a_kill_right_after_the_first_and_the_same_key(
    kills: list[int], key: str, explained: bool
) -> None:
    verdict = judge(["a"], [SMTP], [taken(1000), taken(50_000, key=key)], kills)
    assert (verdict.twice, len(verdict.unexplained)) == ((1, 0) if explained else (0, 1))
    assert verdict.holds is explained


def test_every_further_copy_needs_a_kill_of_its_own() -> None:
    verdict = judge(["a"], [SMTP], [taken(1000), taken(5000), taken(9000)], [1010])
    assert (verdict.twice, len(verdict.unexplained)) == (1, 1)


# --- processes ----------------------------------------------------------------------------------

_PARENT = (
    "import subprocess, sys\n"
    "subprocess.Popen(['sleep', '60'], start_new_session='--far' in sys.argv)\n"
    "print('up', flush=True)\n"
    "sys.stdin.read() or __import__('signal').pause()\n"
)


@pytest.mark.parametrize("words", [[], ["--far"]])
def test_orphan_is_found_and_ended(tmp_path: Path, words: list[str]) -> None:
    """A child outlives its killed parent, even in a session of its own: it is named and removed."""
    log = tmp_path / "log"
    daemon = Daemon([sys.executable, "-c", _PARENT, *words], log, {}, grace_seconds=0.2)
    while not log.exists() or "up" not in log.read_text():
        assert daemon.alive
    _, aftermath = daemon.kill()
    assert [process.command for process in aftermath.left] == ["sleep"]
    assert not any(family(process.pid) for process in aftermath.left)


def test_clean_death_leaves_nobody(tmp_path: Path) -> None:
    daemon = Daemon(["sleep", "60"], tmp_path / "log", {})
    assert daemon.kill()[1].left == frozenset()
    assert not daemon.alive


def test_stop_gives_the_exit_code(tmp_path: Path) -> None:
    log = tmp_path / "log"
    words = "import signal, sys; signal.signal(15, lambda *_: sys.exit(0)); print('up', flush=True)"
    daemon = Daemon([sys.executable, "-c", f"{words}; signal.pause()"], log, {})
    while "up" not in log.read_text():
        assert daemon.alive
    code, aftermath = daemon.stop(10)
    assert (code, aftermath.left) == (0, frozenset())
