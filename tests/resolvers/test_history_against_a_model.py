"""Over random records and filters: list, count and statistics agree with a plain Python model."""

import asyncio
import itertools
import os
import tempfile
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models import Client, Session
from models.database import Database
from models.enums import SessionStatus
from models.folding import fold
from models.migrate import upgrade
from models.private_notes import kept_notes
from models.sealing import Keyring
from tests.keys import KEYRING
from tests.practice import Practice

ASK = """
query ($id: ID!, $filter: SessionFilter, $sort: SessionSort!) {
  client(id: $id) {
    sessions(filter: $filter, sort: $sort, first: 100) {
      totalCount
      nodes { id }
      stats {
        total pending confirmed completed cancelled noShow upcoming cancellationRate noShowRate
        revenue { amount currency } firstSessionAt lastSessionAt
        byMonth { month total completed revenue { amount currency } }
        byService { service { name } total noShow }
      }
    }
  }
}
"""
ZONES = [
    "Europe/Berlin",
    "America/New_York",
    "Asia/Kathmandu",
    "Africa/Cairo",
    "America/Santiago",
    "Pacific/Apia",
    "Australia/Lord_Howe",
    "UTC",
]
GROUPS = list(SessionStatus)

# Around the days on which the clock changes in those zones, and around the turn of a year.
TURNS = [
    datetime(2026, 3, 29, 1, tzinfo=UTC),
    datetime(2026, 10, 25, 1, tzinfo=UTC),
    datetime(2026, 3, 8, 7, tzinfo=UTC),
    datetime(2026, 11, 1, 6, tzinfo=UTC),
    datetime(2026, 4, 23, 22, tzinfo=UTC),
    datetime(2026, 9, 6, 4, tzinfo=UTC),
    datetime(2026, 1, 1, tzinfo=UTC),
]
instants = st.builds(
    lambda turn, minutes: turn + timedelta(minutes=minutes),
    st.sampled_from(TURNS),
    st.integers(-4 * 24 * 60, 4 * 24 * 60),
)


@dataclass(frozen=True)
class Planned:
    """A session as the model knows it."""

    starts_at: datetime
    duration_minutes: int
    status: SessionStatus
    service: int
    calendar: int
    price_minor: int
    currency: str
    customer_notes: str | None
    private_notes: str | None

    @property
    def ends_at(self) -> datetime:
        return self.starts_at + timedelta(minutes=self.duration_minutes)


notes = st.none() | st.sampled_from(["Homework", "HOMEWORK due", "breathing", "straße"])
planned = st.builds(
    Planned,
    starts_at=instants,
    duration_minutes=st.integers(1, 1440),
    status=st.sampled_from(GROUPS),
    service=st.integers(0, 1),
    calendar=st.integers(0, 1),
    price_minor=st.integers(0, 20_000),
    currency=st.sampled_from(["EUR", "JPY"]),
    customer_notes=notes,
    private_notes=notes,
)
days = st.builds(lambda at: at.date(), instants)


@st.composite
def filters(draw: st.DrawFn) -> dict[str, Any]:
    """Any combination of the parts of a filter."""
    parts: dict[str, st.SearchStrategy[Any]] = {
        "period": st.sampled_from(["ALL", "UPCOMING", "PAST"]),
        "statuses": st.lists(st.sampled_from(GROUPS), min_size=1, max_size=3),
        "services": st.lists(st.integers(0, 1), min_size=1, max_size=2),
        "calendars": st.lists(st.integers(0, 1), min_size=1, max_size=2),
        "from": days,
        "to": days,
        "timeZone": st.sampled_from(ZONES),
        "text": st.sampled_from(["homework", "STRASSE", "e", "nothing"]),
        "needsStatus": st.booleans(),
    }
    chosen = draw(st.sets(st.sampled_from(sorted(parts)), max_size=4))
    wanted = {name: draw(parts[name]) for name in sorted(chosen)}
    if "from" in wanted and "to" in wanted and wanted["to"] < wanted["from"]:
        wanted["from"], wanted["to"] = wanted["to"], wanted["from"]
    return wanted


def passes(session: Planned, wanted: dict[str, Any], *, now: datetime, zone: str) -> bool:
    """Whether the model lets a session through; days are the calendar's, not instants."""
    local_day = session.starts_at.astimezone(ZoneInfo(wanted.get("timeZone", zone))).date()
    is_past = session.ends_at <= now
    is_open = session.status in {SessionStatus.PENDING, SessionStatus.CONFIRMED}
    searched = fold(wanted.get("text", ""))
    texts = [fold(text) for text in (session.customer_notes, session.private_notes) if text]
    return (
        wanted.get("period", "ALL") in {"ALL", "PAST" if is_past else "UPCOMING"}
        and session.status in wanted.get("statuses", GROUPS)
        and session.service in wanted.get("services", [0, 1])
        and session.calendar in wanted.get("calendars", [0, 1])
        and wanted.get("from", date.min) <= local_day <= wanted.get("to", date.max)
        and ("text" not in wanted or any(searched in text for text in texts))
        and wanted.get("needsStatus", is_past and is_open) == (is_past and is_open)
    )


def in_order(rows: list[tuple[Planned, str]], sort: str) -> list[str]:
    def newest(row: tuple[Planned, str]) -> tuple[datetime, str]:
        return row[0].starts_at, row[1]

    if sort == "OLDEST_FIRST":
        return [one for _, one in sorted(rows, key=newest)]
    rows = sorted(rows, key=newest, reverse=True)
    if sort == "BY_STATUS":
        rows = sorted(rows, key=lambda row: GROUPS.index(row[0].status))
    return [one for _, one in rows]


def money(totals: dict[str, int]) -> list[dict[str, str]]:
    return [
        {
            "amount": f"{minor / 100:.2f}" if currency == "EUR" else str(minor),
            "currency": currency,
        }
        for currency, minor in sorted(totals.items())
    ]


def revenue(sessions: list[Planned]) -> list[dict[str, str]]:
    totals: Counter[str] = Counter()
    seen = set()
    for one in sessions:
        if one.status is SessionStatus.COMPLETED:
            totals[one.currency] += one.price_minor
            seen.add(one.currency)
    return money({currency: totals[currency] for currency in seen})


def statistics(sessions: list[Planned], *, now: datetime, zone: str) -> dict[str, Any]:
    count = Counter(session.status for session in sessions)
    total = len(sessions)
    starts = sorted(session.starts_at for session in sessions)

    def month(session: Planned) -> str:
        return f"{session.starts_at.astimezone(ZoneInfo(zone)):%Y-%m}-01"

    months = itertools.groupby(sorted(sessions, key=month), key=month)
    by_service = [
        (name, [one for one in sessions if one.service == number])
        for number, name in enumerate(["Coaching", "Yoga"])
    ]
    return {
        "total": total,
        "pending": count[SessionStatus.PENDING],
        "confirmed": count[SessionStatus.CONFIRMED],
        "completed": count[SessionStatus.COMPLETED],
        "cancelled": count[SessionStatus.CANCELLED],
        "noShow": count[SessionStatus.NO_SHOW],
        "upcoming": sum(
            one.ends_at > now and one.status in {SessionStatus.PENDING, SessionStatus.CONFIRMED}
            for one in sessions
        ),
        "cancellationRate": count[SessionStatus.CANCELLED] * 100 / total if total else None,
        "noShowRate": count[SessionStatus.NO_SHOW] * 100 / total if total else None,
        "revenue": revenue(sessions),
        "firstSessionAt": f"{starts[0]:%Y-%m-%dT%H:%M:%SZ}" if starts else None,
        "lastSessionAt": f"{starts[-1]:%Y-%m-%dT%H:%M:%SZ}" if starts else None,
        "byMonth": [
            {
                "month": name,
                "total": len(own),
                "completed": sum(one.status is SessionStatus.COMPLETED for one in own),
                "revenue": revenue(own),
            }
            for name, own in ((name, list(group)) for name, group in months)
        ],
        "byService": [
            {
                "service": {"name": name},
                "total": len(own),
                "noShow": sum(one.status is SessionStatus.NO_SHOW for one in own),
            }
            for name, own in by_service
            if own
        ],
    }


async def kept(practice: Practice, sessions: list[Planned]) -> tuple[Client, list[str]]:
    """A client with these sessions, and their ids."""
    client = await practice.add_client()
    services = [practice.service, await practice.add_service("Yoga")]
    calendars = [practice.calendar, await practice.add_calendar("Online")]
    rows = [
        Session(
            practitioner_id=practice.practitioner.id,
            client_id=client.id,
            service_id=services[one.service].id,
            calendar_id=calendars[one.calendar].id,
            starts_at=one.starts_at,
            ends_at=one.ends_at,
            duration_minutes=one.duration_minutes,
            status=one.status,
            overlap_allowed=True,
            price_minor=one.price_minor,
            currency=one.currency,
            customer_notes=one.customer_notes,
            customer_notes_folded=None if one.customer_notes is None else fold(one.customer_notes),
            cancelled_at=one.starts_at if one.status is SessionStatus.CANCELLED else None,
            cancelled_by="CLIENT" if one.status is SessionStatus.CANCELLED else None,
            created_at=one.starts_at,
            updated_at=one.starts_at,
        )
        for one in sessions
    ]
    for row, one in zip(rows, sessions, strict=True):
        notes = kept_notes(
            practice.database.keyring,
            one.private_notes,
            practitioner_id=row.practitioner_id,
            session_id=row.id,
        )
        row.update_from_dict(dict(notes))
    if rows:
        await Session.bulk_create(rows)
    return client, [row.id for row in rows]


@given(data=st.data())
@settings(max_examples=int(os.environ.get("EXAMPLES", "40")))
def test_list_count_and_statistics_agree_with_the_model(
    shared_url: str, data: st.DataObject
) -> None:
    zone = data.draw(st.sampled_from(ZONES), label="zone")
    sessions = data.draw(st.lists(planned, max_size=25), label="sessions")
    now = data.draw(instants, label="now")
    wanted = data.draw(st.lists(filters(), min_size=1, max_size=6), label="filters")
    sort = data.draw(st.sampled_from(["NEWEST_FIRST", "OLDEST_FIRST", "BY_STATUS"]), label="sort")
    keys = data.draw(st.sampled_from([Keyring(), KEYRING]), label="keys")

    async def check() -> None:
        async with Database(shared_url, keyring=keys) as database:
            practice = await Practice.of(database, time_zone=zone)
            client, ids = await kept(practice, sessions)
            names = {
                "services": await ids_by_name(database, practice, "service"),
                "calendars": await ids_by_name(database, practice, "calendar"),
            }
            for one in wanted:
                matching = [
                    (session, identifier)
                    for session, identifier in zip(sessions, ids, strict=True)
                    if passes(session, one, now=now, zone=zone)
                ]
                sent = {
                    f"{name[:-1]}Ids" if name in names else name: sendable(name, value, names)
                    for name, value in one.items()
                }
                answer = await practice.ask(
                    ASK, {"id": client.id, "filter": sent, "sort": sort}, now=now
                )
                assert answer.errors == []
                found = answer.data["client"]["sessions"]
                assert [node["id"] for node in found["nodes"]] == in_order(matching, sort)
                assert found["totalCount"] == len(matching)
                expected = statistics([session for session, _ in matching], now=now, zone=zone)
                assert found["stats"] == expected

    asyncio.run(check())


async def ids_by_name(database: Database, practice: Practice, table: str) -> list[str]:
    rows = await database.fetch(
        f"SELECT id FROM {table} WHERE practitioner_id = $1 ORDER BY created_at, id",
        [practice.practitioner.id],
    )
    return [identifier for (identifier,) in rows]


def sendable(name: str, value: Any, names: dict[str, list[str]]) -> Any:
    if name in names:
        return [names[name][number] for number in value]
    return str(value) if isinstance(value, date) else value


@pytest.mark.parametrize("zone", ZONES)
def test_every_day_around_a_change_of_the_clock_holds_exactly_the_sessions_that_start_on_it(
    zone: str,
) -> None:
    """One session an hour; asked about the days of the change and those beside them."""
    year = [datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=hour) for hour in range(365 * 24)]

    async def check() -> None:
        with tempfile.TemporaryDirectory() as folder:
            url = f"sqlite:///{Path(folder) / 'year.db'}"
            await upgrade(url)
            async with Database(url) as database:
                practice = await Practice.of(database, time_zone=zone)
                hours = [
                    Planned(at, 50, SessionStatus.COMPLETED, 0, 0, 0, "EUR", None, None)
                    for at in year
                ]
                await kept(practice, hours)
                expected = Counter(at.astimezone(ZoneInfo(zone)).date() for at in year)
                changes = [day for day, hours in expected.items() if hours != 24]
                around = {day + timedelta(days=near) for day in changes for near in (-1, 0, 1)}
                for day in sorted(around.intersection(expected)):
                    answer = await practice.ask(
                        "query ($day: Date!) "
                        "{ sessions(filter: {from: $day, to: $day}) { totalCount } }",
                        {"day": str(day)},
                    )
                    assert answer.data["sessions"]["totalCount"] == expected[day], day

    asyncio.run(check())
