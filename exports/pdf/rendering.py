"""A session history rendered in pieces, side by side, and bound: never on the event loop."""

import asyncio
from collections.abc import AsyncIterable, AsyncIterator, Callable, Iterable
from dataclasses import dataclass, field
from itertools import count
from typing import Any, Final

from exports.messages import Message
from exports.pdf import wording
from exports.pdf.document import Entry, HistoryFrame
from exports.workers import Worker, Workers, WorkFailed, WorkLost, WorkTookTooLong

MODULE: Final = "exports.pdf.worker"

# Measured with 540 characters of notes each: fewer sessions cost more, more do not gain.
_SESSIONS: Final = 50
_CHARACTERS: Final = 60_000

# Pieces that were read and are not placed, for each worker: one drawn, one that waits, one more.
_AHEAD: Final = 3

# Codes are given in this order first. These the document uses whatever people wrote.
_ALPHABET: Final = "".join(map(chr, range(0x20, 0x7F))) + "–·"

_names = count()


class RenderingFailed(Exception):
    """The document could not be made: a worker died twice, ran out of memory, or had no answer."""


class RenderingTookTooLong(RenderingFailed):
    """A part of the document took longer than a worker may, twice."""


@dataclass(frozen=True, slots=True)
class _Request:
    """A piece that is to be drawn."""

    name: str
    entries: list[Entry]
    said: dict[str, Any]


@dataclass(slots=True)
class _Drawn:
    """A piece that a worker keeps."""

    request: _Request
    worker: Worker
    life: int


@dataclass(slots=True)
class _Placed:
    """What binding needs of a piece."""

    said: dict[str, Any]
    parts: list[bytes] = field(repr=False)


async def render_history(
    frame: HistoryFrame,
    entries: Iterable[Entry] | AsyncIterable[Entry],
    *,
    workers: Workers,
    progress: Callable[[int], None] = lambda _: None,
) -> bytes:
    """The document as a PDF.

    Sessions are read as they are needed, so few of them are in memory at once.

    Args:
        frame: what is said once.
        entries: the sessions, in their order.
        workers: who renders, running `MODULE`.
        progress: is told how many sessions are rendered, each time more are.

    Raises:
        RenderingFailed: a worker died, ran out of memory or failed, and did so again.
        RenderingTookTooLong: a worker was killed for the time it took, and so was the next.
    """
    rendering = _Rendering(frame, _each(entries), workers, progress)
    try:
        return await rendering.run()
    except WorkTookTooLong as error:
        raise RenderingTookTooLong(str(error)) from error
    except WorkFailed as error:
        raise RenderingFailed(str(error)) from error
    finally:
        rendering.forget()


async def _each(entries: Iterable[Entry] | AsyncIterable[Entry]) -> AsyncIterator[Entry]:
    if isinstance(entries, AsyncIterable):
        async for entry in entries:
            yield entry
    else:
        for entry in entries:
            yield entry


class _Rendering:
    def __init__(
        self,
        frame: HistoryFrame,
        entries: AsyncIterator[Entry],
        workers: Workers,
        progress: Callable[[int], None],
    ) -> None:
        self._frame = frame
        self._entries = entries
        self._workers = workers
        self._progress = progress
        self._rendered = 0
        self._alphabet = dict.fromkeys(_ALPHABET + frame.client)
        self._drawing: dict[str, asyncio.Task[_Drawn]] = {}
        self._forgetting: set[asyncio.Task[None]] = set()

    async def run(self) -> bytes:
        """Draw pieces ahead, place them in order, bind them."""
        placed: list[_Placed] = []
        place: list[Any] | None = None
        waiting: list[asyncio.Task[_Drawn]] = []
        ahead = _AHEAD * len(self._workers.all)
        async for request in self._requests():
            waiting.append(self._begin(request))
            if len(waiting) < ahead:
                continue
            place = await self._place(waiting.pop(0), place, placed)
        for drawing in waiting:
            place = await self._place(drawing, place, placed)
        message = Message(
            {
                "bind": [one.said for one in placed],
                "frame": self._frame,
                "alphabet": "".join(self._alphabet),
            },
            [part for one in placed for part in one.parts],
        )
        placed.clear()
        (document,) = (await self._asked(message)).parts
        return document

    async def _requests(self) -> AsyncIterator[_Request]:
        """The document cut in pieces: so many sessions, or fewer with long notes."""
        under = ""
        for number in count():
            taken: list[Entry] = []
            characters = 0
            while len(taken) < _SESSIONS and characters < _CHARACTERS:
                try:
                    entry = await anext(self._entries)
                except StopAsyncIteration:
                    break
                taken.append(entry)
                for text in entry.texts():
                    characters += len(text)
                    self._alphabet.update(dict.fromkeys(text))
            if not taken and number:
                return
            name = f"{next(_names)}"
            yield _Request(
                name,
                taken,
                {
                    "draw": name,
                    "frame": self._frame,
                    "opens": number == 0,
                    "under": under,
                    "alphabet": "".join(self._alphabet),
                    "prefix": f"P{number}F",
                },
            )
            if not taken:
                return
            under = wording.heading(taken[-1], self._frame.headings)

    def _begin(self, request: _Request) -> asyncio.Task[_Drawn]:
        task = asyncio.create_task(self._draw(request))
        self._drawing[request.name] = task
        return task

    async def _draw(self, request: _Request) -> _Drawn:
        message = Message(request.said | {"entries": request.entries})
        worker = self._workers.least_busy()
        try:
            await worker.ask(message)
        except WorkFailed as error:
            if not error.may_work_again:
                raise
            worker = self._workers.least_busy()
            await worker.ask(message)
        return _Drawn(request, worker, worker.life)

    async def _place(
        self, drawing: asyncio.Task[_Drawn], place: list[Any] | None, placed: list[_Placed]
    ) -> list[Any]:
        drawn = await drawing
        request = drawn.request
        message = Message({"place": request.name, "at": place})
        try:
            answer = await drawn.worker.ask(message, life=drawn.life)
        except (WorkLost, WorkFailed) as error:
            if isinstance(error, WorkFailed) and not error.may_work_again:
                raise
            again = await self._draw(request)
            answer = await again.worker.ask(message, life=again.life)
        del self._drawing[request.name]
        self._rendered += len(request.entries)
        self._progress(self._rendered)
        own_fonts, *pages = answer.parts
        said = {
            "first_page": 0 if place is None else place[0],
            "marks": answer.said["marks"],
            "fonts": answer.said["fonts"],
            "pages": len(pages),
        }
        placed.append(_Placed(said, [own_fonts, *pages]))
        at: list[Any] = answer.said["at"]
        return at

    async def _asked(self, message: Message) -> Message:
        try:
            return await self._workers.least_busy().ask(message)
        except WorkFailed as error:
            if not error.may_work_again:
                raise
        return await self._workers.least_busy().ask(message)

    def forget(self) -> None:
        """Let the workers forget what was drawn and will not be placed."""
        for task in self._drawing.values():
            task.cancel()
