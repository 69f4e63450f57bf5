"""Every field of both schemas, for every kind of caller, by the rules of role_rules.py."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any, Self

import pytest
from graphql import GraphQLObjectType, GraphQLSchema, build_schema
from strawberry import ID

from execution.admission import Policy
from execution.limits import Limits
from models import AccessToken, CalendarFeed
from models.database import Database
from models.enums import AccessTokenKind, Actor, ExportFormat, SessionStatus
from resolvers.accounts.access import secret_hash
from resolvers.context import Context
from resolvers.exporting.asking import ExportSessionHistoryInput, export_session_history
from resolvers.principal import Principal
from schema.build import practitioner_schema
from schema.portal.build import portal_schema
from tests.mails import add_mail
from tests.portal import ask_portal, client_principal
from tests.practice import NOW, Answer, Practice, ask
from tests.resolvers.role_documents import (
    document_of,
    id_places,
    read_fields,
    root_type,
)
from tests.resolvers.role_rules import PROBLEMS, ROOTS, Below, Caller, Outcome, coordinates

CANARY = "a canary sings"
TABLES = (
    "client",
    "service",
    "calendar",
    "session",
    "session_event",
    "outbox_message",
    "idempotency_key",
    "access_token",
    "calendar_feed",
)


@dataclass(frozen=True)
class Api:
    """One of the two schemas, with its rules."""

    name: str
    schema: GraphQLSchema
    ask: Callable[..., Awaitable[Answer]]
    readers: tuple[Caller, ...]
    """Who reads objects at all; the first of them may write too."""

    def roots(self, kind: str) -> list[str]:
        return [one for one in ROOTS[self.name] if one.startswith(f"{kind}.")]


# The documents here are wider than any front end's, and name each field after what it is.
WIDE = Policy(
    limits=Limits(
        root_fields=20, fields=5_000, selected=5_000, aliases=5_000, tokens=20_000, cost=1_000_000
    )
)
GRAPHQL = Api(
    "graphql",
    build_schema(practitioner_schema().as_str()),
    partial(ask, schema=practitioner_schema(WIDE)),
    (Caller.OWNER, Caller.READ_ONLY),
)
PORTAL = Api(
    "portal",
    build_schema(portal_schema().as_str()),
    partial(ask_portal, schema=portal_schema(WIDE)),
    (Caller.CLIENT,),
)
APIS = pytest.mark.parametrize("api", [GRAPHQL, PORTAL], ids=lambda api: api.name)


@dataclass(frozen=True)
class Record:
    """The owner's record, in which nothing is null, and everybody who might ask about it."""

    practice: Practice
    ids: dict[str, str]
    callers: dict[Caller, Principal | None]

    @classmethod
    async def of(cls, database: Database) -> Self:
        practice, other = await Practice.of(database), await Practice.of(database)
        calendar = await practice.add_calendar("Room", color="#aabbcc")
        client = await practice.add_client("Ada", email="ada@example.com", phone="123")
        beside, elsewhere = await practice.add_client("Bob"), await other.add_client("Cleo")
        past = await practice.add_session(
            client,
            NOW - timedelta(days=6),
            SessionStatus.COMPLETED,
            calendar_id=calendar.id,
            private_notes=CANARY,
            customer_notes="Shared",
        )
        cancelled = await practice.add_session(
            client,
            NOW + timedelta(days=1),
            SessionStatus.CANCELLED,
            cancelled_by=Actor.CLIENT,
            cancellation_reason="Ill",
        )
        session = await practice.add_session(
            client,
            NOW + timedelta(days=2),
            SessionStatus.PENDING,
            origin_kind="FOLLOW_UP",
            origin_id=past.id,
            customer_notes="Bring a pen",
            private_notes=CANARY,
        )
        await practice.add_event(session, changes='[["status","PENDING","X"]]', reason="So")
        token = await AccessToken.create(
            practitioner_id=practice.practitioner.id,
            kind=AccessTokenKind.CLIENT,
            client_id=client.id,
            label="Portal",
            secret_hash=secret_hash(client.id),
            created_at=NOW,
            last_used_at=NOW,
            expires_at=NOW,
            revoked_at=NOW,
        )
        await AccessToken.create(
            practitioner_id=practice.practitioner.id,
            id=practice.principal().token_id,
            kind=AccessTokenKind.PRACTITIONER,
            label="Laptop",
            secret_hash=secret_hash(practice.practitioner.id),
            created_at=NOW,
        )
        feed = await CalendarFeed.create(
            practitioner_id=practice.practitioner.id,
            calendar_id=calendar.id,
            secret_hash=secret_hash(calendar.id),
            created_at=NOW,
            last_fetched_at=NOW,
        )
        mails = [
            await add_mail(practice, session, client, **became)
            for became in (
                {"failed_at": NOW, "last_error": "The mail server hung up."},
                {"sent_at": NOW, "carried_by": "SMTP"},
                {},
            )
        ]
        export = await export_session_history(
            Context(database=database, principal=practice.principal(), now=NOW),
            ExportSessionHistoryInput(client_id=ID(client.id), format=ExportFormat.PDF),
        )
        ids = {
            "$export": export.id,
            "$client": client.id,
            "$service": practice.service.id,
            "$calendar": calendar.id,
            "$past": past.id,
            "$session": session.id,
            "$cancelled": cancelled.id,
            "$token": token.id,
            "$feed": feed.id,
            "$mail": mails[-1].id,
            "@new": f"new-{practice.practitioner.email}",
            "@owner": practice.practitioner.email,
        }
        callers: dict[Caller, Principal | None] = {
            Caller.OWNER: practice.principal(),
            Caller.READ_ONLY: practice.principal(AccessTokenKind.READ_ONLY),
            Caller.OTHER_PRACTITIONER: other.principal(),
            Caller.CLIENT: client_principal(practice, client),
            Caller.OTHER_CLIENT: client_principal(practice, beside),
            Caller.CLIENT_ELSEWHERE: client_principal(other, elsewhere),
            Caller.STRANGER: None,
        }
        return cls(practice, ids, callers)

    def filled(self, given: Any) -> Any:
        """Example arguments, with the ids of this record for their names."""
        if isinstance(given, dict):
            return {name: self.filled(value) for name, value in given.items()}
        if isinstance(given, list):
            return [self.filled(value) for value in given]
        return self.ids.get(given, given) if isinstance(given, str) else given

    async def kept(self) -> list[str]:
        """All that the database holds for the owner."""
        owner = [self.practice.practitioner.id]
        found: list[str] = []
        for table in TABLES:
            rows = await self.practice.database.fetch(
                f"SELECT * FROM {table} WHERE practitioner_id = $1", owner
            )
            found += sorted(f"{table} {tuple(row)}" for row in rows)
        return found


async def asked(
    api: Api, record: Record, caller: Caller, *roots: str, given: dict[str, Any] | None = None
) -> Answer:
    """The answer to a caller who asks for all that there is below some root fields."""
    arguments = {
        one: record.filled(ROOTS[api.name][one].given if given is None else given) for one in roots
    }
    document, variables = document_of(api.schema, arguments)
    return await api.ask(record.practice.database, record.callers[caller], document, variables)


def outcome_of(answer: Answer) -> Outcome:
    """What came of the one root field that was asked for."""
    at_root = [
        str((error.get("extensions") or {}).get("code"))
        for error in answer.errors
        if len(error.get("path") or []) < 2
    ]
    if at_root:
        (code,) = at_root
        return {
            "NOT_FOUND": Outcome.NOT_FOUND,
            "BAD_USER_INPUT": Outcome.BAD_INPUT,
            "FORBIDDEN": Outcome.FORBIDDEN,
            "UNAUTHENTICATED": Outcome.UNAUTHENTICATED,
        }[code]
    problems = [
        error["__typename"]
        for field, value in read_fields(answer.data)
        if field.endswith("Payload.errors")
        for error in value
    ]
    if "NotFoundError" in problems:
        return Outcome.NOT_FOUND
    return Outcome.PROBLEM if problems else Outcome.DONE


def forbidden_fields(answer: Answer) -> set[str]:
    """The fields below the root at which an answer has an error; it must be FORBIDDEN."""
    deep = [error for error in answer.errors if len(error["path"]) > 1]
    assert {error["extensions"]["code"] for error in deep} <= {"FORBIDDEN"}
    return {error["path"][-1].replace("__", ".") for error in deep}


@APIS
def test_every_field_has_a_rule_and_every_rule_a_field(api: Api) -> None:
    fields = {
        f"{named.name}.{field}"
        for named in api.schema.type_map.values()
        if isinstance(named, GraphQLObjectType) and not named.name.startswith("__")
        for field in named.fields
    }

    ruled = {*ROOTS[api.name], *coordinates(api.name, *Below)}
    assert {"without a rule": fields - ruled, "without a field": ruled - fields} == {
        "without a rule": set(),
        "without a field": set(),
    }


@APIS
@pytest.mark.parametrize("caller", Caller)
async def test_every_root_field_answers_each_caller_as_its_rule_says(
    database: Database, api: Api, caller: Caller
) -> None:
    """And nobody but whoever may write changes anything of the owner's."""
    record = await Record.of(database)
    before = await record.kept()
    wrong = {}

    for coordinate, root in ROOTS[api.name].items():
        if coordinate.startswith("Mutation.") and caller is api.readers[0]:
            continue  # what they are answered, the next test but one looks at
        if coordinate.startswith("Subscription.") and root.rule[caller] is Outcome.DONE:
            continue  # nothing is told until something changes: a test of its own looks at that
        answer = await asked(api, record, caller, coordinate)
        outcome = outcome_of(answer)
        if outcome is not root.rule[caller]:
            wrong[coordinate] = (outcome, answer.errors)
        if caller not in api.readers:
            assert not any(one in str(answer.data) for one in ("Ada", "Bring a pen", CANARY))

    assert wrong == {}
    assert await record.kept() == before


@pytest.mark.parametrize(
    ("api", "caller"),
    [(api, caller) for api in (GRAPHQL, PORTAL) for caller in api.readers],
    ids=lambda one: one.name if isinstance(one, Api) else str(one),
)
async def test_whoever_gets_to_an_object_reads_exactly_the_fields_that_are_for_them(
    database: Database, api: Api, caller: Caller
) -> None:
    """One document asks for every field of every type that a query can come to."""
    record = await Record.of(database)
    withheld = set() if caller is Caller.OWNER else coordinates(api.name, Below.OWNER)
    roots = [one for one in api.roots("Query") if ROOTS[api.name][one].rule[caller] is Outcome.DONE]

    answer = await asked(api, record, caller, *roots)

    fields = list(read_fields(answer.data))
    readable = coordinates(api.name, Below.ALL, Below.OWNER) - withheld
    if caller is Caller.OWNER:
        readable |= coordinates(api.name, Below.MANAGERS, Below.HOLDER)
    assert {field for field, value in fields if value is not None} == {*readable, *roots}
    assert forbidden_fields(answer) == withheld == {field for field, _ in fields} & withheld
    assert (CANARY in str(answer)) is (caller is Caller.OWNER)


@pytest.mark.parametrize("caller", GRAPHQL.readers)
async def test_whoever_listens_is_told_exactly_the_fields_that_are_for_them(
    database: Database, caller: Caller
) -> None:
    record = await Record.of(database)
    withheld = set() if caller is Caller.OWNER else coordinates("graphql", Below.OWNER)
    (coordinate,) = GRAPHQL.roots("Subscription")

    async with asyncio.timeout(20):
        listening = asyncio.create_task(asked(GRAPHQL, record, caller, coordinate))
        while not database.followers and not listening.done():  # noqa: ASYNC110 - it tells nobody
            await asyncio.sleep(0.002)
        answer_to = await asked(
            GRAPHQL,
            record,
            Caller.OWNER,
            "Mutation.updateSessionNotes",
            given={"input": {"id": "$session", "privateNotes": CANARY + " anew"}},
        )
        answer = await listening

    assert outcome_of(answer_to) is Outcome.DONE
    fields = list(read_fields(answer.data))
    readable = coordinates("graphql", Below.LISTENERS)
    readable |= {f"Session.{one}" for one in root_type(GRAPHQL.schema, "Session").fields}
    told = {field for field, value in fields if value is not None}
    assert readable - told - withheld <= {"Session.cancellation"}
    assert coordinate in told
    assert forbidden_fields(answer) == withheld
    assert (CANARY in str(answer)) is (caller is Caller.OWNER)


@APIS
async def test_whoever_may_write_is_answered_with_what_was_done_or_why_not(
    database: Database, api: Api
) -> None:
    caller, seen, changed = api.readers[0], set[str](), set[str]()

    for coordinate in api.roots("Mutation"):
        record = await Record.of(database)
        before = await record.kept()
        answer = await asked(api, record, caller, coordinate)
        assert answer.errors == []
        assert outcome_of(answer) is ROOTS[api.name][coordinate].rule[caller], coordinate
        if await record.kept() != before:
            changed.add(coordinate)
        seen |= {field for field, value in read_fields(answer.data) if value is not None}
    record = await Record.of(database)
    if api is GRAPHQL:
        repeated = {"input": {"name": "One", "idempotencyKey": "the same key"}}
        await asked(api, record, caller, "Mutation.createCalendar", given=repeated)
    before = await record.kept()
    for name, given in PROBLEMS[api.name]:
        answer = await asked(api, record, caller, f"Mutation.{name}", given=given)
        assert outcome_of(answer) in {Outcome.PROBLEM, Outcome.NOT_FOUND}
        seen |= {field for field, value in read_fields(answer.data) if value is not None}

    assert coordinates(api.name, Below.WRITERS) - seen == set()
    of_sessions = {one for one in api.roots("Mutation") if "Session" in one}
    assert of_sessions - {"Mutation.exportSessionHistory"} <= changed
    assert await record.kept() == before


def places(given: Any, *path: str) -> Iterator[str]:
    """Where example arguments name an id, as `input.clientId`."""
    if isinstance(given, dict):
        for name, value in given.items():
            yield from places(value, *path, name)
    if isinstance(given, list):
        for value in given:
            yield from places(value, *path)
    if isinstance(given, str) and given.startswith("$"):
        yield ".".join(path)


def with_foreign(given: Any, place: str, *path: str) -> Any:
    """Example arguments in which the id at a place is to be somebody else's."""
    if isinstance(given, dict):
        return {name: with_foreign(value, place, *path, name) for name, value in given.items()}
    if isinstance(given, list):
        return [with_foreign(value, place, *path) for value in given]
    return f"foreign {given}" if ".".join(path) == place else given


@APIS
def test_the_examples_name_an_id_wherever_one_can_be_given(api: Api) -> None:
    missing = {}
    for coordinate, root in ROOTS[api.name].items():
        kind, name = coordinate.split(".")
        wanted = id_places(root_type(api.schema, kind).fields[name])
        if wanted != set(places(root.given)):
            missing[coordinate] = wanted

    assert missing == {}


@APIS
async def test_somebody_elses_id_among_ones_own_is_not_there_and_nothing_is_done(
    database: Database, api: Api
) -> None:
    record, foreign = await Record.of(database), await Record.of(database)
    record.ids.update({f"foreign {name}": one for name, one in foreign.ids.items()})
    before = [await record.kept(), await foreign.kept()]
    tried = 0

    for coordinate, root in ROOTS[api.name].items():
        for place in places(root.given):
            answer = await asked(
                api, record, api.readers[0], coordinate, given=with_foreign(root.given, place)
            )
            not_there = {Outcome.NOT_FOUND, Outcome.BAD_INPUT}
            assert (place, outcome_of(answer) in not_there) == (place, True)
            tried += 1

    assert [await record.kept(), await foreign.kept()] == before
    assert tried > 2
