"""The sessions of a practice of any size, one after the other, in memory for one of them.

Clients are alike, with two hundred sessions each. Where there are enough for it, one has ten
thousand and one more than fifty thousand. Everybody's are spread over the years, and over the
table: those of one page were not written side by side.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Final, Self

from benchmarks.rows import SENTENCES
from models.folding import fold
from models.identifiers import Kind, seeded_id
from models.instants import to_text

EACH: Final = 200
"""Sessions of a client like all others."""

LONG: Final = 10_000
DEEP: Final = 50_050
"""A thousand pages of fifty, and some more."""

COLUMNS: Final = (
    *("practitioner_id", "id", "client_id", "service_id", "calendar_id", "starts_at", "ends_at"),
    *("duration_minutes", "status", "overlap_allowed", "price_minor", "currency"),
    *("customer_notes", "customer_notes_folded", "private_notes", "cancelled_at", "cancelled_by"),
    *("rescheduled_count", "created_at", "updated_at", "version"),
)

_BEGINNING: Final = datetime(2021, 5, 14, tzinfo=UTC)
_STEP: Final = timedelta(minutes=5)
_STEPS: Final = 5 * 365 * 24 * 12
_TOGETHER: Final = _STEPS // 365
_AHEAD: Final = _STEPS // 50
_MINUTES: Final = (30, 50, 90, 60, 20)
_PAST: Final = (*(("COMPLETED",) * 8), "CANCELLED", "NO_SHOW")
_AHEAD_STATUS: Final = ("CONFIRMED", "CONFIRMED", "PENDING")
_NOTES: Final = 997


@dataclass(frozen=True, slots=True)
class Shares:
    """Whose the sessions of a practice are."""

    alike: list[str]
    long: str | None
    deep: str | None

    @classmethod
    def of(cls, sessions: int) -> Self:
        """Clients for this many sessions."""
        random = Random(3)  # noqa: S311 - to be repeated, not to be secret

        def client() -> str:
            return seeded_id(Kind.CLIENT, random, at_ms=0)

        has_room = sessions >= 4 * (LONG + DEEP)
        long, deep = (client(), client()) if has_room else (None, None)
        left = sessions - (LONG + DEEP if has_room else 0)
        return cls([client() for _ in range(max(1, left // EACH))], long, deep)

    @property
    def clients(self) -> list[str]:
        """All of them."""
        return [*(one for one in (self.long, self.deep) if one is not None), *self.alike]

    def in_turn(self, sessions: int) -> Iterator[str]:
        """Whose each session is: the two long histories run through all the others."""
        counts = {self.long: LONG, self.deep: DEEP}
        others = {one: count for one, count in counts.items() if one is not None}
        given = dict.fromkeys(others, 0)
        alike, turn = len(self.alike), 0
        for number in range(sessions):
            for one, count in others.items():
                if given[one] < count and given[one] <= number * count // sessions:
                    given[one] += 1
                    yield one
                    break
            else:
                yield self.alike[turn % alike]
                turn += 1


def sessions_of(
    shares: Shares, sessions: int, *, owner: str, services: list[str], calendars: list[str]
) -> Iterator[tuple[object, ...]]:
    """Rows of `COLUMNS`, in the order of their ids."""
    random = Random(4)  # noqa: S311 - to be repeated, not to be secret
    clock = [to_text(_BEGINNING + _STEP * step) for step in range(_STEPS + 600)]
    notes = [" ".join(random.sample(SENTENCES, 2)) for _ in range(_NOTES)]
    folded = [fold(note) for note in notes]
    made_at = clock[0]
    for number, client in enumerate(shares.in_turn(sessions)):
        chance = random.getrandbits(64)
        minutes = _MINUTES[chance % 5]
        step = (_STEPS - _TOGETHER) * number // sessions + (chance >> 8) % _TOGETHER
        statuses = _PAST if step < _STEPS - _AHEAD else _AHEAD_STATUS
        status = statuses[(chance >> 24) % len(statuses)]
        is_cancelled = status == "CANCELLED"
        note = (chance >> 32) % _NOTES
        yield (
            owner,
            # As ids are: by time first, and then by chance.
            f"ses_0{number:09x}{chance:016x}",
            client,
            services[chance % 5],
            calendars[(chance >> 16) % len(calendars)],
            clock[step],
            clock[step + minutes // 5],
            minutes,
            status,
            1,  # who may overlap need not be compared with all others
            9_000,
            "EUR",
            notes[note],
            folded[note],
            notes[note - 1],
            made_at if is_cancelled else None,
            "CLIENT" if is_cancelled else None,
            0,
            made_at,
            made_at,
            1,
        )
