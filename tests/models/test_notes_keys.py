"""Keys and databases: what is refused at the start, and rotation while notes are edited."""

import asyncio
from pathlib import Path

import pytest

from models import Session
from models.database import Database, sqlite_path
from models.notes_keys import WrongKeys, check_keys, count_by_key
from models.notes_rotation import NOTES_AT_ONCE, NoKey, rotate, unreadable_notes
from models.private_notes import kept_notes
from models.sealing import Keyring
from models.transaction import Transaction, write
from tests.acts import act
from tests.keys import KEYRING, kept, key, keyring, with_keys
from tests.practice import NOW, Practice

A, B = keyring(key("a")), keyring(key("b"))
BOTH = keyring(key("b"), key("a"))


async def noted(practice: Practice, text: str = "Went well") -> Session:
    """A session whose notes are kept as the practice's keys have it."""
    session = await practice.add_session(None)
    await set_notes(practice, session, text)
    return session


async def set_notes(practice: Practice, session: Session, text: str) -> None:
    owner = practice.practitioner.id
    columns = kept_notes(
        practice.database.keyring, text, practitioner_id=owner, session_id=session.id
    )
    await Session.filter(practitioner_id=owner, id=session.id).update(**columns)


async def known_keys(database: Database) -> list[str]:
    return [one for (one,) in await database.fetch("SELECT id FROM notes_key ORDER BY id")]


async def test_new_keys_are_made_known_and_known_ones_are_right_again(url: str) -> None:
    for keys in (Keyring(), A, BOTH, BOTH):
        async with Database(url, keyring=keys) as database:
            await check_keys(database, now=NOW)

    async with Database(url) as database:
        assert await known_keys(database) == ["a", "b"]


async def test_another_key_under_a_known_name_is_refused(url: str) -> None:
    async with Database(url, keyring=A) as database:
        await check_keys(database, now=NOW)

    async with Database(url, keyring=keyring(key("c"), key("a", "z"))) as database:
        with pytest.raises(WrongKeys, match="the key 'a' is not the one"):
            await check_keys(database, now=NOW)
        assert await known_keys(database) == ["a"]


@pytest.mark.parametrize("keys", [Keyring(), B], ids=["no keys", "another key"])
async def test_notes_whose_key_is_missing_are_a_reason_not_to_start(
    url: str, keys: Keyring
) -> None:
    async with Database(url, keyring=A) as database:
        await noted(await Practice.of(database))

    async with Database(url, keyring=keys) as database:
        with pytest.raises(WrongKeys, match="sealed with the key 'a', which is missing"):
            await check_keys(database, now=NOW)
        assert await known_keys(database) == []


async def test_of_processes_that_start_together_with_different_keys_one_kind_starts(
    own_database: Database,
) -> None:
    async def start(filling: str) -> str | None:
        try:
            await check_keys(with_keys(own_database, keyring(key("k", filling))), now=NOW)
        except WrongKeys:
            return None
        return filling

    started = {one for one in await asyncio.gather(*map(start, "abababab")) if one is not None}

    assert len(started) == 1


async def test_rotation_seals_everything_with_the_active_key_and_forgets_the_others(
    url: str,
) -> None:
    async with Database(url) as database:
        practice = await Practice.of(database)
        plain = await noted(practice, "plain")
        silent = await practice.add_session(None)
    async with Database(url, keyring=A) as database:
        await check_keys(database, now=NOW)
        practice.database = database
        sealed = await noted(practice, "sealed")
        other = await noted(await Practice.of(database), "other")
    async with Database(url, keyring=BOTH) as database:
        await check_keys(database, now=NOW)
        done = await rotate(database)
        again = await rotate(database)

        assert (done.resealed, done.left, done.unreadable) == (3, 0, [])
        assert (done.by_key, done.forgotten) == ({"b": 3}, ["a"])
        assert (again.resealed, again.forgotten) == (0, [])
        assert await known_keys(database) == ["b"]
        assert await kept(database, silent.id) == (None, None)
        rows = await database.fetch("SELECT version, updated_at FROM session")
        assert {tuple(row) for row in rows} == {(1, "2026-05-14T12:00:00Z")}
        assert await database.fetch("SELECT id FROM session_event") == []
    async with Database(url, keyring=B) as database:
        await check_keys(database, now=NOW)
        assert [failure async for failure in unreadable_notes(database)] == []
        for session in (plain, sealed, other):
            assert (await kept(database, session.id))[1] == "b"


async def test_rotation_goes_on_where_it_was_cut_off_and_tells_how_far_it_is(url: str) -> None:
    class CutOff(Exception):
        pass

    def cut_off(_seen: int) -> None:
        raise CutOff

    async with Database(url) as database:
        practice = await Practice.of(database)
        for _ in range(NOTES_AT_ONCE + 1):
            await practice.add_session(None, private_notes="plain")
    async with Database(url, keyring=BOTH) as database:
        with pytest.raises(CutOff):
            await rotate(database, progress=cut_off)
        assert await count_by_key(database) == {None: 1, "b": NOTES_AT_ONCE}
        seen: list[int] = []
        done = await rotate(database, progress=seen.append)

        assert done.resealed == 1
        assert seen == [1, 0]


async def test_no_edit_is_lost_to_a_rotation_that_runs_meanwhile(own_database: Database) -> None:
    # Who edits seals with the old key still, and opens what has got the new one by the time that
    # the answer is read.
    edited = with_keys(own_database, keyring(key("a"), key("b")))
    rotated = with_keys(own_database, BOTH)
    practice = await Practice.of(edited)
    sessions = [await noted(practice, "before") for _ in range(40)]

    async def edit_all() -> None:
        for number, session in enumerate(sessions):
            done = await act(
                practice, "updateSessionNotes", id=session.id, privateNotes=f"after {number}"
            )
            assert done.errors == []

    await asyncio.gather(edit_all(), *(rotate(rotated) for _ in range(3)))
    last = await rotate(rotated)

    assert last.by_key == {"b": 40}
    practice.database = rotated
    answer = await practice.ask("{ sessions(first: 100) { nodes { id privateNotes version } } }")
    found = {
        node["id"]: (node["privateNotes"], node["version"])
        for node in answer.data["sessions"]["nodes"]
    }
    assert found == {one.id: (f"after {number}", 2) for number, one in enumerate(sessions)}


async def test_rotation_passes_over_what_somebody_is_changing_and_says_so(
    engine: str, own_database: Database
) -> None:
    if engine == "sqlite":
        pytest.skip("SQLite has one writer: a rotation waits for it")
    held, rotated = with_keys(own_database, A), with_keys(own_database, BOTH)
    practice = await Practice.of(held)
    free, taken = await noted(practice), await noted(practice)

    async def hold(transaction: Transaction) -> tuple[int, int]:
        await transaction.fetch(
            f"SELECT id FROM session WHERE id = $1{transaction.for_update}", [taken.id]
        )
        done = await rotate(rotated)
        return done.resealed, done.left

    assert await write(held, hold) == (1, 1)
    assert (await kept(rotated, free.id))[1] == "b"
    assert (await rotate(rotated)).by_key == {"b": 2}


async def test_rotation_leaves_what_does_not_open_and_names_it(url: str) -> None:
    async with Database(url, keyring=A) as database:
        practice = await Practice.of(database)
        good, moved = await noted(practice, "one"), await noted(practice, "two")
        foreign = (await kept(database, good.id))[0]
        await Session.filter(practitioner_id=practice.practitioner.id, id=moved.id).update(
            private_notes=foreign
        )
    async with Database(url, keyring=BOTH) as database:
        done = await rotate(database)

        assert (done.resealed, done.left, done.unreadable) == (1, 0, [moved.id])
        assert await kept(database, moved.id) == (foreign, "a")
        assert [one.session_id async for one in unreadable_notes(database)] == [moved.id]


async def test_without_a_key_there_is_no_rotation(own_database: Database) -> None:
    with pytest.raises(NoKey):
        await rotate(own_database)


async def test_what_was_plain_is_gone_from_the_file_once_it_is_sealed(
    url: str, tmp_path: Path
) -> None:
    if not url.startswith("sqlite"):
        pytest.skip("PostgreSQL keeps old rows until VACUUM FULL: docs/operations.md")
    async with Database(url) as database:
        practice = await Practice.of(database)
        for length in (1, 300, 3000):
            await noted(practice, "MARKER " * length)
    assert b"MARKER" in Path(sqlite_path(url)).read_bytes()
    async with Database(url, keyring=KEYRING) as database:
        await rotate(database)

    assert [one.name for one in tmp_path.iterdir()] == ["session-history.db"]
    assert b"MARKER" not in Path(sqlite_path(url)).read_bytes()
