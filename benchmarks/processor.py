"""Processor time and cores, where the system tells and lets one choose."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Cores:
    """Where servers run, the load and a database server; None where nothing is pinned."""

    server: int | None
    load: int | None
    database: int | None


def choose_cores() -> Cores:
    """A core for each; nothing with fewer than two to choose from.

    With two, servers and the database have one together: then requests/s is what both do for a
    core's time, and the load, which times it, is left alone.
    """
    if not hasattr(os, "sched_getaffinity"):
        return Cores(None, None, None)
    allowed = sorted(os.sched_getaffinity(0))
    if len(allowed) < 2:
        return Cores(None, None, None)
    return Cores(allowed[0], allowed[1], allowed[2] if len(allowed) > 2 else allowed[0])


@contextmanager
def pinned(core: int | None) -> Iterator[None]:
    """Processes that are started in this block run on `core`.

    They inherit it. Pinning one later would miss the threads that it has started by then.
    """
    if core is None:
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {core})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def pin(process_id: int, core: int | None) -> None:
    """Let a process, those that it started, and those that these will start run on `core` only."""
    if core is None:
        return
    for one in tree(process_id):
        with suppress(ProcessLookupError):  # it has ended since
            os.sched_setaffinity(one, {core})


def cpu_seconds(process_id: int) -> float | None:
    """What a process and its threads have computed so far (proc(5)); None without /proc."""
    path = Path(f"/proc/{process_id}/stat")
    if not path.exists():
        return None
    return sum(_ticks(process_id)[:2]) / os.sysconf("SC_CLK_TCK")


def cpu_seconds_of_all(process_id: int) -> float | None:
    """The same with all that it started, those that have ended too."""
    if not Path(f"/proc/{process_id}/stat").exists():
        return None
    return sum(sum(_ticks(one)) for one in tree(process_id)) / os.sysconf("SC_CLK_TCK")


def tree(process_id: int) -> list[int]:
    """A process and all that it started, that run."""
    found = [process_id]
    for one in found:  # which grows meanwhile
        with suppress(FileNotFoundError, ProcessLookupError):  # it has ended since
            for task in Path(f"/proc/{one}/task").iterdir():
                found += map(int, (task / "children").read_text().split())
    return found


def _ticks(process_id: int) -> list[int]:
    # The second field is the program's name in parentheses, which may hold anything itself.
    try:
        fields = Path(f"/proc/{process_id}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):  # it has ended since, and its parent has these
        return []
    # Its own, and of children that it has waited for: each in user mode and in the kernel.
    return [int(field) for field in fields[11:15]]
