"""Sealed private notes: to who may read them they are as they were written, by every way."""

import logging
from pathlib import Path
from typing import Any

import pytest

from models import Session
from models.enums import AccessTokenKind
from tests.acts import act, send
from tests.keys import kept, key, keyring, with_keys
from tests.practice import NOW, Practice
from tests.resolvers.importing.files import import_rows, row, sessions_of
from tests.statements import RecordedDatabase

LONG = "Größe 会議 😀 " * 2978  # 64 KiB, all but a few bytes


async def test_what_is_written_is_sealed_and_read_as_it_was(sealing_practice: Practice) -> None:
    practice = sealing_practice
    client = await practice.add_client()
    booked = await act(
        practice,
        "bookSession",
        clientId=client.id,
        serviceId=practice.service.id,
        calendarId=practice.calendar.id,
        startsAt="2026-06-01T09:00:00Z",
        privateNotes="First time",
    )
    identifier = booked.session["id"]
    first = await kept(practice.database, identifier)
    changed = await act(practice, "updateSessionNotes", id=identifier, privateNotes=LONG)
    second = await kept(practice.database, identifier)
    moved = await act(practice, "rescheduleSession", id=identifier, startsAt="2026-06-02T09:00:00Z")
    cleared = await act(practice, "updateSessionNotes", id=identifier, privateNotes=None)

    assert booked.session["privateNotes"] == "First time"
    assert changed.session["privateNotes"] == LONG
    assert moved.session["privateNotes"] == LONG
    assert cleared.session["privateNotes"] is None
    assert (first[1], second[1]) == ("a", "a")
    assert "First time" not in (first[0] or "")
    assert [*await kept(practice.database, identifier)] == [None, None]


async def test_writing_the_same_sealed_notes_again_changes_nothing(
    sealing_practice: Practice,
) -> None:
    session = await sealing_practice.add_session(private_notes="Nervous")
    before = await kept(sealing_practice.database, session.id)

    done = await act(sealing_practice, "updateSessionNotes", id=session.id, privateNotes="Nervous")

    assert (done.session["version"], done.session["events"]) == (1, [])
    assert await kept(sealing_practice.database, session.id) == before


async def test_imported_notes_are_sealed(sealing_practice: Practice, tmp_path: Path) -> None:
    await import_rows(sealing_practice, tmp_path, row(private_notes="Quiet"), row())

    noted, silent = await sessions_of(sealing_practice)
    assert noted.private_notes_key == "a"
    assert "Quiet" not in (noted.private_notes or "")
    assert await kept(sealing_practice.database, silent.id) == (None, None)
    answer = await sealing_practice.ask(
        "query ($id: ID!) { session(id: $id) { privateNotes } }", {"id": noted.id}
    )
    assert answer.data["session"] == {"privateNotes": "Quiet"}


async def test_copies_and_follow_ups_have_no_private_notes(sealing_practice: Practice) -> None:
    client = await sealing_practice.add_client()
    source = await sealing_practice.add_session(client, private_notes="secret")

    copy = await act(
        sealing_practice, "duplicateSession", id=source.id, startsAt="2026-06-01T09:00:00Z"
    )
    next_one = await act(
        sealing_practice, "bookFollowUp", id=source.id, startsAt="2026-06-02T09:00:00Z"
    )

    for done in (copy, next_one):
        assert await kept(sealing_practice.database, done.session["id"]) == (None, None)


async def test_plain_notes_and_those_of_an_older_key_are_read_beside_sealed_ones(
    practice: Practice,
) -> None:
    client = await practice.add_client()
    for keys in ((), (key("a"),), (key("b"), key("a"))):
        practice.database = (
            with_keys(practice.database, keyring(*keys)) if keys else (practice.database)
        )
        await practice.add_session(client, private_notes=f"with {len(keys)} keys")

    document = """query ($id: ID!, $text: String) { client(id: $id) {
      sessions(filter: {text: $text}) { nodes { privateNotes notesPreview } }
    } }"""
    for text, found in ((None, 3), ("WITH", 3), ("1 Keys", 1)):
        answer = await practice.ask(document, {"id": client.id, "text": text})
        nodes = answer.data["client"]["sessions"]["nodes"]
        assert len(nodes) == found
        assert all(node["privateNotes"] == node["notesPreview"] for node in nodes)


async def test_a_search_of_the_whole_practice_finds_sealed_notes(
    sealing_practice: Practice,
) -> None:
    for text in ("the Marker worked", "nothing"):
        await sealing_practice.add_session(await sealing_practice.add_client(), private_notes=text)
    document = """{
      sessions(filter: {text: "marker"}) { totalCount nodes { privateNotes } stats { total } }
      clients { nodes { sessions(filter: {text: "MARKER"}) { totalCount } } }
    }"""

    own = await sealing_practice.ask(document)
    app = await sealing_practice.ask(document, kind=AccessTokenKind.READ_ONLY)

    assert own.data["sessions"] == {
        "totalCount": 1,
        "nodes": [{"privateNotes": "the Marker worked"}],
        "stats": {"total": 1},
    }
    assert sorted(n["sessions"]["totalCount"] for n in own.data["clients"]["nodes"]) == [0, 1]
    assert app.data["sessions"] == {"totalCount": 0, "nodes": [], "stats": {"total": 0}}
    assert {n["sessions"]["totalCount"] for n in app.data["clients"]["nodes"]} == {0}


async def test_who_may_not_read_private_notes_is_not_sent_them_by_the_database(url: str) -> None:
    async with RecordedDatabase(url, keyring=keyring(key("a"))) as database:
        practice = await Practice.of(database)
        await practice.add_session(await practice.add_client(), private_notes="secret")
        document = """{
          sessions(sort: BY_STATUS, filter: {period: PAST, text: "s"}) { nodes { id privateNotes } }
          clients { nodes { sessions { totalCount nodes { privateNotes notesPreview } } } }
        }"""
        database.statements.clear()
        await practice.ask(document, kind=AccessTokenKind.READ_ONLY)

        assert database.statements
        assert not [sql for sql, _ in database.statements if "private_notes" in sql]


async def damage(practice: Practice, session: Session, other: Session) -> None:
    """Put the sealed notes of another session where those of this one stood."""
    notes, key_id = await kept(practice.database, other.id)
    assert key_id is not None
    own = Session.filter(practitioner_id=practice.practitioner.id, id=session.id)
    await own.update(private_notes=notes, private_notes_key=key_id)


async def test_notes_that_do_not_open_fail_their_field_alone(
    sealing_practice: Practice, caplog: pytest.LogCaptureFixture
) -> None:
    practice = sealing_practice
    good = await practice.add_session(private_notes="Went well")
    bad = await practice.add_session(private_notes="Was late", customer_notes="Bring the form")
    await damage(practice, bad, good)

    answer = await practice.ask(
        "{ sessions(sort: OLDEST_FIRST) { totalCount nodes { id privateNotes customerNotes } } }"
    )
    preview = await practice.ask(
        "query ($id: ID!) { session(id: $id) { id notesPreview } }", {"id": bad.id}
    )

    nodes = {node["id"]: node for node in answer.data["sessions"]["nodes"]}
    assert nodes[good.id]["privateNotes"] == "Went well"
    assert nodes[bad.id] == {
        "id": bad.id,
        "privateNotes": None,
        "customerNotes": "Bring the form",
    }
    (error,) = answer.errors
    assert error["path"][-1] == "privateNotes"
    assert preview.data == {"session": {"id": bad.id, "notesPreview": None}}
    logged = caplog.text
    assert f"the private notes of {bad.id} do not open" in logged
    assert "Went well" not in logged
    assert str((await kept(practice.database, good.id))[0]) not in logged


async def test_a_search_passes_over_notes_that_do_not_open_and_says_so_in_the_log(
    sealing_practice: Practice, caplog: pytest.LogCaptureFixture
) -> None:
    client = await sealing_practice.add_client()
    good = await sealing_practice.add_session(client, private_notes="Went well")
    bad = await sealing_practice.add_session(client, private_notes="Went well too")
    await damage(sealing_practice, bad, good)

    with caplog.at_level(logging.ERROR):
        answer = await sealing_practice.ask(
            '{ sessions(filter: {text: "went"}) { totalCount nodes { id } } }'
        )

    assert answer.errors == []
    assert answer.data["sessions"] == {"totalCount": 1, "nodes": [{"id": good.id}]}
    assert bad.id in caplog.text
    assert "went" not in caplog.text


async def test_notes_that_do_not_open_can_be_written_anew(sealing_practice: Practice) -> None:
    good = await sealing_practice.add_session(private_notes="Went well")
    bad = await sealing_practice.add_session(private_notes="Was late")
    await damage(sealing_practice, bad, good)

    done = await act(
        sealing_practice, "updateSessionNotes", id=bad.id, privateNotes="Was late, I think"
    )

    assert done.session["privateNotes"] == "Was late, I think"


@pytest.mark.parametrize("later", [(key("a"),), (key("b"), key("a"))], ids=["same", "new key"])
async def test_a_key_sent_again_is_known_again_whatever_happened_to_our_keys(
    practice: Practice, later: tuple[str, ...]
) -> None:
    given: dict[str, Any] = {
        "clientId": (await practice.add_client()).id,
        "serviceId": practice.service.id,
        "calendarId": practice.calendar.id,
        "startsAt": "2026-06-01T09:00:00Z",
        "privateNotes": "Nervous",
        "idempotencyKey": "the-key",
    }
    practice.database = with_keys(practice.database, keyring(key("a")))
    first = await act(practice, "bookSession", **given)
    practice.database = with_keys(practice.database, keyring(*later))
    again = await act(practice, "bookSession", **given)
    other = await act(practice, "bookSession", **{**given, "privateNotes": "Calm"})

    assert again.session["id"] == first.session["id"]
    assert other.error["__typename"] == "IdempotencyMismatchError"


async def test_the_digest_of_an_input_is_not_to_be_guessed_from(practice: Practice) -> None:
    """Two practices that send the very same input keep different digests of it."""
    digests: set[str] = set()
    for keys in ((key("a"),), (key("a", "z"),)):
        practice.database = with_keys(practice.database, keyring(*keys))
        await send(
            practice,
            "bookSession",
            {
                "clientId": (await practice.add_client()).id,
                "serviceId": practice.service.id,
                "calendarId": practice.calendar.id,
                "startsAt": NOW.isoformat(),
                "allowOverlap": True,
                "idempotencyKey": f"key {keys}",
            },
        )
        rows = await practice.database.fetch(
            "SELECT fingerprint FROM idempotency_key WHERE practitioner_id = $1",
            [practice.practitioner.id],
        )
        digests.update(one for (one,) in rows)

    assert len(digests) == 2
