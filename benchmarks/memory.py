"""The most memory that a process and those it started have had, as Linux counts it (proc(5))."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

from benchmarks.processor import tree

_PEAK_STARTS_ANEW: Final = "5"


@dataclass(frozen=True, slots=True)
class Peak:
    """In kilobytes: of the process, and of it with all that it started, added up."""

    own: int
    tree: int

    @classmethod
    def of(cls, process_id: int) -> Self:
        """Since `start_anew`, or since each began."""
        peaks = [_told(one, "VmHWM") for one in tree(process_id)]
        return cls(peaks[0], sum(peaks))

    def since(self, earlier: Self) -> "Peak":
        """By how much it grew."""
        return Peak(self.own - earlier.own, self.tree - earlier.tree)


def is_told() -> bool:
    """Whether this system tells."""
    return Path("/proc/self/clear_refs").exists()


def start_anew(process_id: int) -> None:
    """Take what there is now for the most."""
    for one in tree(process_id):
        Path(f"/proc/{one}/clear_refs").write_text(_PEAK_STARTS_ANEW)


@dataclass(frozen=True, slots=True)
class Memory:
    """In megabytes, of a process with all that it started: the most it had, and what of it is its.

    The most (VmHWM) counts what it has read of a file that is mapped, as some map SQLite's, which
    all processes share; `own` (RssAnon) is what it has now and shares with nobody.
    """

    most: float
    own: float

    @classmethod
    def of(cls, process_id: int) -> Self | None:
        """As it is now; None where the system does not tell."""
        if not is_told():
            return None
        processes = tree(process_id)
        most, own = (sum(_told(one, key) for one in processes) for key in ("VmHWM", "RssAnon"))
        return cls(most / 1024, own / 1024)


def _told(process_id: int, key: str) -> int:
    status = Path(f"/proc/{process_id}/status").read_text()
    (line,) = [line for line in status.splitlines() if line.startswith(f"{key}:")]
    return int(line.split()[1])
