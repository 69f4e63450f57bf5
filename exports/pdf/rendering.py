"""A session history rendered in pieces, side by side, and bound: never on the event loop."""

import asyncio
from collections import deque
from collections.abc import AsyncIterable, AsyncIterator, Callable, Iterable
from dataclasses import dataclass, field
from itertools import count
from typing import Any, Final

from exports.messages import Message
from exports.pdf import wording
from exports.pdf.document import Entry, HistoryFrame
from exports.workers import Worker, Workers, WorkFailed, WorkLost, WorkTookTooLong

MODULE: Final = "exports.pdf.worker"
"""What the workers run."""

SESSIONS: Final = 100
"""Sessions of a piece: half as many cost a fifth more each, twice as many a tenth less."""

# Characters after which a piece is long enough, however few sessions have them.
_CHARACTERS: Final = 100_000

# Pieces that are read and not placed, for each worker: so none waits for another one's.
_AHEAD: Final = 3

# A worker that dies is given a second chance, which may be another document's fault again.
_ATTEMPTS: Final = 2

# What the document says whatever people wrote. Its characters get their codes first.
_ALPHABET: Final = "".join(map(chr, range(0x20, 0x7F))) + "–·"

_names = count()


# How many sessions are looked at before others have their turn.
_CUT_AT_ONCE: Final = 10


class RenderingFailed(Exception):
    """The document could not be made: a worker failed at it, or two died or ran out of memory."""


class RenderingTookTooLong(RenderingFailed):
    """Two workers were killed, because a part of the document took longer than it may."""


async def render_history(
    frame: HistoryFrame,
    entries: Iterable[Entry] | AsyncIterable[Entry],
    *,
    workers: Workers,
    progress: Callable[[int], None] = lambda _: None,
    sessions_per_piece: int = SESSIONS,
) -> bytes:
    """The document as a PDF.

    Sessions are read as they are needed, so few of them are in memory at once.

    Args:
        frame: what is said once.
        entries: the sessions, in their order.
        workers: who renders, running `MODULE`; several documents may share them.
        progress: is told how many sessions are rendered, each time more are.
        sessions_per_piece: how many a worker draws at once; the document is the same with any.

    Raises:
        RenderingFailed: a worker died, ran out of memory or failed, and did so again.
        RenderingTookTooLong: a worker was killed for the time it took, and so was the next.
    """
    rendering = _Rendering(frame, workers, progress, sessions_per_piece)
    try:
        return await rendering.run(entries)
    except WorkTookTooLong as error:
        raise RenderingTookTooLong(str(error)) from error
    except (WorkFailed, WorkLost) as error:
        raise RenderingFailed(str(error)) from error
    finally:
        rendering.leave()


@dataclass(frozen=True, slots=True)
class _Request:
    """A piece that is to be drawn."""

    entries: list[Entry]
    opens: bool
    """Whether it is the document's first."""
    under: str
    """The heading of the session before it."""
    alphabet: str
    """The characters of the document, up to its end."""
    prefix: str
    """What its fonts are called."""
    name: str = field(default_factory=lambda: str(next(_names)))
    """What the workers call it."""


@dataclass(frozen=True, slots=True)
class _Drawn:
    """A piece that a process keeps."""

    request: _Request
    worker: Worker
    life: int


class _Rendering:
    def __init__(
        self,
        frame: HistoryFrame,
        workers: Workers,
        progress: Callable[[int], None],
        sessions_per_piece: int,
    ) -> None:
        self._frame = frame
        self._sessions_per_piece = sessions_per_piece
        self._workers = workers
        self._progress = progress
        self._rendered = 0
        self._alphabet = dict.fromkeys("".join([_ALPHABET, *frame.texts()]))
        self._drawing: deque[asyncio.Task[_Drawn]] = deque()
        self._place: list[Any] | None = None
        self._placed: list[Message] = []
        self._kept: dict[str, Worker] = {}

    async def run(self, entries: Iterable[Entry] | AsyncIterable[Entry]) -> bytes:
        """Draw pieces ahead, place them in order, bind them."""
        async for request in self._requests(_each(entries)):
            self._drawing.append(asyncio.create_task(self._draw(request)))
            # Six are cut before one is waited for.
            await asyncio.sleep(0)
            if len(self._drawing) >= _AHEAD * len(self._workers.all):
                await self._place_next()
        while self._drawing:
            await self._place_next()
        said = {
            "bind": [placed.said for placed in self._placed],
            "frame": self._frame,
            "alphabet": "".join(self._alphabet),
        }
        parts = [part for placed in self._placed for part in placed.parts]
        _, answer = await self._ask(Message(said, parts))
        return answer.parts[0]

    async def _requests(self, entries: AsyncIterator[Entry]) -> AsyncIterator[_Request]:
        """The document cut in pieces: so many sessions, or fewer with long notes."""
        under = ""
        for number in count():
            taken: list[Entry] = []
            characters = 0
            while len(taken) < self._sessions_per_piece and characters < _CHARACTERS:
                entry = await anext(entries, None)
                if entry is None:
                    break
                taken.append(entry)
                if not len(taken) % _CUT_AT_ONCE:
                    await asyncio.sleep(0)  # a whole piece takes two milliseconds
                for text in entry.texts():
                    characters += len(text)
                    self._alphabet.update(dict.fromkeys(text))
            if not taken and number:
                return
            alphabet = "".join(self._alphabet)
            yield _Request(taken, number == 0, under, alphabet, f"P{number}F")
            if not taken:
                return
            under = wording.heading(taken[-1], self._frame.headings)

    async def _draw(self, request: _Request) -> _Drawn:
        """Have a piece drawn, by whoever has the least to do."""
        said = {
            "draw": request.name,
            "frame": self._frame,
            "entries": request.entries,
            "opens": request.opens,
            "under": request.under,
            "alphabet": request.alphabet,
            "prefix": request.prefix,
        }
        worker, _ = await self._ask(Message(said), keeps=request.name)
        return _Drawn(request, worker, worker.life)

    async def _place_next(self) -> None:
        """Have the next piece placed where the one before ended."""
        drawn = await self._drawing[0]
        answer = await self._ask_to_place(drawn)
        self._drawing.popleft()
        self._kept.pop(drawn.request.name, None)
        _, *pages = answer.parts
        said = {
            "first_page": 0 if self._place is None else self._place[0],
            "marks": answer.said["marks"],
            "fonts": answer.said["fonts"],
            "pages": len(pages),
        }
        self._placed.append(Message(said, answer.parts))
        self._place = answer.said["at"]
        self._rendered += len(drawn.request.entries)
        self._progress(self._rendered)

    async def _ask_to_place(self, drawn: _Drawn) -> Message:
        """Ask the process that keeps the piece; have it drawn again, if that one is gone."""
        message = Message({"place": drawn.request.name, "at": self._place})
        for _ in range(_ATTEMPTS):
            try:
                return await drawn.worker.ask(message, life=drawn.life)
            except WorkLost:
                pass
            except WorkFailed as error:
                if not error.may_work_again:
                    raise
            drawn = await self._draw(drawn.request)
        return await drawn.worker.ask(message, life=drawn.life)

    async def _ask(self, message: Message, *, keeps: str | None = None) -> tuple[Worker, Message]:
        """Ask a worker, and once more if it died."""
        for attempt in count(1):
            worker = self._workers.least_busy()
            if keeps is not None:
                self._kept[keeps] = worker
            try:
                return worker, await worker.ask(message)
            except WorkFailed as error:
                if not error.may_work_again or attempt == _ATTEMPTS:
                    raise
        raise AssertionError

    def leave(self) -> None:
        """Take back what was asked for, and have forgotten what is kept for nothing."""
        for task in self._drawing:
            task.cancel()
        for worker in self._workers.all:
            names = [name for name, keeper in self._kept.items() if keeper is worker]
            if names:
                worker.tell(Message({"forget": names}), life=worker.life)


async def _each(entries: Iterable[Entry] | AsyncIterable[Entry]) -> AsyncIterator[Entry]:
    if isinstance(entries, AsyncIterable):
        async for entry in entries:
            yield entry
    else:
        for entry in entries:
            yield entry
