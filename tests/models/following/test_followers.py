"""The trail is followed whoever writes it, in whatever order transactions end, and after a gap."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import asyncpg
import pytest

from models import SessionEvent
from models.database import Database
from models.engines.listening import APPLICATION_NAME
from models.enums import Actor, SessionEventKind
from models.following.backlog import Told
from models.following.followers import Follower, Followers
from models.following.trail import read_trail
from tests.practice import NOW, Practice
from tests.server.live.listening import SECONDS, until


async def told(follower: Follower) -> list[Told]:
    async with asyncio.timeout(SECONDS):
        return await follower.told(10_000)


@asynccontextmanager
async def following(practice: Practice, client_id: str | None = None) -> AsyncIterator[Follower]:
    async with practice.database.followers.following(
        practice.practitioner.id, client_id
    ) as follower:
        yield follower


async def add_events(practice: Practice, sessions: list[Any], connection: Any = None) -> None:
    """Entries of a trail in one statement, as an import or the deletion of a client writes them."""
    await SessionEvent.bulk_create(
        [
            SessionEvent(
                practitioner_id=practice.practitioner.id,
                session_id=session.id,
                session_version=1,
                kind=SessionEventKind.EDITED,
                actor=Actor.SYSTEM,
                changes="[]",
                created_at=NOW,
            )
            for session in sessions
        ],
        using_db=connection,
    )


async def test_who_begins_is_told_of_nothing_before(practice: Practice) -> None:
    before, after = await practice.add_session(), await practice.add_session()
    await practice.add_event(before)
    async with following(practice) as follower:
        await practice.add_event(after)

        assert await told(follower) == [Told(after.id, "BOOKED", missed=False)]


async def test_what_another_process_writes_is_told(url: str) -> None:
    """Another database object is another process, as far as this one can tell."""
    async with Database(url) as here:
        practice = await Practice.of(here)
        session = await practice.add_session()
        async with following(practice) as follower:
            # Written past everything of ours, so that nothing in this process is told of it.
            await here.client.execute_script(
                "INSERT INTO session_event (practitioner_id, id, session_id, session_version, "
                "kind, actor, changes, created_at) VALUES "
                f"('{practice.practitioner.id}', 'evt_1', '{session.id}', 1, 'EDITED', 'SYSTEM', "
                "'[]', '2026-05-01T09:00:00Z')"
            )

            assert await told(follower) == [Told(session.id, "EDITED", missed=False)]


@pytest.mark.parametrize("engine", ["postgres"])
async def test_a_transaction_that_began_before_others_and_ended_after_them_is_told(
    practice: Practice,
) -> None:
    """Its ids are older than what was told before. On SQLite there is no such thing."""
    first, second = await practice.add_session(), await practice.add_session()
    database = practice.database
    async with following(practice) as follower:
        async with database.client._in_transaction() as transaction:
            await add_events(practice, [first], transaction)
            await add_events(practice, [second], database.client)
            between = await told(follower)

        assert between == [Told(second.id, "EDITED", missed=False)]
        assert await told(follower) == [Told(first.id, "EDITED", missed=False)]


async def test_what_is_rolled_back_is_never_told(practice: Practice) -> None:
    first, second = await practice.add_session(), await practice.add_session()
    async with following(practice) as follower:
        with pytest.raises(ZeroDivisionError):
            async with practice.database.client._in_transaction() as transaction:
                await add_events(practice, [first], transaction)
                raise ZeroDivisionError
        await add_events(practice, [second])

        assert await told(follower) == [Told(second.id, "EDITED", missed=False)]


async def test_nothing_is_told_twice_or_left_out_however_many_write_at_once(
    practice: Practice,
) -> None:
    sessions = [await practice.add_session() for _ in range(60)]
    got: list[str] = []
    async with following(practice) as follower:

        async def listen() -> None:
            while len(got) < len(sessions):
                got.extend(one.session_id for one in await told(follower))

        async with asyncio.timeout(SECONDS), asyncio.TaskGroup() as group:
            group.create_task(listen())
            for session in sessions:
                group.create_task(add_events(practice, [session]))
        assert len(follower._backlog) == 0

    assert sorted(got) == sorted(session.id for session in sessions)


async def test_of_more_than_can_be_told_the_newest_are_and_it_is_said(practice: Practice) -> None:
    practice.database.followers = Followers(practice.database, folds_at=5, most=20)
    sessions = [await practice.add_session() for _ in range(30)]
    other = await Practice.of(practice.database)
    of_other = await other.add_session()
    async with following(practice) as follower, following(other) as foreign:
        await add_events(practice, sessions)
        await other.add_event(of_other)
        got, of_others = await told(follower), await told(foreign)

    assert {one.session_id for one in got} == {session.id for session in sessions[10:]}
    assert [one.missed for one in got] == [True, *[False] * 19]
    assert [one.missed for one in of_others] == [False]


async def test_after_a_restart_everybody_is_told_that_they_may_have_missed_something(
    practice: Practice,
) -> None:
    ada = await practice.add_client("Ada")
    of_ada, other = await practice.add_session(ada), await practice.add_session()
    await practice.add_event(of_ada)
    await practice.add_event(other, SessionEventKind.EDITED)
    newcomer = await Practice.of(practice.database)
    followers = practice.database.followers
    async with AsyncExitStack() as stack:
        of_all = await stack.enter_async_context(following(practice))
        of_client = await stack.enter_async_context(following(practice, ada.id))
        of_nothing = await stack.enter_async_context(following(newcomer))
        followers._position = elsewhere(followers._position)
        got = await told(of_all), await told(of_client)

        assert got == (
            [Told(other.id, "EDITED", missed=True)],
            [Told(of_ada.id, "BOOKED", missed=True)],
        )
        assert len(of_nothing._backlog) == 0, "there is nothing that could have been missed"
        await practice.add_event(of_ada)
        assert await told(of_client) == [Told(of_ada.id, "BOOKED", missed=False)]


def elsewhere(position: str | None) -> str:
    """A position as it is once the server was started anew, or an older file put in place."""
    assert position is not None
    server, slash, snapshot = position.partition("/")
    return f"before{slash}{snapshot}" if slash else str(int(server) + 1_000_000)


async def test_a_client_deleted_during_a_gap_is_told_as_the_last(practice: Practice) -> None:
    ada = await practice.add_client("Ada")
    session = await practice.add_session(ada)
    followers = practice.database.followers
    async with following(practice, ada.id) as follower:
        async with followers._looking:
            owner = [practice.practitioner.id]
            for statement in ("UPDATE session SET client_id = NULL", "DELETE FROM client"):
                await practice.database.client.execute_query(
                    f"{statement} WHERE practitioner_id = '{owner[0]}'"
                )
            followers._position = elsewhere(followers._position)

        assert await told(follower) == [Told(session.id, "CLIENT_DELETED", missed=True)]
        assert await told(follower) == []


async def test_a_deleted_client_without_sessions_ends_it_without_a_word(
    practice: Practice,
) -> None:
    gone = "cli_00000000000000000000000000"
    async with following(practice, gone) as follower:
        assert await told(follower) == []


async def test_while_the_database_cannot_be_read_changes_wait(
    practice: Practice, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    session = await practice.add_session()
    fetch, failed = Database.fetch, list[str]()

    async def failing(self: Database, sql: str, parameters: Any = ()) -> list[Any]:
        if "is_elsewhere" in sql and len(failed) < 2:
            failed.append(sql)
            raise ConnectionRefusedError
        return await fetch(self, sql, parameters)

    async with following(practice) as follower:
        monkeypatch.setattr(Database, "fetch", failing)
        await practice.add_event(session)

        assert await told(follower) == [Told(session.id, "BOOKED", missed=False)]
    assert len(failed) == 2
    said = [one for one in caplog.records if one.name == "session_history.following"]
    assert [one.getMessage() for one in said] == ["changes wait to be told"]


@pytest.mark.parametrize("engine", ["postgres"])
async def test_a_connection_that_listens_is_made_anew_and_nothing_is_lost_meanwhile(
    url: str,
) -> None:
    async with Database(url) as database:
        practice = await Practice.of(database)
        session = await practice.add_session()
        async with following(practice) as follower:
            ended = await end_the_listener(url)
            await practice.add_event(session)
            assert await told(follower) == [Told(session.id, "BOOKED", missed=False)]

            assert await end_the_listener(url) != ended
        await until(lambda: database.followers.is_at_rest)
        assert await listeners(url) == []


async def listeners(url: str) -> list[int]:
    """The connections that listen."""
    connection = await asyncpg.connect(url)
    try:
        rows = await connection.fetch(
            "SELECT pid FROM pg_stat_activity "
            "WHERE application_name = $1 AND datname = current_database()",
            APPLICATION_NAME,
        )
        return [row[0] for row in rows]
    finally:
        await connection.close()


async def end_the_listener(url: str) -> int:
    """End the connection that listens, as an administrator can, as soon as there is one."""
    async with asyncio.timeout(SECONDS):
        while not (found := await listeners(url)):  # noqa: ASYNC110 - it is another process
            await asyncio.sleep(0.02)
    connection = await asyncpg.connect(url)
    try:
        await connection.execute("SELECT pg_terminate_backend($1)", found[0])
    finally:
        await connection.close()
    return found[0]


async def test_a_look_reads_what_is_new_and_not_the_whole_trail(own_database: Database) -> None:
    practice = await Practice.of(own_database)
    sessions = [await practice.add_session() for _ in range(3)]
    await add_events(practice, sessions * 1_000)
    seen: list[tuple[str, Any]] = []

    class Seeing:
        """The database, as what reads the trail uses it."""

        trail, any_of = own_database.trail, own_database.any_of
        list_parameter = own_database.list_parameter

        async def fetch(self, sql: str, parameters: Any = ()) -> list[Any]:
            seen.append((sql, parameters))
            return await own_database.fetch(sql, parameters)

    async with following(practice):
        position = own_database.followers._position
        assert position is not None
        await read_trail(Seeing(), position, [practice.practitioner.id], most_each=10)  # type: ignore[arg-type]

    (sql, parameters) = seen[0]
    if own_database.engine_name == "sqlite":
        rows = await own_database.fetch(f"EXPLAIN QUERY PLAN {sql}", parameters)
        plan = "\n".join(str(row[3]) for row in rows)
        assert "SEARCH session_event USING INTEGER PRIMARY KEY (rowid>?)" in plan
    else:
        await own_database.client.execute_script("ANALYZE session_event")
        rows = await own_database.fetch(f"EXPLAIN {sql}", parameters)
        plan = "\n".join(str(row[0]) for row in rows)
        assert "ix_session_event_written_by" in plan
    assert "SCAN session_event" not in plan
