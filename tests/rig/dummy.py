"""A stand-in for the daemon, to prove that the rig tells a right one from a wrong one.

    python -m tests.rig.dummy --config DIR [--wrong lossy|forgetful|orphan]

Polls the network's feed, follows it to the articles, keeps items and an outbox in one SQLite file,
sends mail and webhook calls.  `lossy` marks a message as sent before it sends it, `forgetful`
gives every try a new id, `orphan` leaves a process behind.  Obeys no rule but the rig's one phrase.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import signal
import smtplib
import sqlite3
import subprocess
import sys
import time
import uuid
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

from ruamel.yaml import YAML

_HOST = "www.example-wire.test"
_PAGES = ("/example-wire.xml", "/Saren_Wars.html", "/feed.atom")
_SCHEMA = """
CREATE TABLE IF NOT EXISTS items (path TEXT PRIMARY KEY, wanted INTEGER);
CREATE TABLE IF NOT EXISTS deliveries (
  path TEXT, channel TEXT, key TEXT, state TEXT DEFAULT 'waiting', UNIQUE (path, channel));
"""


class Dummy:
    def __init__(self, directory: Path, wrong: str | None) -> None:
        read = YAML(typ="safe").load
        settings = read(directory / "monitor.yaml")
        self._site = settings["resolve"][_HOST]
        email = read(directory / "routes.yaml")["channels"]["desk"]["email"]
        self._smtp_port = int(email["server"].rpartition(":")[2])
        self._sender, self._recipient = email["from"], email["to"][0]
        self._wrong = wrong
        self._db = sqlite3.connect(settings["database"], isolation_level=None)
        self._db.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;" + _SCHEMA)

    def run(self) -> None:
        while True:
            for page in _PAGES:
                self._poll(page)
            for (path,) in self._rows("SELECT path FROM items WHERE wanted = 1"):
                self._read(path)
            for row in self._rows(
                "SELECT path, channel, key FROM deliveries WHERE state='waiting'"
            ):
                self._deliver(*row)
            time.sleep(0.05)

    def _poll(self, page: str) -> None:
        seen = {path for (path,) in self._rows("SELECT path FROM items")}
        baseline = page not in seen
        found = {*re.findall(r"/reports/\w[\w-]*_999\.html", self._get(page)), page}
        with self._db:
            self._db.execute("BEGIN IMMEDIATE")
            self._db.executemany(
                "INSERT OR IGNORE INTO items VALUES (?, ?)",
                [(path, int(not baseline)) for path in found],
            )

    def _read(self, path: str) -> None:
        told = "car bombing near" in self._get(path)
        with self._db:
            self._db.execute("BEGIN IMMEDIATE")
            self._db.execute("UPDATE items SET wanted = 0 WHERE path = ?", (path,))
            for channel in ("desk", "war-room") if told else ():
                key = uuid.uuid5(uuid.NAMESPACE_URL, path + channel).hex[:16]
                self._db.execute(
                    "INSERT OR IGNORE INTO deliveries (path, channel, key) VALUES (?, ?, ?)",
                    (path, channel, key),
                )

    def _deliver(self, path: str, channel: str, key: str) -> None:
        key = uuid.uuid4().hex[:16] if self._wrong == "forgetful" else key
        if self._wrong == "lossy":
            self._settle(path, channel)
        (self._mail if channel == "desk" else self._post)(f"http://{_HOST}{path}", key)
        self._settle(path, channel)

    def _settle(self, path: str, channel: str) -> None:
        self._db.execute(
            "UPDATE deliveries SET state='sent' WHERE path = ? AND channel = ?", (path, channel)
        )

    def _mail(self, url: str, key: str) -> None:
        message = EmailMessage()
        message["From"], message["To"] = self._sender, self._recipient
        message["Subject"], message["Message-ID"] = "a report", f"<{key}@rig.test>"
        message.set_content(f"{url}\nExplain: wirewatch why {key}\n")
        with smtplib.SMTP("127.0.0.1", self._smtp_port, timeout=30) as client:
            client.send_message(message)

    def _post(self, url: str, key: str) -> None:
        body = json.dumps({"text": f"{url}  |  {key}"}).encode()
        headers = {"Content-Type": "application/json"}
        urlopen(Request(os.environ["SLACK_WEBHOOK"], body, headers), timeout=30).close()

    def _get(self, path: str) -> str:
        host = "coastal-press.test" if path == "/feed.atom" else _HOST
        request = Request(f"http://{self._site}{path}", headers={"Host": host})
        with urlopen(request, timeout=30) as answer:
            return str(answer.read().decode())

    def _rows(self, query: str) -> list[Any]:
        return self._db.execute(query).fetchall()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--config", type=Path, required=True)
    parser.add_argument("--wrong", choices=("lossy", "forgetful", "orphan"))
    words = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    if words.wrong == "orphan":
        subprocess.Popen(["sleep", "60"])
    Dummy(words.config, words.wrong).run()


if __name__ == "__main__":
    main()
