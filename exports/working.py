"""What a child process does: read a question, answer it, until nobody asks any more."""

import gc
import os
import signal
import sys
import traceback
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from exports.messages import Message, encoded, read

_ROOT: Final = Path(__file__).parent.parent

# More than the server waits before it kills: this is for when there is no server any more.
_SECONDS_ALONE: Final = 5

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


def offer_processor() -> None:
    """Let whoever waits for this processor have it now, instead of when the system takes it away.

    That can be three milliseconds later, which is several times what a page takes.
    """
    if hasattr(os, "sched_yield"):
        os.sched_yield()


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
    while (message := read(sys.stdin.buffer)) is not None:
        _alarm(seconds + _SECONDS_ALONE)
        try:
            answered = answer(message)
        except MemoryError:
            answered = Message({"failed": "MemoryError"})
        except Exception as error:  # noqa: BLE001 - whatever it is, it is the server's to tell
            answered = Message({"failed": _place_of(error)})
        _alarm(0)
        with suppress(BrokenPipeError):
            output.writelines(encoded(answered))
            output.flush()


def _alarm(seconds: int) -> None:
    if sys.platform != "win32":
        signal.alarm(seconds)


def _place_of(error: Exception) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    last = frames[-1]
    ours = next((frame for frame in reversed(frames) if "exports" in frame.filename), last)
    places = dict.fromkeys(f"{Path(at.filename).name}:{at.lineno}" for at in (ours, last))
    return f"{type(error).__name__} at {', '.join(places)}"
