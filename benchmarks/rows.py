"""The rows of the practice: the same ones every time, whatever the machine and the day."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import product
from random import Random
from typing import Final, TypeAlias

from models.enums import SessionStatus
from models.folding import fold, search_text, sort_key
from models.identifiers import Kind, seeded_id
from models.instants import to_text

Row: TypeAlias = dict[str, object]

CLIENTS: Final = 200
_LONGEST_HISTORY: Final = 2_000

_NOW: Final = datetime(2026, 5, 14, 12, tzinfo=UTC)
_NOW_TEXT: Final = to_text(_NOW)
_NOW_MS: Final = int(_NOW.timestamp() * 1000)
_QUARTERS_OF_AN_HOUR_BACK: Final = 5 * 365 * 24 * 4
_QUARTERS_OF_AN_HOUR_AHEAD: Final = 90 * 24 * 4

_SERVICES: Final = {
    "First conversation": 30,
    "Coaching": 50,
    "Couples’ session": 90,
    "Supervision": 60,
    "Follow-up by phone": 20,
}
_CALENDARS: Final = ("Practice", "Online", "Home visits")
_GIVEN_NAMES: Final = (
    *("Ada", "Björn", "Chiara", "Dmitri", "Élodie"),
    *("Fatima", "Goran", "Hanna", "İpek", "Jürgen"),
)
_FAMILY_NAMES: Final = (
    *("Adler", "Brandt", "Çelik", "Dubois", "Eriksson", "Fischer", "García", "Horváth", "Ivanova"),
    *("Jansen", "Kowalski", "Lindqvist", "Meyer", "Novák", "Öztürk", "Petrov", "Quint", "Rossi"),
    *("Šimić", "Thomsen"),
)
SENTENCES: Final = (
    "Slept better this week and would like to go on with it.",
    "Please send the invoice to the company, as last time.",
    "Wants to talk about the move to Göteborg in autumn.",
    "Brought the diary; read the entries of Monday together.",
    "Asked for a time after six, because of the new work.",
    "Keep to the plan: two steps, then a week of rest.",
    "Came ten minutes late, “the tram again”; no hurry.",
    "Next time: begin with what went well since the last.",
)
_PAST: Final = (
    *((SessionStatus.COMPLETED,) * 8),
    SessionStatus.CANCELLED,
    SessionStatus.NO_SHOW,
)
_FUTURE: Final = (SessionStatus.CONFIRMED, SessionStatus.CONFIRMED, SessionStatus.PENDING)


def rows(sessions: int) -> Iterator[tuple[str, Row]]:
    """Each row with the name of its table, in an order that foreign keys accept."""
    random = Random(1)  # noqa: S311 - to be repeated, not to be secret

    def new_id(kind: Kind) -> str:
        return seeded_id(kind, random, at_ms=_NOW_MS)

    owner = new_id(Kind.PRACTITIONER)
    kept = {"created_at": _NOW_TEXT, "updated_at": _NOW_TEXT, "version": 1}
    owned = {"practitioner_id": owner, **kept}
    yield (
        "practitioner",
        {
            "id": owner,
            "name": "Dr. Marta Lindqvist",
            "email": "benchmarks@example.com",
            "email_folded": "benchmarks@example.com",
            "password_hash": "-",
            "time_zone": "Europe/Berlin",
            "currency": "EUR",
            **kept,
        },
    )
    services = {new_id(Kind.SERVICE): minutes for minutes in _SERVICES.values()}
    for identifier, (name, minutes) in zip(services, _SERVICES.items(), strict=True):
        yield (
            "service",
            {
                "id": identifier,
                "name": name,
                "sort_name": sort_key(name),
                "duration_minutes": minutes,
                "price_minor": 9_000,
                "currency": "EUR",
                "active": 1,
                **owned,
            },
        )
    calendars = [new_id(Kind.CALENDAR) for _ in _CALENDARS]
    for identifier, name in zip(calendars, _CALENDARS, strict=True):
        yield (
            "calendar",
            {
                "id": identifier,
                "name": name,
                "sort_name": sort_key(name),
                "time_zone": "Europe/Berlin",
                **owned,
            },
        )
    clients = [new_id(Kind.CLIENT) for _ in range(CLIENTS)]
    names = [f"{given} {family}" for given, family in product(_GIVEN_NAMES, _FAMILY_NAMES)]
    for identifier, name in zip(clients, names, strict=True):
        yield (
            "client",
            {
                "id": identifier,
                "name": name,
                "time_zone": "Europe/Berlin",
                "search_text": search_text(name, None, None),
                "sort_name": sort_key(name),
                **owned,
            },
        )
    for client in _shared_out(clients, sessions):
        service = random.choice([*services])
        yield (
            "session",
            {
                "id": new_id(Kind.SESSION),
                "client_id": client,
                "service_id": service,
                "calendar_id": random.choice(calendars),
                **_when_and_how(random, minutes=services[service]),
                **_notes(random),
                # Whether a slot is free is not what is measured, and asking it of each of a hundred
                # thousand rows would take most of the time it takes to store them.
                "overlap_allowed": 1,
                "price_minor": 9_000,
                "currency": "EUR",
                "rescheduled_count": 0,
                **owned,
            },
        )


def longest_history(sessions: int) -> int:
    """How many of them one client has: more than a page, however few there are."""
    return min(_LONGEST_HISTORY, sessions // 2)


def _shared_out(clients: list[str], sessions: int) -> Iterator[str]:
    longest = longest_history(sessions)
    for number in range(sessions):
        yield clients[0] if number < longest else clients[1 + number % (len(clients) - 1)]


def _when_and_how(random: Random, *, minutes: int) -> Row:
    quarters = random.randint(-_QUARTERS_OF_AN_HOUR_BACK, _QUARTERS_OF_AN_HOUR_AHEAD)
    starts_at = _NOW + timedelta(minutes=15 * quarters)
    ends_at = starts_at + timedelta(minutes=minutes)
    status = random.choice(_PAST if ends_at <= _NOW else _FUTURE)
    is_cancelled = status is SessionStatus.CANCELLED
    return {
        "starts_at": to_text(starts_at),
        "ends_at": to_text(ends_at),
        "duration_minutes": minutes,
        "status": status.value,
        "cancelled_at": to_text(starts_at - timedelta(days=2)) if is_cancelled else None,
        "cancelled_by": "CLIENT" if is_cancelled else None,
    }


def _notes(random: Random) -> Row:
    customer_notes = " ".join(random.sample(SENTENCES, 2))
    return {
        "customer_notes": customer_notes,
        "customer_notes_folded": fold(customer_notes),
        "private_notes": " ".join(random.sample(SENTENCES, 2)),
    }
