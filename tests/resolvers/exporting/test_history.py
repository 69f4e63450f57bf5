"""The rows of a file are the sessions of the list: the same filter, order and time zone."""

import asyncio
import os
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.database import Database
from models.enums import SessionStatus
from models.sealing import Keyring
from tests.keys import KEYRING
from tests.practice import NOW, Practice
from tests.resolvers.exporting.taking import (
    content_of,
    export_of,
    hold_tokens,
    listed,
    rows_of,
    taken,
)
from tests.resolvers.test_history_against_a_model import (
    GROUPS,
    ZONES,
    Planned,
    filters,
    ids_by_name,
    instants,
    kept,
    planned,
    sendable,
)

SORTS: Final = ("NEWEST_FIRST", "OLDEST_FIRST", "BY_STATUS")
WORDS: Final = {"NO_SHOW": "No Show"}


def as_row(node: dict[str, Any], zone: str, *, private: bool) -> dict[str, str]:
    """What a file says of a session of the list."""
    start, end = (_at(node[name], zone) for name in ("startsAt", "endsAt"))
    cancellation = node["cancellation"] or {"at": None, "reason": None}
    cancelled = cancellation["at"] and _at(cancellation["at"], zone)
    row = {
        "Date": f"{start:%Y-%m-%d}",
        "Start": f"{start:%H:%M}",
        "End": f"{end:%H:%M}",
        "Time zone": zone,
        "UTC offset": f"UTC{_offset(start)}",
        "Service": node["service"]["name"],
        "Duration (minutes)": str(node["durationMinutes"]),
        "Calendar": node["calendar"]["name"],
        "Status": WORDS.get(node["status"], node["status"].capitalize()),
        "Cancelled at": f"{cancelled:%Y-%m-%d %H:%M UTC}{_offset(cancelled)}" if cancelled else "",
        "Reason": cancellation["reason"] or "",
        "Times moved": str(node["rescheduledCount"]),
        "Price": node["price"]["amount"],
        "Currency": node["price"]["currency"],
        "Customer notes": node["customerNotes"] or "",
    }
    return {**row, "Private notes": node["privateNotes"] or ""} if private else row


def _at(instant: str, zone: str) -> datetime:
    return datetime.fromisoformat(instant).astimezone(ZoneInfo(zone))


def _offset(at: datetime) -> str:
    text = f"{at:%z}"
    return f"{text[:3]}:{text[3:]}"


def sessions(count: int) -> list[Planned]:
    """Sessions of every status over some weeks; of five in a row, three start at once."""
    return [
        Planned(
            starts_at=NOW - timedelta(hours=7 * (number // 5 * 5 + min(number % 5, 2)) - 500),
            duration_minutes=25 + number % 90,
            status=GROUPS[number % len(GROUPS)],
            service=number % 2,
            calendar=number % 3 % 2,
            price_minor=number * 100,
            currency="EUR",
            customer_notes=f"Number {number}",
            private_notes=f"Private {number}" if number % 2 else None,
        )
        for number in range(count)
    ]


async def assert_is_as_listed(
    practice: Practice,
    client_id: str,
    filter_: dict[str, Any] | None,
    *,
    sort: str,
    zone: str | None = None,
    private: bool = False,
    now: datetime = NOW,
) -> int:
    """Compare all cells of a file with the list; how many rows there were."""
    spoken = zone or practice.practitioner.time_zone
    meant = None if filter_ is None else {"timeZone": spoken, **filter_}
    nodes = await listed(practice, client_id, meant, sort=sort, private=private, now=now)
    asked = {"filter": filter_, "sort": sort, "timeZone": zone, "includePrivateNotes": private}

    rows = await taken(practice, client_id, now=now, **asked)

    assert rows == [as_row(node, spoken, private=private) for node in nodes]
    return len(rows)


@pytest.mark.parametrize("count", [0, 250, 251, 501])
async def test_however_long_a_history_is_it_is_whole_and_in_every_order(
    practice: Practice, count: int
) -> None:
    """Around the ends of what is read at once, with sessions that start at the same time."""
    client, _ = await kept(practice, sessions(count))
    for sort in SORTS:
        assert await assert_is_as_listed(practice, client.id, None, sort=sort) == count
    until = {"to": str((NOW + timedelta(days=3000)).date())}
    assert await assert_is_as_listed(practice, client.id, until, sort="BY_STATUS") == count


FILTERS: Final[list[dict[str, Any]]] = [
    {"period": "UPCOMING"},
    {"period": "PAST"},
    {"statuses": ["NO_SHOW", "PENDING"]},
    {"serviceIds": ["the second"]},
    {"needsStatus": True},
    {"needsStatus": False, "period": "PAST"},
    {"text": "number 1"},
    {"text": "PRIVATE 7"},
    {"text": "  "},
    {"from": "2026-05-01", "to": "2026-05-31"},
    {"from": "2026-05-14", "timeZone": "Pacific/Apia", "statuses": ["COMPLETED"]},
    {},
]


@pytest.mark.parametrize("sort", SORTS)
async def test_a_filter_lets_the_same_sessions_through_as_in_the_list(
    sealing_practice: Practice, sort: str
) -> None:
    practice = sealing_practice
    client, _ = await kept(practice, sessions(120))
    services = await ids_by_name(practice.database, practice, "service")
    counts = []
    for filter_ in FILTERS:
        wanted = {**filter_, "serviceIds": [services[1]]} if "serviceIds" in filter_ else filter_
        counts.append(
            await assert_is_as_listed(
                practice, client.id, wanted, sort=sort, zone="America/New_York", private=True
            )
        )

    assert all(counts), "a filter that lets nothing through shows nothing"
    assert len(set(counts)) > 6


CHANGES: Final = [
    ("Europe/Berlin", "2026-03-29", 23),
    ("Europe/Berlin", "2026-10-25", 25),
    ("America/New_York", "2026-03-08", 23),
    ("America/New_York", "2026-11-01", 25),
    ("Africa/Cairo", "2026-04-24", 23),
    ("America/Santiago", "2026-09-06", 23),
    ("Asia/Kathmandu", "2026-03-29", 24),
    ("Pacific/Apia", "2011-12-29", 24),
    ("Pacific/Apia", "2011-12-30", 0),
]


@pytest.mark.parametrize(
    ("zone", "day", "hours", "named"),
    [
        *((*change, "for the file") for change in CHANGES),
        *((*CHANGES[0], named) for named in ("in the filter", "by the practitioner")),
    ],
)
async def test_days_on_which_the_clock_changes_begin_and_end_where_they_do(
    database: Database, zone: str, day: str, hours: int, named: str
) -> None:
    """One session an hour; the zone of the filter is the file's, unless it names another."""
    own = zone if named == "by the practitioner" else "Asia/Tokyo"
    practice = await Practice.of(database, time_zone=own)
    noon = datetime.fromisoformat(f"{day}T12:00:00+00:00")
    around = [noon + timedelta(hours=near) for near in range(-48, 48)]
    hourly = [Planned(at, 50, SessionStatus.CONFIRMED, 0, 0, 0, "EUR", None, None) for at in around]
    client, _ = await kept(practice, hourly)
    asked: dict[str, Any] = {"filter": {"from": day, "to": day}}
    if named == "in the filter":
        asked["filter"]["timeZone"] = zone
    if named == "for the file":
        asked["timeZone"] = zone

    rows = await taken(practice, client.id, **asked)

    assert len(rows) == hours
    assert {row["Time zone"] for row in rows} <= {own if named == "in the filter" else zone}
    if named != "in the filter":
        assert {row["Date"] for row in rows} <= {day}


async def test_upcoming_means_what_was_upcoming_when_the_file_was_asked_for(
    practice: Practice,
) -> None:
    """Or the file would be another than the one that `sessionCount` tells of."""
    client = await practice.add_client()
    await practice.add_session(client, NOW - timedelta(minutes=20), customer_notes="Soon over")
    await practice.add_session(client, NOW - timedelta(hours=2), customer_notes="Over")
    await hold_tokens(practice)

    export = await export_of(practice, client.id, filter={"period": "UPCOMING"})
    later = NOW + timedelta(minutes=45)
    rows = rows_of(await content_of(practice.database, export, now=later))

    assert [row["Customer notes"] for row in rows] == ["Soon over"]


async def test_the_sessions_of_others_are_in_no_file(practice: Practice) -> None:
    client, _ = await kept(practice, sessions(3))
    for other in (practice, await Practice.of(practice.database)):
        await kept(other, sessions(4))

    assert len(await taken(practice, client.id)) == 3


@given(data=st.data())
@settings(max_examples=int(os.environ.get("EXAMPLES", "12")))
def test_any_history_with_any_filter_is_as_in_the_list(
    shared_url: str, data: st.DataObject
) -> None:
    own, zone = (data.draw(st.sampled_from(ZONES), label=name) for name in ("own", "zone"))
    some: Sequence[Planned] = data.draw(st.lists(planned, max_size=12), label="sessions")
    now = data.draw(instants, label="now")
    wanted = data.draw(st.lists(filters(), min_size=1, max_size=3), label="filters")
    keys = data.draw(st.sampled_from([Keyring(), KEYRING]), label="keys")

    async def check() -> None:
        async with Database(shared_url, keyring=keys) as database:
            practice = await Practice.of(database, time_zone=own)
            practice.now = datetime(2025, 1, 1, tzinfo=UTC)
            client, _ = await kept(practice, list(some))
            names = {
                f"{name}s": await ids_by_name(database, practice, name)
                for name in ("service", "calendar")
            }
            for number, one in enumerate(wanted):
                sent = {
                    f"{name[:-1]}Ids" if name in names else name: sendable(name, value, names)
                    for name, value in one.items()
                }
                await assert_is_as_listed(
                    practice,
                    client.id,
                    sent,
                    sort=SORTS[number % 3],
                    zone=zone,
                    private=bool(number % 2),
                    now=now,
                )

    asyncio.run(check())
