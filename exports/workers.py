"""Child processes that do what takes long and what could run away: never on the event loop."""

import asyncio
import math
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from exports.messages import Message, encoded, received

_ROOT: Final = Path(__file__).parent.parent


class WorkFailed(Exception):
    """A worker could not do what it was asked: it said so, it died, or it ran out of memory."""

    def __init__(self, why: str, *, may_work_again: bool) -> None:
        super().__init__(why)
        self.may_work_again = may_work_again
        """Whether it is worth asking another worker."""


class WorkTookTooLong(WorkFailed):
    """A worker was killed because its time was over."""

    def __init__(self) -> None:
        super().__init__("its time was over", may_work_again=True)


class WorkLost(Exception):
    """The process that kept something is gone, and what it kept with it."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a child process may take."""

    memory_bytes: int = 512 * 1024 * 1024
    """Its address space, libraries included."""
    seconds: float = 30
    """How long it may take to answer."""
    idle_seconds: float = 60
    """How long it is kept with nothing to do."""


class Worker:
    """A place for one child process: started when asked something, and again after it died."""

    def __init__(self, module: str, limits: Limits) -> None:
        self.life = 0
        """Which process this is: what one process keeps, the next one has not."""
        self._module = module
        self._limits = limits
        self._process: Process | None = None
        self._turn = asyncio.Lock()
        self._asking: set[asyncio.Task[Message]] = set()
        self._answering: asyncio.Task[Any] | None = None
        self._retiring: asyncio.TimerHandle | None = None
        self._retired: asyncio.Task[int] | None = None

    @property
    def process_id(self) -> int | None:
        """The child's; None while there is none."""
        return None if self._process is None else self._process.pid

    @property
    def waiting(self) -> int:
        """How many wait for an answer."""
        return len(self._asking)

    async def ask(self, message: Message, *, life: int | None = None) -> Message:
        """What the child answers.

        Whoever is cancelled while waiting for a turn gives it up. Once the child has begun it goes
        on, until its answer or until its time is over: others may have something in it.

        Args:
            message: what is asked.
            life: the process that must answer; None for any.

        Raises:
            WorkFailed: the child said so, or died.
            WorkTookTooLong: the child was killed.
            WorkLost: it is another process by now.
        """
        asking = self._asked(message, life)
        try:
            return await asyncio.shield(asking)
        except asyncio.CancelledError:
            if asking is not self._answering:
                asking.cancel()
            raise

    def tell(self, message: Message, *, life: int) -> None:
        """Have a process do something that nobody waits for; nothing, if it is gone."""
        self._asked(message, life)

    def _asked(self, message: Message, life: int | None) -> asyncio.Task[Message]:
        asking = asyncio.create_task(self._ask(message, life))
        self._asking.add(asking)
        asking.add_done_callback(self._answered)
        return asking

    def _answered(self, asking: asyncio.Task[Message]) -> None:
        self._asking.discard(asking)
        if not asking.cancelled():
            asking.exception()  # whoever asked may have left; then nobody else looks at it
        if not self._asking and self._process is not None:
            loop = asyncio.get_running_loop()
            self._retiring = loop.call_later(self._limits.idle_seconds, self._retire)

    def _retire(self) -> None:
        process, self._process = self._process, None
        if process is not None and process.stdin is not None:
            process.stdin.close()  # the end of its input is what a child ends at
            self._retired = asyncio.create_task(process.wait())

    async def _ask(self, message: Message, life: int | None) -> Message:
        async with self._turn:
            self._answering = asyncio.current_task()
            if self._retiring is not None:
                self._retiring.cancel()
            if life is not None and (self._process is None or life != self.life):
                raise WorkLost
            try:
                async with asyncio.timeout(self._limits.seconds):
                    answer = await self._exchange(message)
            except TimeoutError:
                await self._end()
                raise WorkTookTooLong from None
            except (asyncio.IncompleteReadError, OSError, RuntimeError) as error:
                # uvloop says by a RuntimeError that a pipe is closed (0.23).
                await self._end()
                raise WorkFailed("the worker died", may_work_again=True) from error
            except asyncio.CancelledError:
                await self._end()
                raise
            failure = answer.said.get("failed")
            if failure is None:
                return answer
            if failure == "MemoryError":
                await self._end()
                raise WorkFailed("the worker ran out of memory", may_work_again=True)
            raise WorkFailed(failure, may_work_again=False)

    async def _exchange(self, message: Message) -> Message:
        process = self._process or await self._start()
        if process.stdin is None or process.stdout is None:
            raise WorkFailed("the worker has no pipes", may_work_again=False)
        # A child reads all of a question before it answers, so writing all of it first is safe.
        process.stdin.writelines(encoded(message))
        await process.stdin.drain()
        return await received(process.stdout)

    async def _start(self) -> Process:
        limits = self._limits
        self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", self._module, str(limits.memory_bytes), str(math.ceil(limits.seconds))),
            stdin=PIPE,
            stdout=PIPE,
            # What libraries complain about may quote what they were given.
            stderr=DEVNULL,
            cwd=_ROOT,
            # Of what the server was started with, a child gets nothing: no keys, no passwords.
            env={},
            # Ctrl-C at a terminal is the server's to handle.
            start_new_session=True,
        )
        self.life += 1
        return self._process

    async def _end(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()

    async def close(self) -> None:
        """End the child, whatever it is doing."""
        asking = list(self._asking)
        for one in asking:
            one.cancel()
        await asyncio.gather(*asking, return_exceptions=True)
        if self._retiring is not None:
            self._retiring.cancel()
        await self._end()
        if self._retired is not None:
            await self._retired


class Workers:
    """At most so many child processes, of one server process; they are started as needed."""

    def __init__(self, module: str, *, at_most: int = 2, limits: Limits | None = None) -> None:
        self.all: Sequence[Worker] = [Worker(module, limits or Limits()) for _ in range(at_most)]

    def least_busy(self) -> Worker:
        """The one with the fewest waiting for it."""
        return min(self.all, key=lambda worker: worker.waiting)

    async def close(self) -> None:
        """End all children."""
        await asyncio.gather(*(worker.close() for worker in self.all))

    async def __aenter__(self) -> "Workers":
        """Nothing is started yet."""
        return self

    async def __aexit__(self, *_: Any) -> None:
        """No process is left behind."""
        await self.close()
