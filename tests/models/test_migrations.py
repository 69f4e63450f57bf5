"""Migrations lose nothing: a populated database survives every one of them, on both engines."""

import asyncio
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from models.database import Database, UnknownDatabase, engine_of
from models.migrate import MigrationFailed, migrations, pending, upgrade

NAMES = [step.name for step in migrations("sqlite")]

AT = "2026-05-01T09:00:00Z"
PRACTITIONER = "prc_00000000000000000000000001"

# One row for every table, by the migration that makes it. An id in them is enough to know a row by.
ROWS: dict[str, list[tuple[str, dict[str, Any]]]] = {
    "0001_record": [
        (
            "practitioner",
            {
                "id": PRACTITIONER,
                "name": "Ada",
                "email": "ada@example.com",
                "email_folded": "ada@example.com",
                "password_hash": "-",
                "time_zone": "UTC",
                "currency": "EUR",
                "created_at": AT,
                "updated_at": AT,
                "version": 1,
            },
        ),
        (
            "client",
            {
                "practitioner_id": PRACTITIONER,
                "id": "cli_00000000000000000000000001",
                "name": "Semi; colon's",
                "time_zone": "UTC",
                "search_text": "",
                "sort_name": "",
                "created_at": AT,
                "updated_at": AT,
                "version": 1,
            },
        ),
        (
            "service",
            {
                "practitioner_id": PRACTITIONER,
                "id": "srv_00000000000000000000000001",
                "name": "Coaching",
                "sort_name": "",
                "duration_minutes": 60,
                "price_minor": 100,
                "currency": "EUR",
                "active": True,
                "created_at": AT,
                "updated_at": AT,
                "version": 1,
            },
        ),
        (
            "calendar",
            {
                "practitioner_id": PRACTITIONER,
                "id": "cal_00000000000000000000000001",
                "name": "Main",
                "sort_name": "",
                "time_zone": "UTC",
                "created_at": AT,
                "updated_at": AT,
                "version": 1,
            },
        ),
        (
            "session",
            {
                "practitioner_id": PRACTITIONER,
                "id": "ses_00000000000000000000000001",
                "client_id": "cli_00000000000000000000000001",
                "service_id": "srv_00000000000000000000000001",
                "calendar_id": "cal_00000000000000000000000001",
                "starts_at": AT,
                "ends_at": "2026-05-01T10:00:00Z",
                "duration_minutes": 60,
                "status": "PENDING",
                "overlap_allowed": False,
                "price_minor": 100,
                "currency": "EUR",
                "private_notes": "line one\nline two; 'quoted'",
                "rescheduled_count": 0,
                "created_at": AT,
                "updated_at": AT,
                "version": 1,
            },
        ),
        (
            "session_event",
            {
                "practitioner_id": PRACTITIONER,
                "id": "evt_00000000000000000000000001",
                "session_id": "ses_00000000000000000000000001",
                "session_version": 1,
                "kind": "BOOKED",
                "actor": "PRACTITIONER",
                "changes": "[]",
                "created_at": AT,
            },
        ),
    ],
    "0002_access_and_delivery": [
        (
            "access_token",
            {
                "practitioner_id": PRACTITIONER,
                "id": "tok_00000000000000000000000001",
                "kind": "CLIENT",
                "client_id": "cli_00000000000000000000000001",
                "label": "Portal",
                "secret_hash": "0" * 64,
                "created_at": AT,
            },
        ),
        (
            "outbox_message",
            {
                "practitioner_id": PRACTITIONER,
                "id": "msg_00000000000000000000000001",
                "kind": "CONFIRMED",
                "session_id": "ses_00000000000000000000000001",
                "payload": "{}",
                "created_at": AT,
                "available_at": AT,
                "attempts": 0,
            },
        ),
        (
            "idempotency_key",
            {
                "practitioner_id": PRACTITIONER,
                "actor": "tok_00000000000000000000000001",
                "key": "abc",
                "operation": "bookSession",
                "fingerprint": "0" * 64,
                "result": "{}",
                "created_at": AT,
                "expires_at": AT,
            },
        ),
        (
            "imported_row",
            {
                "practitioner_id": PRACTITIONER,
                "source": "plain",
                "kind": "ses",
                "row_digest": "0" * 64,
                "record_id": "ses_00000000000000000000000001",
                "created_at": AT,
            },
        ),
    ],
    "0004_notes_at_rest": [("notes_key", {"id": "k1", "proof": "-", "created_at": AT})],
    "0003_accounts": [("attempt_limit", {"name": "0" * 64, "used_up_until_ms": 1})],
    "0005_outside_identities": [
        (
            "outside_identity",
            {
                "practitioner_id": PRACTITIONER,
                "id": "oid_00000000000000000000000001",
                "issuer": "https://id.example.com/",
                "subject": "auth0|1",
                "created_at": AT,
            },
        ),
    ],
    "0006_exports": [
        (
            "export",
            {
                "practitioner_id": PRACTITIONER,
                "id": "exp_00000000000000000000000001",
                "client_id": "cli_00000000000000000000000001",
                "holder_id": "tok_00000000000000000000000001",
                "holder_kind": "PRACTITIONER",
                "format": "PDF",
                "with_private_notes": True,
                "request": "{}",
                "secret": "-",
                "file_name": "Ada.pdf",
                "session_count": 1,
                "state": "READY",
                "rendered_count": 1,
                "attempts": 1,
                "byte_count": 3,
                "created_at": AT,
                "expires_at": AT,
            },
        ),
        (
            "export_piece",
            {
                "practitioner_id": PRACTITIONER,
                "export_id": "exp_00000000000000000000000001",
                "number": 0,
                "content": b"\x00\xff\n",
            },
        ),
        (
            "export_event",
            {
                "practitioner_id": PRACTITIONER,
                "id": "xev_00000000000000000000000001",
                "export_id": "exp_00000000000000000000000001",
                "client_id": "cli_00000000000000000000000001",
                "kind": "REQUESTED",
                "format": "PDF",
                "with_private_notes": True,
                "session_count": 1,
                "holder_id": "tok_00000000000000000000000001",
                "created_at": AT,
            },
        ),
    ],
    "0007_mail": [
        (
            "calendar_feed",
            {
                "practitioner_id": PRACTITIONER,
                "id": "fed_00000000000000000000000001",
                "calendar_id": "cal_00000000000000000000000001",
                "secret_hash": "0" * 64,
                "created_at": AT,
            },
        ),
    ],
    "0008_live_updates": [],  # no table of its own
    "0009_statistics": [],  # an index
}


async def populate(url: str, steps: list[str]) -> None:
    async with Database(url) as database:
        client = database.client
        for step in steps:
            for table, row in ROWS[step]:
                places = ", ".join(
                    "?" if database.engine_name == "sqlite" else f"${number}"
                    for number in range(1, len(row) + 1)
                )
                await client.execute_insert(
                    f"INSERT INTO {table} ({', '.join(row)}) VALUES ({places})", list(row.values())
                )


async def everything(url: str, steps: list[str]) -> dict[str, list[tuple[Any, ...]]]:
    """All values of all rows, in the columns that they were written to."""
    found = {}
    async with Database(url) as database:
        for step in steps:
            for table, row in ROWS[step]:
                rows = await database.fetch(f"SELECT {', '.join(row)} FROM {table}")
                found[table] = [tuple(one) for one in rows]
    return found


def test_every_migration_is_there_for_both_engines() -> None:
    assert [step.name for step in migrations("postgres")] == NAMES
    assert set(ROWS) == set(NAMES)


@pytest.mark.parametrize("version", NAMES)
def test_a_populated_database_survives_all_migrations_after_it(
    empty_url: str, version: str
) -> None:
    steps = NAMES[: NAMES.index(version) + 1]
    assert asyncio.run(upgrade(empty_url, last=version)) == steps
    asyncio.run(populate(empty_url, steps))
    before = asyncio.run(everything(empty_url, steps))

    applied = asyncio.run(upgrade(empty_url))

    assert applied == NAMES[len(steps) :]
    assert asyncio.run(everything(empty_url, steps)) == before
    assert all(len(rows) == 1 for rows in before.values())
    assert asyncio.run(pending(empty_url)) == []


def test_only_one_of_several_processes_that_start_together_migrates(empty_url: str) -> None:
    async def start_together() -> list[list[str]]:
        return list(await asyncio.gather(*(upgrade(empty_url) for _ in range(4))))

    applied = asyncio.run(start_together())

    assert sorted(applied) == [[], [], [], NAMES]


def with_one_more(folder: Path, sqlite: str, postgres: str) -> Path:
    """A folder with our migrations and one more."""
    for engine, sql in (("sqlite", sqlite), ("postgres", postgres)):
        for step in migrations(engine):
            (folder / f"{step.name}.{engine}.sql").write_text(step.sql, "utf-8")
        (folder / f"9999_more.{engine}.sql").write_text(sql, "utf-8")
    return folder


REBUILD = """
CREATE TABLE client_anew AS SELECT * FROM client;
DROP TABLE client;
CREATE TABLE client (
  practitioner_id TEXT NOT NULL, id TEXT NOT NULL, name TEXT NOT NULL, email TEXT, phone TEXT,
  time_zone TEXT NOT NULL, search_text TEXT NOT NULL, sort_name TEXT NOT NULL,
  created_at TEXT NOT NULL, updated_at TEXT NOT NULL, version INTEGER NOT NULL,
  PRIMARY KEY (practitioner_id, id)
) STRICT;
INSERT INTO client SELECT * FROM client_anew;
DROP TABLE client_anew;
CREATE TRIGGER named BEFORE DELETE ON client BEGIN SELECT RAISE(ABORT, 'kept; always'); END;
"""


def test_rebuilding_a_table_keeps_what_refers_to_it(empty_url: str, tmp_path: Path) -> None:
    """What Tortoise's own migrations lose on SQLite: all sessions of every client."""
    asyncio.run(upgrade(empty_url))
    asyncio.run(populate(empty_url, NAMES))
    before = asyncio.run(everything(empty_url, NAMES))
    more = with_one_more(tmp_path, REBUILD, "ALTER TABLE client ALTER COLUMN phone TYPE text;")

    assert asyncio.run(upgrade(empty_url, folder=more)) == ["9999_more"]
    assert asyncio.run(everything(empty_url, NAMES)) == before


@pytest.mark.parametrize(
    "broken",
    ["DELETE FROM client;", "CREATE TABLE more (id TEXT); SELECT nonsense;"],
    ids=["rows that would point nowhere", "SQL that fails half way"],
)
def test_a_migration_that_fails_changes_nothing(
    empty_url: str, tmp_path: Path, broken: str
) -> None:
    asyncio.run(upgrade(empty_url))
    asyncio.run(populate(empty_url, NAMES))
    before = asyncio.run(everything(empty_url, NAMES))
    more = with_one_more(tmp_path, broken, broken)

    with pytest.raises((MigrationFailed, asyncpg.PostgresError, Exception)):
        asyncio.run(upgrade(empty_url, folder=more))

    assert asyncio.run(everything(empty_url, NAMES)) == before
    assert asyncio.run(pending(empty_url, folder=more)) == ["9999_more"]


@pytest.mark.parametrize("url", ["", "mysql://x/y", "sqlite:relative.db", "/var/file.db"])
def test_an_address_of_no_engine_of_ours_is_refused(url: str) -> None:
    with pytest.raises(UnknownDatabase, match="sqlite:///PATH"):
        engine_of(url)
