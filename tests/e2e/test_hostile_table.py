"""Hostile inputs, by their numbers in docs/security.md, against a running server on both engines.

Each is answered as its row says, the server goes on, and nothing has been written. The rows that
are faults are in test_races.py, test_database_failures.py, test_half_open.py and test_sockets.py.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx
import pytest

from models.database import Database
from models.identifiers import Kind, new_id
from tests.e2e.conftest import Raced
from tests.e2e.hostile import records, requests, values
from tests.e2e.hostile.attempts import (
    ANSWERED,
    BAD_INPUT,
    BY_ID,
    FUTURE,
    JSON,
    Attempt,
    asked,
    booked,
    done,
    listed,
    outcomes,
)
from tests.e2e.hostile.target import Target, new_target
from tests.e2e.test_sign_in import SIGN_IN
from tests.resolvers.test_bad_changes import everything

ROWS = {**requests.ROWS, **values.ROWS, **records.ROWS}
pytestmark = pytest.mark.parametrize("raced", ["1"], indirect=True, ids=["one worker"])


@pytest.fixture
async def both(raced: Raced) -> AsyncIterator[tuple[Target, Target]]:
    """A practice, and somebody else's, on a server that tests share."""
    async with (
        Database(raced.url) as database,
        httpx.AsyncClient(base_url=raced.address, timeout=60, verify=False) as client,  # noqa: S501 - no TLS here
    ):
        own, theirs = await new_target(database, client), await new_target(database, client)
        for name in ("client", "session", "service", "calendar"):
            own.ids[f"<their {name}>"] = theirs.ids[f"<{name}>"]
        yield own, theirs


@pytest.fixture
def target(both: tuple[Target, Target]) -> Target:
    """The practice."""
    return both[0]


@pytest.mark.parametrize("row", sorted(ROWS))
async def test_a_hostile_input_is_answered_as_its_row_says_and_does_no_harm(
    raced: Raced, target: Target, row: int
) -> None:
    practice, logged = target.practice, raced.log.stat().st_size
    before = await everything(practice.database, practice.practitioner.id)
    for name, one in ROWS[row].items():
        answer = await target.attempt(one)
        alive = await target.client.post("/graphql", json={"query": "{ __typename }"})

        assert (answer.status_code, outcomes(answer)) == (one.status, {one.outcome}), name
        assert "Did you mean" not in answer.text, name
        assert alive.json()["data"] == {"__typename": "Query"}, name
    assert await everything(practice.database, practice.practitioner.id) == before
    written = raced.log.read_bytes()[logged:]
    assert b"ERROR" not in written
    assert b"Traceback" not in written


async def test_a_body_in_chunks_is_not_read_on_either(target: Target) -> None:
    """Row 12: its length is not told."""

    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(160):
            yield b" " * 65_536

    answer = await target.client.post("/graphql", content=chunks(), headers=JSON)

    assert answer.status_code == httpx.codes.REQUEST_ENTITY_TOO_LARGE
    assert outcomes(answer) == {"PAYLOAD_TOO_LARGE"}


TEXTS = {
    "letters joined": "👩‍👩‍👧‍👦 🏳️‍🌈",
    "the other direction": "a\u202egnp.exe\u202c",
    "a flood of accents": "e" + "\u0301" * 1_000,
    "not normalised": "e\u0301 \u00e9 \ufb01 \u212b",
    "what is no character": "\ufffe\uffff\U0010ffff\ufeff",
    "ends of lines": "a\r\nb\rc\u2028d\te",
    "markup": "<script>alert(1)</script> &bogus; =HYPERLINK(1) ${1} {{1}}",
    "as long as can be": "λ" * (32 * 1024),
}


async def test_strange_text_is_kept_to_the_letter(target: Target) -> None:
    """Row 15: what is no mistake comes back as it was sent."""
    query = "query ($id: ID!) { session(id: $id) { customerNotes privateNotes } }"
    for number, (name, text) in enumerate(TEXTS.items()):
        notes: dict[str, Any] = {"customerNotes": text, "privateNotes": text}
        at = FUTURE.replace("T10", f"T{number:02}")
        made = (await target.data(booked(ANSWERED, startsAt=at, **notes)))["done"]["session"]

        read = await target.data(asked(query, ANSWERED, id=made["id"]))

        assert read == {"session": notes}, name


async def test_an_hour_that_a_clock_shows_twice_is_two(target: Target) -> None:
    """Rows 18 and 19: with an offset there is no doubt, and none is shifted."""
    shown = ["2026-03-29T02:30:00+01:00", "2026-10-25T02:30:00+02:00", "2026-10-25T02:30:00+01:00"]
    made = [(await target.data(booked(ANSWERED, startsAt=at)))["done"]["session"] for at in shown]

    assert [one["startsAt"] for one in made] == [
        "2026-03-29T01:30:00Z",
        "2026-10-25T00:30:00Z",
        "2026-10-25T01:30:00Z",
    ]


def turned(cursor: str) -> Iterator[str]:
    """A cursor with a letter changed, at its ends and in its middle."""
    for at in (0, len(cursor) // 2, len(cursor) - 2):
        yield cursor[:at] + ("B" if cursor[at] == "A" else "A") + cursor[at + 1 :]


async def test_a_cursor_is_good_for_its_own_list_alone(both: tuple[Target, Target]) -> None:
    """Row 23."""
    target, theirs = both
    page = await target.data(listed(ANSWERED, first=1))
    cursor = page["sessions"]["pageInfo"]["endCursor"]
    refused = [
        await target.attempt(listed(BAD_INPUT, after=cursor, sort="BY_STATUS")),
        await target.attempt(listed(BAD_INPUT, after=cursor, filter={"period": "PAST"})),
        await theirs.attempt(listed(BAD_INPUT, after=cursor)),
        *[await target.attempt(listed(BAD_INPUT, after=one)) for one in turned(cursor)],
    ]

    assert outcomes(await target.attempt(listed(ANSWERED, after=cursor))) == {ANSWERED}
    assert [outcomes(one) for one in refused] == [{BAD_INPUT}] * 6


@pytest.mark.parametrize(("field", "kind"), [("client", Kind.CLIENT), ("session", Kind.SESSION)])
async def test_what_is_somebody_elses_answers_to_the_letter_as_what_is_not_there(
    target: Target, field: str, kind: Kind
) -> None:
    """Row 24, for reading; test_bad_changes_over_http.py has it for every mutation."""

    async def told(identifier: str) -> str:
        answer = await target.attempt(asked(BY_ID.format(field), "NOT_FOUND", id=identifier))
        errors: str = answer.text.partition('"extensions":{"cost"')[0]
        return errors.replace(identifier, "ID")

    assert await told(target.ids[f"<their {field}>"]) == await told(new_id(kind))


SEARCHED = ["' or 1=1 --", "%", "_", "\\", "\\%", '"', "*", "$1", "?1"]


async def test_a_search_is_for_the_letters_that_it_has(target: Target) -> None:
    """Row 28."""
    for number, text in enumerate(SEARCHED):
        name = f"Eve {text} Adams"
        await target.data(done("createClient", ANSWERED, name=name))
        at = FUTURE.replace("T10", f"T{number:02}")
        await target.data(booked(ANSWERED, startsAt=at, customerNotes=name))

    for text in SEARCHED:
        query = """query ($text: String!) {
          clients(filter: {text: $text}) { nodes { name } }
          sessions(filter: {text: $text}) { nodes { customerNotes } } }"""
        found = await target.data(asked(query, ANSWERED, text=text))

        named = sorted(f"Eve {one} Adams" for one in SEARCHED if text in one)
        assert sorted(one["name"] for one in found["clients"]["nodes"]) == named
        assert sorted(one["customerNotes"] for one in found["sessions"]["nodes"]) == named


async def test_of_a_hundred_guesses_at_once_ten_are_looked_at(target: Target) -> None:
    """Row 43: the others are told when to come back; the rest of the server goes on."""
    address = f"{new_id(Kind.PRACTITIONER)}@example.com"

    def guess(number: int) -> Attempt:
        tried = {"email": address, "password": f"guess number {number}"}
        body = {"query": SIGN_IN, "variables": {"input": tried}}
        # From a network of its own: the limits of a network are another test's.
        headers = {**JSON, "x-forwarded-for": "2001:db8::1"}
        return Attempt(body, "RATE_LIMITED", headers=headers)

    answers = await asyncio.gather(*(target.attempt(guess(number)) for number in range(100)))

    limited = [one for one in answers if outcomes(one) == {"RATE_LIMITED"}]
    assert Counter(str(outcomes(one)) for one in answers) == {
        "{'InvalidCredentialsError'}": 10,
        "{'RATE_LIMITED'}": 90,
    }
    waits = [one.json()["errors"][0]["extensions"]["retryAfterSeconds"] for one in limited]
    assert all(0 < wait <= 900 for wait in waits)
