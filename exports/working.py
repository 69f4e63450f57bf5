"""What a child process does: read a question, answer it, until nobody asks any more."""

import gc
import math
import os
import signal
import sys
import time
import traceback
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import FrameType
from typing import Any, Final

from exports.messages import Message, encoded, read

_ROOT: Final = Path(__file__).parent.parent

# More than the server waits before it kills: this is for when there is no server any more.
_SECONDS_ALONE: Final = 5
# The system takes the processor away from a process after three milliseconds or so, which is
# several times what a page takes that waits for it.
_OFFER_EVERY_SECONDS: Final = 0.0005

_NEVER: Final = (
    "socket.",
    "subprocess.",
    "os.exec",
    "os.fork",
    "os.posix_spawn",
    "os.spawn",
    "os.system",
    "ctypes.dlopen",
    "urllib.Request",
)


def be_modest(memory_bytes: int) -> None:
    """Take no more memory than that, and the processor only when nobody else wants it."""
    if sys.platform != "win32":
        import resource  # noqa: PLC0415 - there is none on Windows

        resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        os.nice(10)


def stay_inside() -> None:
    """Refuse the network, other programs, and files that are not of the program, from now on.

    Belt to the braces: nothing that is rendered should ask for any of it. It cannot be taken off.
    """
    roots = tuple(
        f"{Path(root).resolve()}{os.sep}" for root in (_ROOT, sys.prefix, sys.base_prefix)
    )
    writing = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_TRUNC

    def audit(event: str, arguments: tuple[Any, ...]) -> None:
        if event.startswith(_NEVER):
            raise PermissionError(event)
        if event == "open":
            path, _, flags = arguments
            if isinstance(path, int):
                return
            if flags & writing or not os.path.realpath(os.fsdecode(path)).startswith(roots):
                raise PermissionError(event)

    sys.addaudithook(audit)


def work(answer: Callable[[Message], Message], *, seconds: int) -> None:
    """Answer one question after the other.

    Args:
        answer: what to do. What it raises is told by its type and place alone: a message may
            quote what people wrote, and goes into a log.
        seconds: how long the server waits for an answer.
    """
    output = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what prints does not get between the answers
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)
    _be_ready_to_offer_processor()
    while (message := read(sys.stdin.buffer)) is not None:
        _compute_at_most(seconds + _SECONDS_ALONE)
        _offer_processor_every(_OFFER_EVERY_SECONDS)
        try:
            answered = answer(message)
        except MemoryError:
            answered = Message({"failed": "MemoryError"})
        except Exception as error:  # noqa: BLE001 - whatever it is, it is the server's to tell
            answered = Message({"failed": _place_of(error)})
        _offer_processor_every(0)
        with suppress(BrokenPipeError):
            output.writelines(encoded(answered))
            output.flush()


def _compute_at_most(seconds: int) -> None:
    """Be ended by the system after so many more seconds of computing."""
    if sys.platform != "win32":
        import resource  # noqa: PLC0415 - as above

        _, hard = resource.getrlimit(resource.RLIMIT_CPU)
        until = math.ceil(time.process_time()) + seconds
        soft = until if hard == resource.RLIM_INFINITY else min(until, hard)
        resource.setrlimit(resource.RLIMIT_CPU, (soft, hard))


def _be_ready_to_offer_processor() -> None:
    if sys.platform != "win32":
        signal.signal(signal.SIGALRM, _offer_processor)


def _offer_processor_every(seconds: float) -> None:
    """Let whoever waits for this processor have it that often; 0 to stop."""
    if sys.platform != "win32":
        signal.setitimer(signal.ITIMER_REAL, seconds, seconds)


def _offer_processor(_signal: int, _frame: FrameType | None) -> None:
    if hasattr(os, "sched_yield"):
        os.sched_yield()


def _place_of(error: Exception) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    last = frames[-1]
    ours = next((frame for frame in reversed(frames) if "exports" in frame.filename), last)
    places = dict.fromkeys(f"{Path(at.filename).name}:{at.lineno}" for at in (ours, last))
    return f"{type(error).__name__} at {', '.join(places)}"
