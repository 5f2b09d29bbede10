"""PostgreSQL's stored `tsquery`s, asked which of them an item answers: see match_rounds.

NAME is the socket's directory, then a colon and the file of RUM's code, or nothing: with RUM its
inverted index over the queries is asked, else the whole table.  CPU time is ours and the server
process's; memory what the table and its index take.
"""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from pathlib import Path

import psycopg
from match_rounds import InProcess, asked, run

TICK = os.sysconf("SC_CLK_TCK")
# RUM indexes no phrases, so that their words are what it finds, and the phrase is asked of those.
ASK = """
WITH item AS MATERIALIZED (SELECT to_tsvector('simple', %s) AS words)
SELECT id FROM item, rules WHERE item.words @@ rules.words AND item.words @@ rules.phrase
"""
FILL = """
INSERT INTO rules
SELECT id, plainto_tsquery('simple', phrase), phraseto_tsquery('simple', phrase)
FROM unnest(%s::int[], %s::text[]) AS given (id, phrase)
"""


class Postgres(InProcess):
    def __init__(self, socket: str, rum: str) -> None:
        self._db = psycopg.connect(host=socket, dbname="postgres", user="bench", autocommit=True)
        self._pid, self._rum = self._db.info.backend_pid, bool(rum)
        self.version = self._db.info.parameter_status("server_version") or ""
        if rum:
            self._install(Path(rum))
        self._db.prepare_threshold = 0

    def _install(self, code: Path) -> None:
        """What CREATE EXTENSION does, for a RUM that is unpacked and not installed."""
        if self._db.execute("SELECT 1 FROM pg_am WHERE amname = 'rum'").fetchone():
            return
        script = code.with_name("rum.sql").read_text()
        self._db.execute(script.replace("MODULE_PATHNAME", str(code)))

    def build(self, rules: Sequence[str]) -> None:
        run = self._db.execute
        run("DROP TABLE IF EXISTS rules")
        run("CREATE TABLE rules (id int NOT NULL, words tsquery NOT NULL, phrase tsquery NOT NULL)")
        run(FILL, (list(range(len(rules))), list(rules)))
        if self._rum:
            run("CREATE INDEX by_words ON rules USING rum (words rum_tsquery_ops)")
            run("SET enable_seqscan = off")
        run("VACUUM ANALYZE rules")
        plan = " ".join(line for (line,) in run(f"EXPLAIN {ASK}", ("word",)).fetchall())
        self.note = "RUM" if "by_words" in plan else "table scan"

    def match(self, item: str) -> list[tuple[int]]:
        return self._db.execute(ASK, (item,)).fetchall()

    def read(self, answer: list[tuple[int]]) -> list[int]:
        return sorted(number for (number,) in answer)

    def cpu_seconds(self) -> float:
        fields = Path(f"/proc/{self._pid}/stat").read_text().rpartition(")")[2].split()
        return time.process_time() + (int(fields[11]) + int(fields[12])) / TICK

    def memory(self) -> int:
        row = self._db.execute("SELECT pg_total_relation_size('rules')").fetchone()
        assert row is not None
        size: int = row[0]
        return size


if __name__ == "__main__":
    what = asked()
    socket, _, rum = what.name.partition(":")
    run(Postgres(socket, rum), what)
