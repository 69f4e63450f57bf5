"""Child processes: what they may take, and that none is left behind."""

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest

from exports.messages import Message
from exports.pdf.rendering import MODULE
from exports.workers import Limits, Worker, Workers, WorkFailed, WorkLost

ROOT = Path(__file__).parent.parent.parent
FORGET = Message({"forget": []})


def _is_there(process_id: int | None) -> bool:
    try:
        os.kill(process_id or 0, 0)
    except ProcessLookupError:
        return False
    return True


async def _gone(process_id: int) -> None:
    async with asyncio.timeout(10):
        while _is_there(process_id):  # noqa: ASYNC110 - it is no child of this process
            await asyncio.sleep(0.01)


async def test_a_worker_gives_way_and_is_limited_and_knows_nothing(workers: Workers) -> None:
    await workers.all[0].ask(FORGET)
    process = Path(f"/proc/{workers.all[0].process_id}")

    assert process.joinpath("stat").read_text().split()[18] == "10"  # nice
    limits = process.joinpath("limits").read_text().splitlines()
    memory = str(Limits().memory_bytes)
    assert [line.split()[3:5] for line in limits if line.startswith("Max address space")] == [
        [memory, memory]
    ]
    assert b"PATH" not in process.joinpath("environ").read_bytes()


async def test_a_worker_offers_the_processor_and_ends_by_itself_while_it_answers() -> None:
    async with Workers("tests.exports.telling", at_most=1) as workers:
        told = (await workers.all[0].ask(Message(None))).said

    assert told["offers_every_seconds"] == pytest.approx(0.0005)
    assert not told["ends_at_an_offer"]
    assert 0 < told["computes_for_seconds"] - Limits().seconds < 10


async def test_a_worker_is_kept(workers: Workers) -> None:
    await workers.all[0].ask(FORGET)
    first = workers.all[0].process_id
    await workers.all[0].ask(FORGET)

    assert workers.all[0].process_id == first


async def test_workers_are_started_when_needed_and_all_ended() -> None:
    async with Workers(MODULE) as workers:
        assert [worker.process_id for worker in workers.all] == [None, None]

        await workers.all[0].ask(FORGET)
        first = workers.all[0].process_id

        assert [worker.process_id for worker in workers.all] == [first, None]
    assert not _is_there(first)


async def test_a_worker_with_nothing_to_do_ends() -> None:
    async with Workers(MODULE, at_most=1, limits=Limits(idle_seconds=0)) as workers:
        await workers.all[0].ask(FORGET)
        process_id = workers.all[0].process_id
        assert process_id is not None

        await _gone(process_id)

        await workers.all[0].ask(FORGET)
        assert workers.all[0].life == 2


async def test_closing_ends_a_worker_that_is_busy() -> None:
    workers = Workers(MODULE, at_most=1)
    asking = asyncio.create_task(workers.all[0].ask(FORGET))
    while workers.all[0].process_id is None:  # noqa: ASYNC110 - there is no event for it
        await asyncio.sleep(0.005)
    process_id = workers.all[0].process_id

    await workers.close()

    assert not _is_there(process_id)
    with pytest.raises(asyncio.CancelledError):
        await asking


def test_workers_end_when_the_server_is_killed() -> None:
    program = f"""
import asyncio, os
from exports.messages import Message
from exports.workers import Workers
async def main():
    workers = Workers({MODULE!r}, at_most=1)
    await workers.all[0].ask(Message({{"forget": []}}))
    print(workers.all[0].process_id, flush=True)
    os.kill(os.getpid(), 9)
asyncio.run(main())
"""
    ended = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )

    asyncio.run(_gone(int(ended.stdout)))


async def test_a_failure_is_told_without_what_was_said(workers: Workers) -> None:
    with pytest.raises(WorkFailed) as failure:
        await workers.all[0].ask(Message({"place": "a secret name", "at": None}))

    assert str(failure.value).startswith("KeyError at worker.py:")
    assert "secret" not in str(failure.value)
    assert not failure.value.may_work_again


async def test_what_one_process_keeps_the_next_one_is_not_asked_for() -> None:
    worker = Worker(MODULE, Limits())

    with pytest.raises(WorkLost):
        await worker.ask(FORGET, life=0)


def test_a_process_that_stays_inside_gets_nowhere_else(tmp_path: Path) -> None:
    program = f"""
import socket, subprocess, urllib.request
from exports.working import stay_inside
stay_inside()
def refused(do):
    try:
        do()
    except PermissionError:
        return True
    return False
print([
    refused(lambda: socket.create_connection(("127.0.0.1", 9))),
    refused(lambda: socket.getaddrinfo("localhost", 9)),
    refused(lambda: subprocess.run(["true"])),
    refused(lambda: open("/etc/passwd")),
    refused(lambda: open({str(tmp_path / "new")!r}, "w")),
    refused(lambda: open("exports/new", "w")),
    refused(lambda: open("exports/__init__.py")),
])
"""
    ended = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )

    assert ended.stdout == f"{[True] * 6 + [False]}\n"
