"""The demo practice in a database, on both engines."""

from collections.abc import AsyncIterator

import argon2
import pytest

from models.database import Database
from models.enums import AccessTokenKind
from models.folding import fold, sort_key
from models.notes_keys import count_by_key
from models.notes_rotation import unreadable_notes
from resolvers.principal import Principal
from server.demo import DEMO_EMAIL, DEMO_PASSWORD, AlreadyThere, fill
from server.demo.rows import Plan
from tests.keys import KEYRING, kept
from tests.practice import NOW, ask

COUNTED = ("practitioner", "client", "service", "calendar", "session", "session_event")


async def counts(database: Database) -> list[int]:
    return [(await database.fetch(f"SELECT count(*) FROM {table}"))[0][0] for table in COUNTED]


@pytest.fixture(scope="module")
def filled_urls() -> dict[str, str]:
    return {}


async def test_private_notes_of_the_demo_are_sealed_where_there_is_a_key(
    url: str, plan: Plan
) -> None:
    async with Database(url, keyring=KEYRING) as database:
        await fill(database, now=NOW)

        noted = {one.id: one.private_notes for one in plan.sessions if one.private_notes}
        assert await count_by_key(database) == {"a": len(noted)}
        assert [failure async for failure in unreadable_notes(database)] == []
        assert (await kept(database, next(iter(noted))))[0] not in noted.values()


@pytest.fixture
async def filled(engine: str, url: str, filled_urls: dict[str, str]) -> AsyncIterator[Database]:
    """A database with the demo practice in it, filled once for all tests that only read it."""
    if engine not in filled_urls:
        async with Database(url) as empty:
            await fill(empty, now=NOW)
        filled_urls[engine] = url
    async with Database(filled_urls[engine]) as opened:
        yield opened


async def test_the_database_takes_the_whole_plan(filled: Database, plan: Plan) -> None:
    assert await counts(filled) == [
        1,
        40,
        len(plan.services),
        len(plan.calendars),
        len(plan.sessions),
        len(plan.events),
    ]


async def test_the_demo_owes_nobody_a_mail(filled: Database) -> None:
    assert await filled.fetch("SELECT id FROM outbox_message") == []


async def test_filling_tells_how_far_it_is(own_database: Database, plan: Plan) -> None:
    told: list[int] = []

    stored = await fill(own_database, now=NOW, progress=told.append)

    assert stored == sum(told) == len(plan.sessions)
    assert len(told) > 5


async def test_filling_twice_is_refused_and_changes_nothing(filled: Database) -> None:
    before = await counts(filled)

    with pytest.raises(AlreadyThere, match=DEMO_EMAIL):
        await fill(filled, now=NOW, seed=2)

    assert await counts(filled) == before


async def test_a_filling_that_breaks_off_leaves_nothing(own_database: Database) -> None:
    class Interrupted(Exception):
        pass

    def interrupt(_: int) -> None:
        raise Interrupted

    with pytest.raises(Interrupted):
        await fill(own_database, now=NOW, progress=interrupt)

    assert await counts(own_database) == [0] * len(COUNTED)


async def test_the_demo_password_opens_the_account(filled: Database) -> None:
    [(email, kept)] = await filled.fetch("SELECT email_folded, password_hash FROM practitioner")

    assert email == fold(DEMO_EMAIL)
    assert argon2.PasswordHasher().verify(kept, DEMO_PASSWORD)
    assert len(DEMO_PASSWORD) >= 12


async def test_clients_can_be_found_by_what_their_profile_says(filled: Database) -> None:
    [(sorts, search)] = await filled.fetch(
        "SELECT sort_name, search_text FROM client WHERE name = 'Zoë Brückner-Saß'"
    )

    assert sorts == sort_key("Zoë Brückner-Saß")
    assert search.split("\n") == [
        "zoë brückner-sass",
        "zoe.brueckner-sass@example.com",
        "+49 30 23125 014",
        "+493023125014",
    ]


async def test_a_front_end_sees_a_practice_that_is_alive(filled: Database, plan: Plan) -> None:
    owner = plan.practitioner
    principal = Principal(
        practitioner_id=owner.id,
        name=owner.name,
        email=owner.email,
        time_zone=owner.time_zone,
        currency=owner.currency,
        kind=AccessTokenKind.PRACTITIONER,
        token_id="tok_00000000000000000000000000",
    )

    answer = await ask(
        filled,
        principal,
        """{
          all: sessions(first: 100) { totalCount nodes { events { changes { field from to } } } }
          left: sessions(filter: { needsStatus: true }, first: 100) { totalCount }
          stats: sessions { stats { cancellationRate noShowRate revenue { currency } } }
        }""",
    )

    assert answer.errors == []
    assert answer.data["all"]["totalCount"] == len(plan.sessions)
    assert all(node["events"] for node in answer.data["all"]["nodes"])
    assert 3 <= answer.data["left"]["totalCount"] <= 8
    assert 2 < answer.data["stats"]["stats"]["cancellationRate"] < 15
    assert {one["currency"] for one in answer.data["stats"]["stats"]["revenue"]} == {"EUR", "USD"}
