"""The demo's newswire with a will of its own, run as a process of its own.

    python -m tests.rig.site --journal FILE [--port 0] [--control FILE]

Prints `port N` once it listens.  Told what to do by `POST /-/<verb>` with a JSON object
(publish, invent, rebuild, section, fault, release), or by `--control`, a JSON list of steps
`{"at_seconds": 2, "do": "publish", "slug": "..."}` or `{"at_request": 5, "do": ...}`.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from aiohttp import web

from monitor.demo.journal import Journal
from monitor.demo.newswire import SECTION, Answer, Newswire, open_newswire
from monitor.demo.stories import Story, load_stories
from tests.rig.faults import Fault, Faults, What, bomb
from tests.rig.reports import invent

_PAGE = b"<html><head><title>One moment</title></head><body><p>Checking your browser.</body></html>"
_PIECES = 32


class Site(Newswire):
    """A newswire that obeys; every request is in the journal before any of its answer goes out."""

    def __init__(self, stories: Sequence[Story], journal: Journal, rebuild_seconds: float) -> None:
        super().__init__(stories, journal=journal, rebuild_seconds=rebuild_seconds)
        self._faults = Faults()
        self._released = asyncio.Event()
        self._requests = 0
        self._steps: dict[int, list[Mapping[str, Any]]] = {}

    def app(self) -> web.Application:
        app = super().app()
        app.router.add_post("/-/{verb}", self._command)
        return app

    def follow(self, steps: Sequence[Mapping[str, Any]]) -> None:
        """Carry out steps at their time (seconds from now) or when their request is seen."""
        for step in steps:
            if "at_request" in step:
                self._steps.setdefault(int(step["at_request"]), []).append(step)
            else:
                asyncio.get_running_loop().call_later(step["at_seconds"], self.do, step["do"], step)

    def do(self, verb: str, words: Mapping[str, Any]) -> None:
        """One command.  Raises KeyError for an unknown verb or a missing word."""
        match verb:
            case "publish":
                self.publish(words["slug"])
            case "invent":
                self.bring_out(invent(int(words["number"])))
            case "rebuild":
                self.rebuild()
            case "section":
                self.show_section(words.get("label", SECTION), empty=bool(words["empty"]))
            case "fault":
                known = Fault.__dataclass_fields__
                self._faults.arm(Fault(**{k: v for k, v in words.items() if k in known}))
            case "release":
                self._faults.clear()
                self._released.set()
                self._released = asyncio.Event()
            case _:
                raise KeyError(verb)

    async def respond(self, request: web.Request) -> web.StreamResponse:
        self._requests += 1
        for step in self._steps.pop(self._requests, ()):
            self.do(step["do"], step)
        answer = self.answer(request.host, request.path, request.headers)
        fault = self._faults.take(answer.kind, request.path)
        if fault is None:
            self.note(request, answer)
            return _whole(answer)
        answer = _twisted(self.answer(request.host, request.path, {}), fault)
        self.note(request, answer)
        return await self._misbehave(request, answer, fault)

    async def _command(self, request: web.Request) -> web.Response:
        try:
            self.do(request.match_info["verb"], await request.json())
        except (KeyError, TypeError, ValueError) as error:
            return web.Response(status=400, text=repr(error))
        return web.Response(text="done")

    async def _misbehave(
        self, request: web.Request, answer: Answer, fault: Fault
    ) -> web.StreamResponse:
        released = self._released
        if fault.what is What.HOLD:
            self._journal.write("held", kind=answer.kind, path=request.path)
            await released.wait()
        if fault.what not in (What.STALL, What.BREAK, What.SLOW, What.ENDLESS):
            return _whole(answer)
        response = web.StreamResponse(status=answer.status, headers=answer.headers)
        if fault.what is not What.ENDLESS:
            response.content_length = len(answer.body)
        await response.prepare(request)
        with contextlib.suppress(ConnectionError):  # the other side may be killed first
            await self._pour(response, answer, fault, released)
        if fault.what is not What.SLOW and request.transport is not None:
            request.transport.close()
        return response

    async def _pour(
        self, response: web.StreamResponse, answer: Answer, fault: Fault, released: asyncio.Event
    ) -> None:
        if fault.what is What.ENDLESS:
            while not released.is_set():
                await response.write(b"<p>and so on</p>\n" * 1000)
                await asyncio.sleep(0)
        elif fault.what is What.SLOW:
            size = len(answer.body) // _PIECES + 1
            for start in range(0, len(answer.body), size):
                await response.write(answer.body[start : start + size])
                await asyncio.sleep(fault.seconds)
        else:
            await response.write(answer.body[: len(answer.body) // 2])
            if fault.what is What.STALL:
                self._journal.write("mid_body", kind=answer.kind)
                await released.wait()


def _whole(answer: Answer) -> web.Response:
    return web.Response(status=answer.status, body=answer.body, headers=answer.headers)


def _twisted(answer: Answer, fault: Fault) -> Answer:
    """The answer as the fault wants it, before a byte of it is sent."""
    match fault.what:
        case What.STATUS:
            wait = {"Retry-After": str(int(fault.seconds))} if fault.seconds else {}
            return Answer(answer.kind, fault.status, b"not now", wait)
        case What.HTML:
            return Answer(answer.kind, 200, _PAGE, {"Content-Type": "text/html"})
        case What.BOMB:
            return replace(answer, body=bomb(), headers={"Content-Encoding": "gzip"})
        case _:
            return answer


async def serve(
    journal: Path, port: int, steps: Sequence[Mapping[str, Any]], rebuild_seconds: float
) -> None:
    """Run until the process is ended from outside."""
    site = Site(load_stories(), Journal(journal), rebuild_seconds)
    _, bound = await open_newswire(site.app(), port)
    site.follow(steps)
    print(f"port {bound}", flush=True)
    await asyncio.Event().wait()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.rig.site", description=__doc__)
    parser.add_argument("--journal", type=Path, required=True)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--control", type=Path)
    parser.add_argument("--rebuild-seconds", type=float, default=5.0)
    words = parser.parse_args()
    steps = json.loads(words.control.read_text("utf-8")) if words.control else []
    asyncio.run(serve(words.journal, words.port, steps, words.rebuild_seconds))


if __name__ == "__main__":
    main()
