"""Who and what a file names: clients by id, email or name; services and calendars by name."""

from pathlib import Path

import pytest

from models import Calendar, Client, Service
from models.instants import to_text
from resolvers.importing import RowOutcome
from tests.practice import NOW, Practice
from tests.resolvers.importing.files import import_rows, mapping, row, sessions_of


async def clients_of(practice: Practice) -> list[Client]:
    return await Client.filter(practitioner_id=practice.practitioner.id).order_by("id")


async def delete(practice: Practice, client: Client) -> None:
    """What is left of a client who has been deleted: sessions that name nobody."""
    owner = practice.practitioner.id
    for session in await sessions_of(practice):
        if session.client_id == client.id:
            await type(session).filter(practitioner_id=owner, id=session.id).update(client_id=None)
    await Client.filter(practitioner_id=owner, id=client.id).delete()


SAME_CLIENT = [
    ({"client_id": "7"}, {"client_id": " 7 ", "client_name": "Ada King", "client_email": "a@b.c"}),
    ({"client_email": "ada@example.com"}, {"client_email": "ADA@Example.com", "client_name": "A"}),
    ({"client_name": "Ada Lovelace"}, {"client_name": "ada  LOVELACE"}),
]


@pytest.mark.parametrize(("one", "other"), SAME_CLIENT)
@pytest.mark.parametrize("at_once", [True, False])
async def test_rows_of_one_client_belong_to_one_client(
    practice: Practice,
    tmp_path: Path,
    one: dict[str, str],
    other: dict[str, str],
    *,
    at_once: bool,
) -> None:
    if at_once:
        await import_rows(practice, tmp_path, row(**one), row(**other))
    else:
        await import_rows(practice, tmp_path, row(**one))
        await import_rows(practice, tmp_path, row(**other))

    (client,) = await clients_of(practice)
    assert client.name == "Ada Lovelace"
    assert [session.client_id for session in await sessions_of(practice)] == [client.id] * 2


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"client_id": "7"}, {"client_id": "8"}),
        ({"client_id": "7", "client_email": "a@b.c"}, {"client_id": "8", "client_email": "a@b.c"}),
        ({"client_email": "a@b.c"}, {"client_email": "b@b.c"}),
        ({"client_name": "7"}, {"client_id": "7"}),
        ({"client_name": "a@b.c"}, {"client_email": "a@b.c"}),
        ({"client_name": "Ada"}, {"client_name": "Ida"}),
    ],
)
async def test_rows_of_two_clients_belong_to_two(
    practice: Practice, tmp_path: Path, one: dict[str, str], other: dict[str, str]
) -> None:
    await import_rows(practice, tmp_path, row(**one), row(**other))

    assert len(await clients_of(practice)) == 2


async def test_a_client_without_a_name_is_called_by_their_email(
    practice: Practice, tmp_path: Path
) -> None:
    await import_rows(practice, tmp_path, row(client_name="", client_email="ada@example.com"))

    assert [client.name for client in await clients_of(practice)] == ["ada@example.com"]


async def test_a_client_who_was_deleted_does_not_come_back(
    practice: Practice, tmp_path: Path
) -> None:
    """Neither with the rows that are there, nor with new ones."""
    first, second = row(client_name="Ada"), row(client_name="Ada")
    await import_rows(practice, tmp_path, first, row(client_name="Bo"))
    ada = next(client for client in await clients_of(practice) if client.name == "Ada")
    await delete(practice, ada)
    told: list[RowOutcome] = []

    report = await import_rows(practice, tmp_path, first, second, on_row=told.append)

    assert (report.clients_added, report.sessions_added) == (0, 1)
    assert [client.name for client in await clients_of(practice)] == ["Bo"]
    assert sum(session.client_id is None for session in await sessions_of(practice)) == 2
    assert told[1].session is not None
    assert told[1].session.client_name is None


async def test_a_deleted_client_of_one_source_can_come_from_another(
    practice: Practice, tmp_path: Path
) -> None:
    await import_rows(practice, tmp_path, row())
    await delete(practice, (await clients_of(practice))[0])

    report = await import_rows(practice, tmp_path, row(), using=mapping(source="elsewhere"))

    assert report.clients_added == 1


async def test_a_service_and_a_calendar_of_the_name_are_used(
    practice: Practice, tmp_path: Path
) -> None:
    report = await import_rows(
        practice, tmp_path, row(service=" COACHING ", calendar="main"), row(calendar="ＭＡＩＮ")
    )

    assert (report.services_added, report.calendars_added) == (0, 0)
    sessions = await sessions_of(practice)
    assert {session.service_id for session in sessions} == {practice.service.id}
    assert {session.calendar_id for session in sessions} == {practice.calendar.id}


async def test_new_services_and_calendars_are_made_of_the_first_row_that_names_them(
    practice: Practice, tmp_path: Path
) -> None:
    given = {"duration_minutes": "45", "price": "80", "currency": "CHF"}
    using = mapping(time_zone="Asia/Tokyo")
    await import_rows(
        practice,
        tmp_path,
        row(service="Yoga Zürich", calendar="Ölberg", **given),
        row(service="yoga zürich", calendar="ölberg"),
        using=using,
    )

    owner = practice.practitioner.id
    service = await Service.get(practitioner_id=owner, name="Yoga Zürich")
    calendar = await Calendar.get(practitioner_id=owner, name="Ölberg")
    assert (service.duration_minutes, service.price_minor, service.currency) == (45, 8000, "CHF")
    assert (service.active, service.sort_name, service.version) == (True, "yoga zurich", 1)
    assert (calendar.time_zone, calendar.sort_name) == ("Asia/Tokyo", "olberg")
    assert calendar.color is None
    assert to_text(calendar.created_at) == to_text(NOW)


async def test_of_two_services_of_one_name_the_one_that_is_not_retired_is_used(
    practice: Practice, tmp_path: Path
) -> None:
    await practice.add_service("Yoga", active=False)
    current = await practice.add_service("Yoga")
    await practice.add_service("Yoga", active=False)
    await practice.add_service("yoga")

    await import_rows(practice, tmp_path, row(service="YOGA"))

    assert [session.service_id for session in await sessions_of(practice)] == [current.id]


async def test_a_service_that_was_renamed_is_still_found_by_its_name_in_the_file(
    practice: Practice, tmp_path: Path
) -> None:
    owner = practice.practitioner.id
    await import_rows(practice, tmp_path, row(service="Yoga"), row(service="Coaching"))
    await Service.filter(practitioner_id=owner, name="Yoga").update(name="Vinyasa")
    await Service.filter(practitioner_id=owner, name="Coaching").update(name="Yoga")

    report = await import_rows(practice, tmp_path, row(service="Yoga"), row(service="Coaching"))

    assert report.services_added == 0
    used = [session.service_id for session in await sessions_of(practice)]
    assert used[2:] == used[:2]


async def test_a_calendar_that_is_gone_is_made_anew(practice: Practice, tmp_path: Path) -> None:
    owner = practice.practitioner.id
    await import_rows(practice, tmp_path, row(calendar="Studio", status="NO_SHOW"))
    studio = await Calendar.get(practitioner_id=owner, name="Studio")
    for session in await sessions_of(practice):
        moved = type(session).filter(practitioner_id=owner, id=session.id)
        await moved.update(calendar_id=practice.calendar.id)
    await Calendar.filter(practitioner_id=owner, id=studio.id).delete()

    for added in (1, 0):
        report = await import_rows(practice, tmp_path, row(calendar="Studio"))
        assert report.calendars_added == added


async def test_another_practitioners_services_calendars_and_clients_are_not_used(
    practice: Practice, tmp_path: Path
) -> None:
    neighbour = await Practice.of(practice.database)
    await neighbour.add_service("Yoga")
    await neighbour.add_calendar("Studio")
    imported = row(client_id="7", service="Yoga", calendar="Studio")
    await import_rows(neighbour, tmp_path, imported)

    report = await import_rows(practice, tmp_path, imported)

    assert (report.clients_added, report.services_added, report.calendars_added) == (1, 1, 1)
