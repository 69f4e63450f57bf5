"""A practice with one long history with notes, beside the histories of two hundred others."""

import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from itertools import chain
from pathlib import Path
from random import Random
from typing import Final

from benchmarks import rows
from benchmarks.practice import Practice, database_in
from benchmarks.rows import Row
from benchmarks.store import CACHE, kept_practice
from models.folding import fold
from models.identifiers import Kind, seeded_id
from models.instants import to_text
from models.migrate import migrations

NEIGHBOURS: Final = 10_000
"""Sessions of everybody else: their pages are what is asked for while an export is made."""

IN_A_DOCUMENT: Final = 800

_CLIENTS: Final = "clients"
_BEGINNING: Final = datetime(1978, 1, 2, 7, tzinfo=UTC)
_MINUTES_BETWEEN: Final = (10, 15, 25, 30, 45)
_NOTES: Final = 4_001
_SHORTEST_NOTE: Final = 100
_LONGEST_NOTE: Final = 540
_WITH_NOTES: Final = 0.6
_PRICES: Final = (6_000, 9_000, 12_050)
_STATUSES: Final = (*(("COMPLETED",) * 8), "CANCELLED", "NO_SHOW")
_REASONS: Final = (None, "Ill", "The train, again", "=moved", "“No time this week”")
_SCRIPTS: Final = (
    "今日は予定より早く来て、ゆっくり話すことができた。",
    "На этой неделе спала лучше и хочет продолжать.",
    "نامت هذا الأسبوع أفضل وتريد أن تستمر على ذلك.",
    "Αυτή την εβδομάδα κοιμήθηκε καλύτερα.",
)
_TROUBLE: Final = ('Said: "not again", twice.', "- one\n- two\n- three", "=1+1 is what she wrote;")


@dataclass(frozen=True, slots=True)
class LongHistory:
    """The practice, and whose history in it is the long one.

    `document_client_id` has as many sessions as a long PDF has, each with notes of full length.
    """

    practice: Practice
    client_id: str
    document_client_id: str
    sessions: int


def kept_long_history(sessions: int, *, tell: Callable[[str], None]) -> LongHistory:
    """A practice in which one client has this many sessions, made if there is none yet."""
    neighbours = kept_practice(NEIGHBOURS, tell=tell)
    folder = CACHE / _name(sessions)
    if not (folder / _CLIENTS).exists():
        tell(f"Making a history of {sessions:,} sessions, once, in {folder}")
        unfinished = Path(tempfile.mkdtemp(dir=CACHE))
        try:
            for path in neighbours.folder.iterdir():
                shutil.copy(path, unfinished)
            clients = _add_histories(database_in(unfinished), sessions)
            (unfinished / _CLIENTS).write_text(" ".join(clients))
            shutil.rmtree(folder, ignore_errors=True)
            unfinished.rename(folder)
        finally:
            shutil.rmtree(unfinished, ignore_errors=True)
    client_id, document_client_id = (folder / _CLIENTS).read_text().split()
    return LongHistory(Practice.read(folder), client_id, document_client_id, sessions)


def _name(sessions: int) -> str:
    made_by = Path(__file__).read_bytes() + Path(rows.__file__).read_bytes()
    latest = migrations("sqlite")[-1].name
    return f"history-{sessions}-{latest}-{sha256(made_by).hexdigest()[:8]}"


def _add_histories(path: Path, sessions: int) -> tuple[str, str]:
    random = Random(2)  # noqa: S311 - to be repeated, not to be secret
    database = sqlite3.connect(path, isolation_level=None)
    try:
        database.execute("PRAGMA synchronous=OFF")
        database.execute("PRAGMA cache_size=-400000")
        database.execute("BEGIN")
        notes = [_note(random) for _ in range(_NOTES)]
        mixed = _add_history(database, random, sessions, notes, with_notes=_WITH_NOTES)
        longest = [_note(random, shortest=_LONGEST_NOTE) for _ in range(_NOTES)]
        document = _add_history(database, random, IN_A_DOCUMENT, longest, with_notes=1)
        database.execute("COMMIT")
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        database.close()
    return mixed, document


def _add_history(
    database: sqlite3.Connection,
    random: Random,
    sessions: int,
    notes: list[tuple[str, str]],
    *,
    with_notes: float,
) -> str:
    """Add a client with this many sessions; their id."""
    client_id = seeded_id(Kind.CLIENT, random, at_ms=0)
    database.execute(
        "INSERT INTO client SELECT practitioner_id, ?, 'Zoë 山田', email, phone, time_zone, "
        "search_text, sort_name, created_at, updated_at, version FROM client LIMIT 1",
        [client_id],
    )
    (owner,) = database.execute("SELECT id FROM practitioner").fetchone()
    services = database.execute("SELECT id, duration_minutes FROM service").fetchall()
    calendars = [one for (one,) in database.execute("SELECT id FROM calendar")]
    owned = {"practitioner_id": owner, "client_id": client_id}
    made = (
        {**owned, **one, **_notes(random, notes, with_notes)}
        for one in _sessions(random, services, calendars, sessions)
    )
    first = next(made)
    statement = (
        f"INSERT INTO session ({', '.join(first)}) "
        f"VALUES ({', '.join(f':{column}' for column in first)})"
    )
    database.executemany(statement, chain([first], made))
    return client_id


def _notes(random: Random, notes: list[tuple[str, str]], with_notes: float) -> Row:
    text, folded = random.choice(notes) if random.random() < with_notes else (None, None)
    return {"customer_notes": text, "customer_notes_folded": folded}


def _sessions(
    random: Random, services: list[tuple[str, int]], calendars: list[str], count: int
) -> Iterator[Row]:
    starts_at = _BEGINNING
    made_at = to_text(_BEGINNING)
    for _ in range(count):
        starts_at += timedelta(minutes=random.choice(_MINUTES_BETWEEN))
        service_id, minutes = random.choice(services)
        status = random.choice(_STATUSES)
        is_cancelled = status == "CANCELLED"
        yield {
            "id": seeded_id(Kind.SESSION, random, at_ms=int(starts_at.timestamp() * 1000)),
            "service_id": service_id,
            "calendar_id": random.choice(calendars),
            "starts_at": to_text(starts_at),
            "ends_at": to_text(starts_at + timedelta(minutes=minutes)),
            "duration_minutes": minutes,
            "status": status,
            "cancelled_at": to_text(starts_at - timedelta(hours=50)) if is_cancelled else None,
            "cancelled_by": "CLIENT" if is_cancelled else None,
            "cancellation_reason": random.choice(_REASONS) if is_cancelled else None,
            "overlap_allowed": 1,
            "price_minor": random.choice(_PRICES),
            "currency": "EUR",
            "rescheduled_count": int(random.random() < 0.1),
            "created_at": made_at,
            "updated_at": made_at,
            "version": 1,
        }


def _note(random: Random, *, shortest: int = _SHORTEST_NOTE) -> tuple[str, str]:
    """A note, and how it is kept for searches; one in five has more than Latin prose in it."""
    length = random.randint(shortest, _LONGEST_NOTE)
    kind = random.random()
    sentences = _SCRIPTS if kind < 0.1 else rows.SENTENCES
    text = random.choice(_TROUBLE) if kind > 0.9 else ""
    while len(text) < length:
        text = f"{text} {random.choice(sentences)}".lstrip()
    return text[:length], fold(text[:length])
