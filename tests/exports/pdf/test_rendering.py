"""How the document is made: in pieces, by processes that may die, a little at a time."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Iterator

import pytest

from exports.pdf.document import Entry
from exports.pdf.rendering import (
    MODULE,
    RenderingFailed,
    RenderingTookTooLong,
    render_history,
)
from exports.workers import Limits, Workers
from tests.exports.pdf.reading import pages, text
from tests.exports.pdf.sessions import a_frame, an_entry, entries


async def test_progress_is_told_until_all_sessions_are_rendered(workers: Workers) -> None:
    sessions = entries(30, note_characters=40)
    told: list[int] = []

    await render_history(
        a_frame(sessions), sessions, workers=workers, progress=told.append, sessions_per_piece=10
    )

    assert told == [10, 20, 30]


async def test_sessions_are_read_as_they_are_needed(workers: Workers) -> None:
    sessions = entries(60, note_characters=40)
    read = 0
    most_ahead = 0

    async def reading() -> AsyncIterator[Entry]:
        nonlocal read
        for session in sessions:
            read += 1
            yield session

    def progress(rendered: int) -> None:
        nonlocal most_ahead
        most_ahead = max(most_ahead, read - rendered)

    await render_history(
        a_frame(sessions), reading(), workers=workers, progress=progress, sessions_per_piece=5
    )

    assert read == 60
    assert most_ahead <= 5 * 6


async def test_others_have_their_turn_between_pieces(workers: Workers) -> None:
    sessions = entries(60, note_characters=40)
    turns = 0
    turns_before: list[int] = []

    async def others() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    def reading() -> Iterator[Entry]:
        for session in sessions:
            turns_before.append(turns)
            yield session

    taking_turns = asyncio.create_task(others())
    try:
        await render_history(a_frame(sessions), reading(), workers=workers, sessions_per_piece=10)
    finally:
        taking_turns.cancel()

    assert len({*turns_before[::10]}) == 6


async def test_several_documents_are_rendered_at_once(workers: Workers) -> None:
    async def rendered(client: str) -> str:
        sessions = [an_entry(customer_notes=f"About {client}") for _ in range(20)]
        frame = a_frame(sessions, client=client)
        return text(await render_history(frame, sessions, workers=workers, sessions_per_piece=5))

    one, other = await asyncio.gather(rendered("Grace"), rendered("Alan"))

    assert one.count("About Grace") == 20
    assert "Alan" not in one
    assert other.count("About Alan") == 20
    assert "Grace" not in other


async def test_what_reading_the_sessions_raises_is_raised(workers: Workers) -> None:
    async def reading() -> AsyncIterator[Entry]:
        yield an_entry()
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        await render_history(a_frame([]), reading(), workers=workers, sessions_per_piece=1)


async def test_a_worker_killed_in_the_middle_is_survived() -> None:
    sessions = entries(40, note_characters=40)
    killed: list[int] = []

    async with Workers(MODULE) as workers:

        def kill_one(rendered: int) -> None:
            if not killed:
                killed.append(workers.all[1].process_id or 0)
                os.kill(killed[0], signal.SIGKILL)

        pdf = await render_history(
            a_frame(sessions), sessions, workers=workers, progress=kill_one, sessions_per_piece=4
        )

    assert killed
    words = text(pdf)
    assert all(words.count(f"Note {number} ends.") == 1 for number in range(40))


async def test_workers_without_memory_fail_instead_of_hanging() -> None:
    async with Workers(MODULE, limits=Limits(memory_bytes=30 * 1024 * 1024)) as workers:
        with pytest.raises(RenderingFailed):
            await render_history(a_frame([]), [], workers=workers)


async def test_a_document_too_large_for_a_worker_fails_and_the_next_one_works() -> None:
    # Enough to start with, and for a short document.
    async with Workers(MODULE, at_most=1, limits=Limits(memory_bytes=160 * 1024 * 1024)) as workers:
        session = an_entry(customer_notes="many words " * 300_000)
        with pytest.raises(RenderingFailed):
            await render_history(a_frame([session]), [session], workers=workers)

        pdf = await render_history(a_frame([]), [], workers=workers)

    assert len(pages(pdf)) == 1


async def test_a_worker_that_takes_too_long_is_killed() -> None:
    async with Workers(MODULE, at_most=1, limits=Limits(seconds=0.05)) as workers:
        with pytest.raises(RenderingTookTooLong):
            await render_history(a_frame([]), [], workers=workers)

        assert workers.all[0].process_id is None


async def test_who_leaves_takes_back_what_was_not_begun(workers: Workers) -> None:
    sessions = entries(60, note_characters=400)
    begun = asyncio.Event()
    rendering = asyncio.create_task(
        render_history(
            a_frame(sessions),
            sessions,
            workers=workers,
            progress=lambda _: begun.set(),
            sessions_per_piece=5,
        )
    )
    await begun.wait()
    lives = [worker.life for worker in workers.all]

    rendering.cancel()
    with pytest.raises(asyncio.CancelledError):
        await rendering

    for _ in range(10):  # cancelling is passed on from task to task
        await asyncio.sleep(0)
    # What each is busy with, and the word to forget what it keeps.
    assert all(worker.waiting <= 2 for worker in workers.all)
    pdf = await render_history(a_frame([]), [], workers=workers)
    assert len(pages(pdf)) == 1
    assert [worker.life for worker in workers.all] == lives
