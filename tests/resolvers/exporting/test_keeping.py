"""What is kept of exports, for how long, and how many may wait."""

from datetime import timedelta
from typing import Any

import pytest

from models import Export
from models.database import Database
from models.enums import ExportState, SessionStatus
from models.transaction import Transaction, write
from resolvers.exporting.asking import MOST_IN_A_PDF, MOST_UNFINISHED
from resolvers.exporting.files import (
    PIECE_BYTES,
    FileIncomplete,
    file_pieces,
    forget_expired_files,
    keep_pieces,
)
from resolvers.exporting.links import LinkEnded, UnknownLink, follow
from tests.keys import KEYRING, key, keyring, with_keys
from tests.practice import NOW, Practice
from tests.resolvers.exporting.taking import ask_for, export_of, hold_tokens, key_of

CONTENT = bytes(range(256)) * (2 * PIECE_BYTES // 256) + b"and the rest"


async def kept_file(practice: Practice, client_id: str) -> dict[str, Any]:
    """A PDF that was made, of two pieces and some bytes."""
    export = await export_of(practice, client_id, format="PDF")

    async def work(transaction: Transaction) -> None:
        await keep_pieces(
            transaction,
            practice.database,
            CONTENT,
            owner=practice.practitioner.id,
            export_id=export["id"],
        )

    await write(practice.database, work)
    await Export.filter(practitioner_id=practice.practitioner.id, id=export["id"]).update(
        state=ExportState.READY, byte_count=len(CONTENT)
    )
    return export


async def pieces_of(database: Database, export: dict[str, Any]) -> list[Any]:
    """What is kept of a file."""
    return await database.fetch(
        "SELECT content, sealed_with, number FROM export_piece WHERE export_id = $1 "
        "ORDER BY number",
        [export["id"]],
    )


async def fetched(practice: Practice, export: dict[str, Any], *, now: Any = NOW) -> bytes:
    """The file behind a link."""
    opened = await follow(practice.database, export["id"], key_of(export), now=now)
    return b"".join([piece async for piece in file_pieces(practice.database, opened.export)])


async def test_a_file_is_kept_in_sealed_pieces_of_a_bounded_size(
    sealing_practice: Practice,
) -> None:
    practice = sealing_practice
    await hold_tokens(practice)
    export = await kept_file(practice, (await practice.add_client()).id)

    pieces = await pieces_of(practice.database, export)

    assert [number for _, _, number in pieces] == [0, 1, 2]
    assert {key_id for _, key_id, _ in pieces} == {"a"}
    assert all(len(content) < PIECE_BYTES + 100 for content, _, _ in pieces)
    assert not any(bytes(range(64)) in bytes(content) for content, _, _ in pieces)
    assert await fetched(practice, export) == CONTENT


async def test_a_file_that_is_removed_while_it_is_read_is_no_whole_one(practice: Practice) -> None:
    await hold_tokens(practice)
    export = await kept_file(practice, (await practice.add_client()).id)
    opened = await follow(practice.database, export["id"], key_of(export), now=NOW)
    pieces = file_pieces(practice.database, opened.export)
    await anext(pieces)
    await forget_expired_files(practice.database, now=NOW + timedelta(hours=1))

    with pytest.raises(FileIncomplete):
        await anext(pieces)


async def test_a_file_is_gone_when_its_time_is_over_and_its_link_says_so_for_a_day(
    own_database: Database,
) -> None:
    practice = await Practice.of(own_database)
    await hold_tokens(practice)
    export = await kept_file(practice, (await practice.add_client()).id)
    end = NOW + timedelta(hours=1)

    async def forgotten(at: Any) -> tuple[int, int]:
        await forget_expired_files(own_database, now=at)
        return len(await pieces_of(own_database, export)), await Export.all().count()

    assert await forgotten(end - timedelta(seconds=1)) == (3, 1)
    assert await fetched(practice, export, now=end - timedelta(seconds=1)) == CONTENT
    assert await forgotten(end) == (0, 1)
    with pytest.raises(LinkEnded, match="expired"):
        await fetched(practice, export, now=end)
    assert await forgotten(end + timedelta(days=1) - timedelta(seconds=1)) == (0, 1)
    assert await forgotten(end + timedelta(days=1)) == (0, 0)
    with pytest.raises(UnknownLink):
        await fetched(practice, export, now=end + timedelta(days=1))
    trail = await practice.ask("{ exportEvents { nodes { kind client { id } } } }")
    assert len(trail.data["exportEvents"]["nodes"]) == 1


async def test_with_a_client_their_files_go_and_nobody_elses(practice: Practice) -> None:
    await hold_tokens(practice)
    one, other = await practice.add_client("One"), await practice.add_client("Other")
    theirs, others = await kept_file(practice, one.id), await kept_file(practice, other.id)

    await practice.ask("mutation ($id: ID!) { deleteClient(id: $id) { keptSessions } }",
                       {"id": one.id})  # fmt: skip

    assert await pieces_of(practice.database, theirs) == []
    with pytest.raises(LinkEnded, match="deleted"):
        await fetched(practice, theirs)
    assert await fetched(practice, others) == CONTENT


async def test_what_opens_a_link_is_not_in_the_database_where_there_are_keys(
    sealing_practice: Practice,
) -> None:
    practice = sealing_practice
    client = await practice.add_client()
    await practice.add_session(client, private_notes="Went well")
    export = await export_of(practice, client.id, filter={"text": "went well"})

    row = str(await Export.filter(id=export["id"]).values())

    assert key_of(export) not in row
    assert "went well" not in row.lower()
    assert "'sealed_with': 'a'" in row


async def test_without_the_key_that_sealed_it_a_link_has_ended(
    sealing_practice: Practice,
) -> None:
    """It was rotated, and taken away before the link's hour was over."""
    practice = sealing_practice
    await hold_tokens(practice)
    export = await export_of(practice, (await practice.add_client()).id)
    sealing = practice.database
    practice.database = with_keys(sealing, keyring(key("b")))

    with pytest.raises(LinkEnded, match="Ask for a new one"):
        await follow(practice.database, export["id"], key_of(export), now=NOW)
    seen = await practice.ask("query ($id: ID!) { export(id: $id) { url } }", {"id": export["id"]})
    practice.database = with_keys(sealing, keyring(key("b"), key("a")))
    opened = await follow(practice.database, export["id"], key_of(export), now=NOW)

    assert seen.codes == ["NOT_FOUND"]
    assert opened.export.id == export["id"]
    assert sealing.keyring is KEYRING


async def test_ten_pdfs_may_wait_and_nobody_elses_count(practice: Practice) -> None:
    client = await practice.add_client()
    for _ in range(MOST_UNFINISHED):
        await export_of(practice, client.id, format="PDF")

    refused = await ask_for(practice, client.id, format="PDF")
    csv = await ask_for(practice, client.id)
    other = await Practice.of(practice.database)
    others = await ask_for(other, (await other.add_client()).id, format="PDF")
    later = await ask_for(practice, client.id, format="PDF", now=NOW + timedelta(minutes=60))

    assert refused.codes == ["RATE_LIMITED"]
    assert refused.errors[0]["extensions"]["retryAfterSeconds"] > 0
    assert (csv.errors, others.errors, later.errors) == ([], [], [])
    assert await Export.filter(practitioner_id=practice.practitioner.id).count() == (
        MOST_UNFINISHED + 2
    )


async def copied(practice: Practice, times: int) -> None:
    """Copy the one session of a practice so often."""
    rows = await practice.database.fetch("SELECT name FROM pragma_table_info('session')")
    columns = [name for (name,) in rows]
    taken = ["printf('ses_%026d', n.i)" if name == "id" else name for name in columns]

    async def work(transaction: Transaction) -> None:
        await transaction.fetch(
            f"INSERT INTO session ({', '.join(columns)}) "
            "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $1) "
            f"SELECT {', '.join(taken)} FROM session, n WHERE practitioner_id = $2 RETURNING 1",
            [times, practice.practitioner.id],
        )

    await write(practice.database, work)


@pytest.mark.parametrize("engine", ["sqlite"])
async def test_a_pdf_that_would_be_too_long_is_refused_with_what_to_do(practice: Practice) -> None:
    """Counting is the same on both engines; copying so often is not."""
    client = await practice.add_client()
    await practice.add_session(client, status=SessionStatus.COMPLETED)
    await copied(practice, MOST_IN_A_PDF)

    answer = await ask_for(practice, client.id, format="PDF")
    fewer = await ask_for(practice, client.id, format="PDF", filter={"statuses": ["PENDING"]})
    csv = await ask_for(practice, client.id)

    (error,) = answer.data["done"]["errors"]
    assert (error["__typename"], error["path"]) == ("InvalidInputError", ["input", "format"])
    assert "CSV" in error["message"]
    assert answer.data["done"]["export"] is None
    assert (fewer.data["done"]["errors"], csv.data["done"]["errors"]) == ([], [])
    assert await Export.filter(client_id=client.id).count() == 2
