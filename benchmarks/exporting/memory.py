"""The most memory that a process and those it started have had, as Linux counts it (proc(5))."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

_PEAK_STARTS_ANEW: Final = "5"


@dataclass(frozen=True, slots=True)
class Peak:
    """In kilobytes: of the process, and of it with all that it started, added up."""

    own: int
    tree: int

    @classmethod
    def of(cls, process_id: int) -> Self:
        """Since `start_anew`, or since each began."""
        peaks = [_peak(one) for one in _tree(process_id)]
        return cls(peaks[0], sum(peaks))

    def since(self, earlier: Self) -> "Peak":
        """By how much it grew."""
        return Peak(self.own - earlier.own, self.tree - earlier.tree)


def is_told() -> bool:
    """Whether this system tells."""
    return Path("/proc/self/clear_refs").exists()


def start_anew(process_id: int) -> None:
    """Take what there is now for the most."""
    for one in _tree(process_id):
        Path(f"/proc/{one}/clear_refs").write_text(_PEAK_STARTS_ANEW)


def _tree(process_id: int) -> list[int]:
    found = [process_id]
    for one in found:  # which grows meanwhile
        for task in Path(f"/proc/{one}/task").iterdir():
            found += map(int, (task / "children").read_text().split())
    return found


def _peak(process_id: int) -> int:
    status = Path(f"/proc/{process_id}/status").read_text()
    (line,) = [line for line in status.splitlines() if line.startswith("VmHWM:")]
    return int(line.split()[1])
