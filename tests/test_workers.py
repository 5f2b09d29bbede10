"""Workers: whatever happens in one, the parent gets an answer, and nothing is left behind."""

import asyncio
import os
import select
import signal
import subprocess
import sys
import textwrap
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import pytest

import slow_to_import
import unruly
from monitor.errors import ReadError, ReadReason
from monitor.workers import Lanes, Workers

REPOSITORY = Path(__file__).resolve().parent.parent
PATIENCE_SECONDS = 60.0


@asynccontextmanager
async def running(**given):
    workers = Workers(**given)
    try:
        yield workers
    finally:
        await workers.close()


async def reason(workers, fn, wall_seconds=PATIENCE_SECONDS):
    with pytest.raises(ReadError) as caught:
        await workers.run(fn, wall_seconds=wall_seconds)
    return caught.value.reason


async def test_result():
    """A call gives what its function gives, arguments and all."""
    async with running() as workers:
        call = partial(unruly.add, other=2)
        assert await workers.run(call, 1, wall_seconds=PATIENCE_SECONDS) == 3


async def test_many():
    """More calls than workers are all answered, each with its own result."""
    async with running() as workers:
        calls = (workers.run(abs, -n, wall_seconds=PATIENCE_SECONDS) for n in range(50))
        assert await asyncio.gather(*calls) == list(range(50))


async def test_another_process():
    """Nothing is run in the parent."""
    async with running(count=1) as workers:
        assert await workers.run(os.getpid, wall_seconds=PATIENCE_SECONDS) != os.getpid()


async def test_loaded_once():
    """What one worker has loaded is asked of it again, as long as it is free."""
    async with running(count=2) as workers:

        async def asked(fn):
            return await workers.run(fn, wall_seconds=PATIENCE_SECONDS)

        both = set(await asyncio.gather(asked(os.getpid), asked(os.getpid)))
        assert len(both) == 2
        used = set()
        for _ in range(5):
            used.add(await asked(unruly.process))
            await asyncio.gather(asked(os.getpid), asked(os.getpid))
            await asked(os.getpid)
        assert len(used) == 1


async def test_rest():
    """A worker that nobody needs for a while ends, and the next call starts another."""
    async with running(count=1, rest_seconds=0.0) as workers:
        for _ in range(3):
            watch = os.pidfd_open(await workers.run(os.getpid, wall_seconds=PATIENCE_SECONDS))
            await asyncio.to_thread(gone, watch)


async def test_heavy_rests():
    """What has loaded more than others have is left to rest where another can do it."""
    async with running(count=2) as workers:

        async def asked(fn):
            return await workers.run(fn, wall_seconds=PATIENCE_SECONDS)

        light = set(await asyncio.gather(asked(os.getpid), asked(os.getpid)))
        heavy = await asked(unruly.process)
        assert {await asked(os.getpid) for _ in range(5)} == light - {heavy}
        assert await asked(unruly.process) == heavy


async def test_own_error():
    """An error of ours comes through unchanged."""
    async with running(count=1) as workers:
        with pytest.raises(ReadError) as caught:
            await workers.run(unruly.raise_read_error, wall_seconds=PATIENCE_SECONDS)
        assert (caught.value.reason, caught.value.detail) == (ReadReason.NO_LIST, "no list")


async def test_crash():
    """Any other error, an answer that does not travel, the end of the process: a crash."""
    culprits = (
        *(unruly.raise_unruly, unruly.raise_fetch_error, unruly.leave, unruly.give_a_function),
        *(unruly.crash, unruly.fault, "no function"),
    )
    async with running(count=1) as workers:
        for culprit in culprits:
            assert await reason(workers, culprit) is ReadReason.PARSE_CRASH, culprit
            assert await workers.run(abs, -1, wall_seconds=PATIENCE_SECONDS) == 1


@pytest.mark.parametrize("fn", [unruly.hang_in_python, unruly.hang_in_c])
async def test_hang(fn):
    """A call past its limit is killed, in C code too, and its worker is replaced."""
    async with running(count=1) as workers:
        before = await workers.run(os.getpid, wall_seconds=PATIENCE_SECONDS)
        assert await reason(workers, fn, wall_seconds=0.3) is ReadReason.PARSE_TIMEOUT
        assert await workers.run(os.getpid, wall_seconds=PATIENCE_SECONDS) != before


async def test_starved():
    """A call that does not get the processor is waited for, and its worker kept."""
    async with running(count=1) as workers:
        before = await workers.run(os.getpid, wall_seconds=PATIENCE_SECONDS)
        assert await workers.run(unruly.stop_for, 1.2, wall_seconds=0.5) == "done"
        assert await workers.run(os.getpid, wall_seconds=PATIENCE_SECONDS) == before


async def test_imports_do_not_count():
    """What a call's module imports may take longer than the call itself may."""
    async with running(count=1) as workers:
        assert await workers.run(slow_to_import.answer, wall_seconds=0.3) == "here"


async def test_memory():
    """A call that wants more memory than it may have fails alone."""
    async with running(count=1) as workers:
        for culprit in (unruly.take_memory, unruly.take_memory_in_pieces):
            assert await reason(workers, culprit) is ReadReason.PARSE_MEMORY, culprit
            assert await workers.run(abs, -1, wall_seconds=PATIENCE_SECONDS) == 1


async def test_neighbour():
    """A call is not disturbed by another's end."""
    async with running(count=2) as workers:
        ends = (
            reason(workers, unruly.hang_in_python, 0.5),
            reason(workers, unruly.crash),
            reason(workers, unruly.fault),
        )
        sums = (workers.run(sum, range(1000), wall_seconds=PATIENCE_SECONDS) for _ in range(5))
        assert await asyncio.gather(*sums, *ends) == [
            *[499500] * 5,
            *(ReadReason.PARSE_TIMEOUT, ReadReason.PARSE_CRASH, ReadReason.PARSE_CRASH),
        ]


async def test_idle_worker_killed():
    """When an idle worker is killed from outside, the next call is answered all the same."""
    async with running(count=1) as workers:
        pid = await workers.run(os.getpid, wall_seconds=PATIENCE_SECONDS)
        watch = os.pidfd_open(pid)
        os.kill(pid, signal.SIGKILL)
        await asyncio.to_thread(gone, watch)
        assert await survivor(workers) != pid


async def survivor(workers):
    while True:  # a call handed to the pool before it noticed is lost, and says so
        try:
            return await workers.run(os.getpid, wall_seconds=PATIENCE_SECONDS)
        except ReadError as error:
            reason = error.reason
        assert reason is ReadReason.PARSE_CRASH


async def test_cancelled():
    """When nobody waits for a call any more its worker is freed."""
    async with running(count=1) as workers:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.5):
                await workers.run(unruly.hang_in_python, wall_seconds=PATIENCE_SECONDS)
        assert await workers.run(abs, -1, wall_seconds=PATIENCE_SECONDS) == 1


async def test_a_result_that_does_not_fit_is_out_of_memory():
    """What only fails when it is packed for the parent is told as what it is."""
    async with running(count=1, memory_bytes=160 << 20) as workers:
        assert await reason(workers, unruly.barely_fitting) == "parse_memory"
        assert await workers.run(len, b"abc", wall_seconds=PATIENCE_SECONDS) == 3


async def test_error_keeps_no_memory():
    """What a failed call held is free again for the next one."""
    async with running(count=1, memory_bytes=200 << 20) as workers:
        for _ in range(3):
            culprit = partial(unruly.leave_a_heap_in_an_error, 90)
            assert await reason(workers, culprit) is ReadReason.NO_LIST


async def test_lanes():
    """Calls that hang keep no other waiting; one that is slow, or needs memory, has its turn."""
    lanes = Lanes(quick_seconds=0.4)
    try:
        hangs = [asyncio.ensure_future(reason(lanes, unruly.hang_in_c, 1.5)) for _ in range(3)]
        for _ in range(20):
            assert await lanes.run(abs, -1, wall_seconds=PATIENCE_SECONDS) == 1
        assert not all(hang.done() for hang in hangs)
        assert await asyncio.gather(*hangs) == [ReadReason.PARSE_TIMEOUT] * 3
        slow = partial(unruly.take_time, 1.0)
        assert await lanes.run(slow, wall_seconds=PATIENCE_SECONDS) == "done"
        assert await reason(lanes, unruly.take_memory) is ReadReason.PARSE_MEMORY
        assert await reason(lanes, unruly.raise_read_error) is ReadReason.NO_LIST
    finally:
        await lanes.close()


async def test_close_twice():
    """Closing ends the processes, needs none to have been started, and can be repeated."""
    workers = Workers(count=1)
    await workers.close()
    watch = os.pidfd_open(await workers.run(os.getpid, wall_seconds=PATIENCE_SECONDS))
    await workers.close()
    gone(watch)
    await workers.close()


async def test_light():
    """A worker has not loaded what only the parent needs."""
    async with running(count=1) as workers:
        names = "sorted(__import__('sys').modules)"
        loaded = set(await workers.run(eval, names, wall_seconds=PATIENCE_SECONDS))
    assert "monitor.confined" in loaded
    assert not loaded & {
        "asyncio",
        "scrapy",
        "twisted",
        "aiohttp",
        "apscheduler",
        "trafilatura",
        "lxml.etree",
    }


def gone(watch):
    """Wait until a process has ended."""
    poll = select.poll()
    poll.register(watch, select.POLLIN)
    assert poll.poll(PATIENCE_SECONDS * 1000), "the process still runs"
    os.close(watch)


def started(script):
    """A Python process that runs `script` from a file, as a command does."""
    return subprocess.Popen(
        [sys.executable, script], stdout=subprocess.PIPE, cwd=REPOSITORY, text=True,
        env={**os.environ, "PYTHONPATH": f"{REPOSITORY}{os.pathsep}{Path(__file__).parent}"},
    )  # fmt: skip


def written(path, text):
    path.write_text(textwrap.dedent(text), encoding="utf-8")
    return path


def test_parent_killed(tmp_path):
    """When the parent is killed no process of the pool remains, busy or idle."""
    script = written(
        tmp_path / "parent.py",
        """
        import asyncio, os
        from monitor.workers import Workers
        from unruly import print_and_hang

        async def main():
            workers = Workers(count=2)
            await asyncio.gather(*(workers.run(abs, n, wall_seconds=60) for n in range(20)))
            await workers.run(print_and_hang, wall_seconds=60)

        if __name__ == "__main__":
            asyncio.run(main())
        """,
    )
    with started(script) as parent:
        busy = int(parent.stdout.readline())
        tasks = Path(f"/proc/{parent.pid}/task").iterdir()
        children = {int(pid) for t in tasks for pid in (t / "children").read_text().split()}
        assert busy in children
        assert len(children) == 2
        watches = [os.pidfd_open(pid) for pid in children]
        parent.kill()
        for watch in watches:
            gone(watch)


def test_forgotten(tmp_path):
    """A parent that forgets to close ends none the less, and with its own exit code."""
    script = written(
        tmp_path / "parent.py",
        """
        import asyncio, sys
        from monitor.workers import Workers

        async def main():
            print(await Workers(count=1).run(abs, -4, wall_seconds=60), flush=True)

        if __name__ == "__main__":
            asyncio.run(main())
            sys.exit(5)
        """,
    )
    with started(script) as parent:
        assert parent.stdout.read() == "4\n"
        assert parent.wait(PATIENCE_SECONDS) == 5


def test_in_the_reactor(tmp_path):
    """Calls are answered in an asyncio loop that Twisted's reactor runs."""
    script = written(
        tmp_path / "reactor.py",
        """
        import asyncio
        from twisted.internet import asyncioreactor

        if __name__ == "__main__":
            asyncioreactor.install()
            from twisted.internet import reactor
            from twisted.internet.defer import Deferred
            from monitor.errors import ReadError
            from monitor.workers import Workers
            from unruly import hang_in_c

            async def work():
                workers = Workers(count=1)
                print(await workers.run(abs, -4, wall_seconds=60))
                try:
                    await workers.run(hang_in_c, wall_seconds=0.2)
                except ReadError as error:
                    print(error.reason)
                await workers.close()

            def start():
                task = asyncio.get_event_loop().create_task(work())
                Deferred.fromFuture(task).addBoth(lambda _: reactor.stop())

            reactor.callWhenRunning(start)
            reactor.run()
        """,
    )
    with started(script) as parent:
        assert parent.stdout.read() == "4\nparse_timeout\n"
        assert parent.wait(PATIENCE_SECONDS) == 0
