"""The tables keep their own promises, the same ones on both engines."""

from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from tortoise.exceptions import IntegrityError

import models
from models import Session, SessionEvent
from models.base import Owned
from models.database import Database
from models.enums import SessionStatus
from models.transaction import Transaction, write
from tests.practice import NOW, Practice

MODELS = [getattr(models, name) for name in models.__all__]


@pytest.mark.parametrize(
    "wrong",
    [
        {"duration_minutes": 0},
        {"duration_minutes": 1441},
        {"price_minor": -1},
        {"price_minor": 10**13},
        {"currency": "EU"},
        {"currency": ""},
        {"ends_at": NOW - timedelta(days=7)},
        {"ends_at": NOW},
        {"version": 0},
        {"cancelled_at": NOW, "cancelled_by": "CLIENT"},
        {"cancellation_reason": "why"},
        {"origin_kind": "DUPLICATE"},
        {"customer_notes_folded": "without notes"},
        {"rescheduled_count": -1},
        {"id": "cli_" + "0" * 26},
        {"client_id": "cli_" + "0" * 26},
        {"service_id": "srv_" + "0" * 26},
        {"calendar_id": "cal_" + "0" * 26},
        {"origin_kind": "FOLLOW_UP", "origin_id": "ses_" + "0" * 26},
    ],
    ids=str,
)
async def test_a_session_that_cannot_be_is_refused(
    practice: Practice, wrong: dict[str, Any]
) -> None:
    with pytest.raises(IntegrityError):
        await practice.add_session(await practice.add_client(), **wrong)


async def test_a_cancelled_session_without_its_cancellation_is_refused(
    practice: Practice,
) -> None:
    with pytest.raises(IntegrityError):
        await practice.add_session(
            status=SessionStatus.CANCELLED, cancelled_at=None, cancelled_by=None
        )


@pytest.mark.parametrize("column", ["client_id", "service_id", "calendar_id"])
async def test_a_session_cannot_refer_to_what_is_somebody_elses(
    practice: Practice, column: str
) -> None:
    theirs = await Practice.of(practice.database)
    foreign = {
        "client_id": (await theirs.add_client()).id,
        "service_id": theirs.service.id,
        "calendar_id": theirs.calendar.id,
    }

    with pytest.raises(IntegrityError):
        await practice.add_session(**{column: foreign[column]})


SLOTS = {
    "the same": (0, 60),
    "inside": (10, 20),
    "around": (-10, 90),
    "over the start": (-30, 31),
    "over the end": (59, 30),
}


@pytest.mark.parametrize(("begins", "lasts"), SLOTS.values(), ids=SLOTS)
@pytest.mark.parametrize("first_may_overlap", [False, True])
async def test_a_slot_is_taken_once(
    practice: Practice, begins: int, lasts: int, *, first_may_overlap: bool
) -> None:
    await practice.add_session(
        starts_at=NOW, duration_minutes=60, overlap_allowed=first_may_overlap
    )
    start = NOW + timedelta(minutes=begins)

    with pytest.raises(IntegrityError, match="session_slot_taken"):
        await practice.add_session(starts_at=start, duration_minutes=lasts, overlap_allowed=False)
    await practice.add_session(starts_at=start, duration_minutes=lasts, overlap_allowed=True)


async def test_touching_slots_other_calendars_and_free_statuses_do_not_overlap(
    practice: Practice,
) -> None:
    online = await practice.add_calendar("Online")
    theirs = await Practice.of(practice.database)

    async def book(who: Practice, **given: Any) -> None:
        await who.add_session(**{"duration_minutes": 60, "overlap_allowed": False, **given})

    await book(practice, starts_at=NOW)
    await book(practice, starts_at=NOW + timedelta(minutes=60))
    await book(practice, starts_at=NOW - timedelta(minutes=60))
    await book(practice, starts_at=NOW, calendar_id=online.id)
    await book(practice, starts_at=NOW, status=SessionStatus.CANCELLED)
    await book(practice, starts_at=NOW, status=SessionStatus.NO_SHOW)
    await book(theirs, starts_at=NOW)
    with pytest.raises(IntegrityError, match="session_slot_taken"):
        await book(practice, starts_at=NOW, status=SessionStatus.COMPLETED)


async def test_a_long_session_of_the_day_before_still_holds_its_slot(practice: Practice) -> None:
    await practice.add_session(
        starts_at=NOW - timedelta(minutes=1439), duration_minutes=1440, overlap_allowed=False
    )

    with pytest.raises(IntegrityError, match="session_slot_taken"):
        await practice.add_session(starts_at=NOW, overlap_allowed=False)


async def test_moving_and_taking_back_a_slot_needs_it_to_be_free(practice: Practice) -> None:
    held = await practice.add_session(starts_at=NOW, overlap_allowed=False)
    later = await practice.add_session(starts_at=NOW + timedelta(hours=2), overlap_allowed=False)
    missed = await practice.add_session(
        starts_at=NOW, status=SessionStatus.NO_SHOW, overlap_allowed=False
    )

    def own(session: Session) -> Any:
        return Session.filter(practitioner_id=practice.practitioner.id, id=session.id)

    moved = {"starts_at": NOW, "ends_at": NOW + timedelta(minutes=50)}
    for session, change in ((later, moved), (missed, {"status": "CONFIRMED"})):
        with pytest.raises(IntegrityError, match="session_slot_taken"):
            await own(session).update(**change)
    # Over itself, to another status that holds the slot, or marked as allowed: fine.
    shifted = NOW + timedelta(minutes=10)
    assert await own(held).update(starts_at=shifted, ends_at=shifted + timedelta(minutes=50)) == 1
    assert await own(held).update(status="COMPLETED") == 1
    assert await own(missed).update(status="CONFIRMED", overlap_allowed=True) == 1
    # What may overlap keeps its slot when other things about it change.
    assert await own(missed).update(status="COMPLETED") == 1


async def test_the_audit_trail_cannot_be_changed_or_shortened(practice: Practice) -> None:
    event = await practice.add_event(await practice.add_session())
    own = SessionEvent.filter(practitioner_id=practice.practitioner.id, id=event.id)

    with pytest.raises(IntegrityError, match="append-only"):
        await own.update(reason="rewritten")
    with pytest.raises(IntegrityError, match="append-only"):
        await own.delete()
    assert await own.count() == 1


async def test_a_client_with_sessions_cannot_simply_be_removed(practice: Practice) -> None:
    client = await practice.add_client()
    session = await practice.add_session(client)
    own = {"practitioner_id": practice.practitioner.id}

    with pytest.raises(IntegrityError):
        await type(client).filter(**own, id=client.id).delete()

    async def work(transaction: Transaction) -> None:
        await transaction.fetch(
            "UPDATE session SET client_id = NULL WHERE practitioner_id = $1 AND client_id = $2 "
            "RETURNING id",
            [practice.practitioner.id, client.id],
        )
        await transaction.fetch(
            "DELETE FROM client WHERE practitioner_id = $1 AND id = $2 RETURNING id",
            [practice.practitioner.id, client.id],
        )

    await write(practice.database, work)
    kept = await Session.get(**own, id=session.id)
    assert kept.client_id is None
    assert kept.service_id == session.service_id


async def test_rows_of_a_practitioner_are_never_written_by_their_id_alone(
    practice: Practice,
) -> None:
    client = await practice.add_client()

    with pytest.raises(TypeError):
        await client.save()
    with pytest.raises(TypeError):
        await client.delete()


async def test_an_instant_is_kept_in_utc_on_every_way_in(practice: Practice) -> None:
    client = await practice.add_client()
    local = NOW.astimezone(ZoneInfo("Asia/Kathmandu"))
    own = type(client).filter(practitioner_id=practice.practitioner.id, id=client.id)
    await own.update(updated_at=local)

    found = await own.filter(updated_at__gte=local, updated_at__lte=local).get()

    assert found.updated_at == NOW
    assert found.updated_at.utcoffset() == timedelta(0)
    rows = await practice.database.fetch(
        "SELECT updated_at FROM client WHERE practitioner_id = $1", [practice.practitioner.id]
    )
    assert rows[0][0] == "2026-05-14T12:00:00Z"
    with pytest.raises(ValueError, match="offset"):
        await own.update(updated_at=NOW.replace(tzinfo=None))


async def columns_of(database: Database, table: str) -> dict[str, bool]:
    """The columns of a table, and whether each may be null, as the engine itself has them."""
    if database.engine_name == "sqlite":
        rows = await database.fetch(
            f"SELECT name, \"notnull\" = 0 FROM pragma_table_info('{table}')"
        )
    else:
        rows = await database.fetch(
            "SELECT column_name::text, is_nullable = 'YES' FROM information_schema.columns "
            "WHERE table_name = $1::text",
            [table],
        )
    return {name: bool(nullable) for name, nullable in rows}


@pytest.mark.parametrize("model", MODELS, ids=lambda one: one.__name__)
async def test_the_models_say_what_the_tables_are(database: Database, model: type[Owned]) -> None:
    there = await columns_of(database, model._meta.db_table)
    for computed in ("status_rank", "written_by"):  # by the database itself
        there.pop(computed, None)

    said = {name: field.null for name, field in model._meta.fields_map.items()}

    assert said == there
