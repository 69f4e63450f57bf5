"""What somebody has still to be told: bounded, and honest about what it had to leave out."""

from typing import Final, NamedTuple

FOLDS_AT: Final = 100
MOST: Final = 1_000


class Told(NamedTuple):
    """A session changed.

    `missed` says that something before it goes untold.
    """

    session_id: str
    kind: str
    missed: bool


class Backlog:
    """Changes that wait to be told, oldest first.

    Of somebody who keeps up, every single one. Of somebody who lags, from `folds_at` on, only the
    last of each session, which is all that can be shown of it anyway: it is told as it is now.
    From `most` on the oldest are let go of, and the next one says so.
    """

    def __init__(self, *, folds_at: int = FOLDS_AT, most: int = MOST) -> None:
        self._folds_at = folds_at
        self._most = most
        self._waiting: dict[str, tuple[str, str]] = {}
        self._is_folded = False
        self._missed = False

    def __len__(self) -> int:
        return len(self._waiting)

    def add(self, entry_id: str, session_id: str, kind: str) -> None:
        """One more change."""
        if not self._is_folded and len(self._waiting) >= self._folds_at:
            self._fold()
        key = session_id if self._is_folded else entry_id
        self._waiting.pop(key, None)  # it moves to the end
        self._waiting[key] = (session_id, kind)
        if len(self._waiting) > self._most:
            del self._waiting[next(iter(self._waiting))]
            self._missed = True

    def miss(self) -> None:
        """Something is left out: the next that is told will say so."""
        self._missed = True

    def take(self, at_most: int) -> list[Told]:
        """The oldest that wait; they wait no longer."""
        taken = [
            Told(*self._waiting.pop(key), missed=False) for key in list(self._waiting)[:at_most]
        ]
        if taken:
            taken[0] = taken[0]._replace(missed=self._missed)
            self._missed = False
        if not self._waiting:
            self._is_folded = False
        return taken

    def _fold(self) -> None:
        last: dict[str, tuple[str, str]] = {}
        for session_id, kind in self._waiting.values():
            last.pop(session_id, None)
            last[session_id] = (session_id, kind)
        self._waiting, self._is_folded = last, True
