"""Processor time and cores, where the system tells and lets one choose."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Cores:
    """Where servers run, and where the load comes from; None where nothing is pinned."""

    server: int | None
    load: int | None


def choose_cores() -> Cores:
    """One core for servers and another for the load; nothing with fewer than two to choose from."""
    if not hasattr(os, "sched_getaffinity"):
        return Cores(None, None)
    allowed = sorted(os.sched_getaffinity(0))
    return Cores(allowed[0], allowed[1]) if len(allowed) > 1 else Cores(None, None)


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


def cpu_seconds(process_id: int) -> float | None:
    """What a process and its threads have computed so far (proc(5)); None without /proc."""
    path = Path(f"/proc/{process_id}/stat")
    if not path.exists():
        return None
    # The second field is the program's name in parentheses, which may hold anything itself.
    fields = path.read_text().rpartition(")")[2].split()
    user, system = int(fields[11]), int(fields[12])
    return (user + system) / os.sysconf("SC_CLK_TCK")
