"""The link of an export over HTTP: what it opens, for whom, and until when."""

import asyncio
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

import httpx
import pytest
from websockets.asyncio.client import connect
from websockets.typing import Subprotocol

from models.database import Database
from models.enums import SessionStatus
from models.identifiers import Kind, new_id
from models.instants import to_text
from resolvers.accounts.attempts import Limit
from resolvers.accounts.practitioners import add_practitioner
from resolvers.exporting.asking import _EXPORTS
from resolvers.exporting.links import _DOWNLOADS
from resolvers.scalars import CurrencyCode, TimeZone
from tests.e2e.conftest import Reached, locked, running
from tests.e2e.exporting import Exporting, exporting, logged, path_of
from tests.practice import NOW, Practice
from tests.resolvers.exporting.taking import EXPORT, key_of, rows_of
from tests.server.reaching import tell, told

PASSWORD: Final = "several words of no relation"
HEADERS: Final = {
    "content-type": "text/csv; charset=utf-8; header=present",
    "content-security-policy": "default-src 'none'; sandbox",
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "same-origin",
}


async def two_sessions(practice: Practice) -> str:
    """A client whose sessions have notes of both kinds."""
    client = await practice.add_client("Zoë 山田", email="zoe@example.com")
    await practice.add_session(client, customer_notes="=Bring the notebook")
    await practice.add_session(client, NOW, SessionStatus.COMPLETED, private_notes="Went well")
    return str(client.id)


@pytest.fixture
def own(reached: Reached) -> Iterator[Exporting]:
    """Somebody with a client, on a server of little patience."""
    with exporting(reached.address, reached.url, two_sessions) as somebody:
        yield somebody


def test_a_link_opens_without_a_token_as_often_as_one_likes(own: Exporting) -> None:
    export = own.export()

    answers = [own.follow(export) for _ in range(3)]

    for answer in answers:
        assert answer.status_code == httpx.codes.OK
        assert HEADERS.items() <= dict(answer.headers).items()
        assert answer.headers.get_list("cache-control") == ["no-store"]
        assert answer.headers["content-disposition"] == (
            f'attachment; filename="Zoe __ - session history {datetime.now(UTC).date()}.csv"; '
            f"filename*=UTF-8''{quote(export['fileName'])}"
        )
        assert "set-cookie" not in answer.headers
        assert answer.content == answers[0].content
    notes = [row["Customer notes"] for row in rows_of(answers[0].content)]
    assert notes == ["", "=Bring the notebook"]
    assert export["fileName"].startswith("Zoë 山田 - session history ")
    assert (export["state"], export["progress"], export["sessionCount"]) == ("READY", 1, 2)


def test_head_tells_the_same_without_the_file(own: Exporting) -> None:
    export = own.export()

    head, answer = own.follow(export, "HEAD"), own.follow(export)

    assert head.status_code == httpx.codes.OK
    assert head.content == b""
    assert {name for name in answer.headers if name != "transfer-encoding"} == {*head.headers}
    assert [event["kind"] for event in own.trail()] == ["DOWNLOADED", "REQUESTED"]


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_a_link_is_to_be_read(own: Exporting, method: str) -> None:
    answer = own.follow(own.export(), method)

    assert answer.status_code == httpx.codes.METHOD_NOT_ALLOWED
    assert {one.strip() for one in answer.headers["allow"].split(",")} == {"GET", "HEAD"}


def test_a_wrong_link_tells_nothing_of_what_there_is(own: Exporting) -> None:
    export, other = own.export(), own.export(includePrivateNotes=True)
    identifier, key = export["id"], key_of(export)
    wrong = [
        f"/exports/{identifier}",
        f"/exports/{identifier}?key=",
        f"/exports/{identifier}?key={key[:-1]}",
        f"/exports/{identifier}?key={key}A",
        f"/exports/{identifier}?key={key.swapcase()}",
        f"/exports/{identifier}?key={key_of(other)}",
        f"/exports/{identifier}?key={key}&key=",
        f"/exports/{identifier}?KEY={key}",
        f"/exports/{identifier}?key={'x' * 5000}",
        f"/exports/{identifier}?key=%C3%A9",
        f"/exports/{identifier}?key=%00",
        f"/exports/{identifier}?key=%ff",
        f"/exports/{identifier.upper()}?key={key}",
        f"/exports/{identifier}%00?key={key}",
        f"/exports/{new_id(Kind.EXPORT)}?key={key}",
        f"/exports/{own.client_id}?key={key}",
        f"/exports/{own.owner}?key={key}",
        f"/exports/x?key={key}",
        f"/exports/%27%20or%201=1%20--?key={key}",
        f"/exports/..%5C..%5Cetc%5Cpasswd?key={key}",
    ]
    answers = [own.http.get(path) for path in wrong]

    def shown(answer: httpx.Response) -> tuple[int, bytes, dict[str, str]]:
        theirs = {"date", "x-request-id"}
        headers = {name: one for name, one in answer.headers.items() if name not in theirs}
        return answer.status_code, answer.content, headers

    assert [path for path, one in zip(wrong, answers, strict=True) if one.status_code != 404] == []
    assert all(shown(one) == shown(answers[0]) for one in answers)
    assert own.follow(export).status_code == httpx.codes.OK


def expire(own: Exporting, export: dict[str, Any]) -> None:
    """Have an hour pass."""
    own.change(
        "UPDATE export SET expires_at = $1 WHERE practitioner_id = $2 AND id = $3 RETURNING id",
        to_text(datetime.now(UTC)),
        own.owner,
        export["id"],
    )


def delete_client(own: Exporting, _export: dict[str, Any]) -> None:
    answer = own.ask(
        "mutation ($id: ID!) { deleteClient(id: $id) { deletedClientId } }", {"id": own.client_id}
    )
    assert answer["data"]["deleteClient"]["deletedClientId"] == own.client_id


def revoke(own: Exporting, _export: dict[str, Any]) -> None:
    tokens = own.ask("{ accessTokens { id isCurrent } }")["data"]["accessTokens"]
    (token,) = (one["id"] for one in tokens if one["isCurrent"])
    own.ask(
        "mutation ($id: ID!) { revokeAccessToken(id: $id) { errors { message } } }", {"id": token}
    )


def end_token(own: Exporting, _export: dict[str, Any]) -> None:
    """Have its last day pass."""
    own.change(
        "UPDATE access_token SET expires_at = $1 WHERE practitioner_id = $2 RETURNING id",
        to_text(datetime.now(UTC)),
        own.owner,
    )


def make_read_only(own: Exporting, _export: dict[str, Any]) -> None:
    own.change(
        "UPDATE access_token SET kind = 'READ_ONLY' WHERE practitioner_id = $1 RETURNING id",
        own.owner,
    )


@pytest.mark.parametrize(
    ("end", "status", "says"),
    [
        (expire, 410, "expired"),
        (delete_client, 410, "deleted"),
        (revoke, 403, "ended"),
        (end_token, 403, "ended"),
        (make_read_only, 403, "private notes"),
    ],
    ids=["expired", "its client deleted", "its token revoked", "its token over", "rights taken"],
)
def test_what_ends_a_link_is_said_and_is_no_download(
    own: Exporting,
    end: Callable[[Exporting, dict[str, Any]], None],
    status: int,
    says: str,
) -> None:
    export = own.export(includePrivateNotes=True)
    assert own.follow(export).status_code == httpx.codes.OK

    end(own, export)

    answer, head = own.follow(export), own.follow(export, "HEAD")
    assert (answer.status_code, head.status_code) == (status, status)
    assert says in answer.text
    assert "content-disposition" not in answer.headers
    assert "Zoë" not in answer.text
    told_of = own.fetch("SELECT kind FROM export_event WHERE export_id = $1", export["id"])
    assert sorted(told_of) == [("DOWNLOADED",), ("REQUESTED",)]


def test_of_a_deleted_client_nothing_is_left_in_an_export_and_the_trail_stays(
    own: Exporting,
) -> None:
    export = own.export(filter={"text": "notebook"})
    own.follow(export)

    delete_client(own, export)

    (kept,) = own.fetch("SELECT state, request, file_name FROM export WHERE id = $1", export["id"])
    assert kept == ("GONE", "", "")
    seen = own.ask("query ($id: ID!) { export(id: $id) { state } }", {"id": export["id"]})
    assert seen["data"]["export"] == {"state": "GONE"}
    event = {
        "format": "CSV",
        "sessionCount": 1,
        "includesPrivateNotes": False,
        "tokenLabel": "Token PRACTITIONER",
        "client": None,
    }
    assert own.trail() == [{"kind": kind, **event} for kind in ("DOWNLOADED", "REQUESTED")]


def test_signing_out_ends_the_links_that_were_asked_for_while_signed_in(own: Exporting) -> None:
    email = f"{new_id(Kind.PRACTITIONER)}@example.com"

    async def add(database: Database) -> str:
        identifier = await add_practitioner(
            database,
            name="Ada",
            email=email,
            password=PASSWORD,
            time_zone=TimeZone("Europe/Berlin"),
            currency=CurrencyCode("EUR"),
            now=datetime.now(UTC),
        )
        return str(identifier)

    own.database(add)
    sign_in = "mutation ($input: SignInInput!) { signIn(input: $input) { token } }"
    given = {"input": {"email": email, "password": PASSWORD}}
    token = own.ask(sign_in, given)["data"]["signIn"]["token"]
    client = own.ask(
        'mutation { createClient(input: {name: "Bo"}) { client { id } } }', token=token
    )["data"]["createClient"]["client"]["id"]
    export = own.export(clientId=client, token=token)
    before = own.follow(export).status_code
    own.ask("mutation { signOut { errors { message } } }", token=token)

    after = own.follow(export).status_code

    assert (before, after) == (200, 403)


def test_a_read_only_token_exports_what_it_may_read(own: Exporting) -> None:
    refused = own.ask(
        EXPORT,
        {"input": {"clientId": own.client_id, "format": "CSV", "includePrivateNotes": True}},
        token=own.read_only,
    )
    kept = own.fetch("SELECT id FROM export WHERE practitioner_id = $1", own.owner)
    export = own.export(token=own.read_only)
    rows = rows_of(own.follow(export).content)

    assert refused["errors"][0]["extensions"]["code"] == "FORBIDDEN"
    assert refused["data"] == {"done": None}
    assert kept == []
    assert len(rows) == 2
    assert not any("Private notes" in row or "Went well" in row.values() for row in rows)


def test_an_export_is_seen_by_the_token_that_asked_for_it_alone(own: Exporting) -> None:
    export = own.export()
    document = "query ($id: ID!) { export(id: $id) { url } }"

    seen = own.ask(document, {"id": export["id"]})
    by_another = own.ask(document, {"id": export["id"]}, token=own.read_only)

    assert seen["data"]["export"]["url"] == export["url"]
    assert by_another["data"]["export"] is None
    assert by_another["errors"][0]["extensions"]["code"] == "NOT_FOUND"
    assert own.ask(document, {"id": own.client_id})["errors"][0]["extensions"]["code"] == (
        "BAD_USER_INPUT"
    )


def test_the_trail_says_who_took_what(own: Exporting) -> None:
    own.follow(own.export(includePrivateNotes=True))
    own.export(token=own.read_only, filter={"statuses": ["COMPLETED"]})

    trail = own.trail()

    client = {"id": own.client_id}
    mine = {"tokenLabel": "Token PRACTITIONER", "sessionCount": 2, "includesPrivateNotes": True}
    app = {"tokenLabel": "Token READ_ONLY", "sessionCount": 1, "includesPrivateNotes": False}
    assert trail == [
        {"kind": kind, "format": "CSV", "client": client, **of}
        for kind, of in (("REQUESTED", app), ("DOWNLOADED", mine), ("REQUESTED", mine))
    ]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE export_event SET session_count = 0 WHERE practitioner_id = $1 RETURNING id",
        "DELETE FROM export_event WHERE practitioner_id = $1 RETURNING id",
    ],
    ids=["changed", "deleted"],
)
def test_the_trail_is_not_to_be_changed(own: Exporting, statement: str) -> None:
    own.export()
    before = own.trail()

    with pytest.raises(Exception, match="append-only"):
        own.change(statement, own.owner)

    assert own.trail() == before


@pytest.mark.parametrize("engine", ["postgres"])
def test_the_trail_is_not_to_be_emptied(own: Exporting) -> None:
    """SQLite knows no TRUNCATE."""
    own.export()

    with pytest.raises(Exception, match="append-only"):
        own.change("TRUNCATE export_event")

    assert len(own.trail()) == 1


def use_up(own: Exporting, limit: Limit, who: str) -> None:
    """Leave nothing of a limit for the next hour."""
    ahead = int((datetime.now(UTC) + limit.period).timestamp() * 1000)
    own.change(
        "INSERT INTO attempt_limit (name, used_up_until_ms) VALUES ($1, $2) "
        "ON CONFLICT (name) DO UPDATE SET used_up_until_ms = $2 RETURNING name",
        sha256(f"{limit.name}\0{who}".encode()).hexdigest(),
        ahead,
    )


def test_who_asks_for_too_many_exports_has_to_wait(own: Exporting) -> None:
    use_up(own, _EXPORTS, own.owner)

    answer = own.ask(EXPORT, {"input": {"clientId": own.client_id, "format": "CSV"}})

    assert answer["data"] == {"done": None}
    extensions = answer["errors"][0]["extensions"]
    assert extensions["code"] == "RATE_LIMITED"
    assert 0 < extensions["retryAfterSeconds"] <= _EXPORTS.period.total_seconds()
    assert own.trail() == []


def test_who_follows_a_link_too_often_has_to_wait(own: Exporting) -> None:
    export, other = own.export(), own.export()
    use_up(own, _DOWNLOADS, export["id"])

    refused = own.follow(export)

    assert refused.status_code == httpx.codes.TOO_MANY_REQUESTS
    assert 0 < int(refused.headers["retry-after"]) <= _DOWNLOADS.period.total_seconds()
    assert own.follow(export, "HEAD").status_code == httpx.codes.OK
    assert own.follow(other).status_code == httpx.codes.OK
    assert [event["kind"] for event in own.trail()].count("DOWNLOADED") == 1


@pytest.mark.parametrize("engine", ["sqlite"])
async def test_while_the_database_does_not_take_the_trail_the_link_says_to_try_again(
    own: Exporting,
) -> None:
    """PostgreSQL is locked table by table; what a lost one answers is in test_pdf_exports.py."""
    export = await asyncio.to_thread(own.export)
    async with locked(own.url):
        answer = await asyncio.to_thread(own.follow, export)

    assert answer.status_code == httpx.codes.SERVICE_UNAVAILABLE
    assert int(answer.headers["retry-after"]) > 0
    assert (await asyncio.to_thread(own.follow, export)).status_code == httpx.codes.OK


def test_a_link_leads_to_where_the_request_came_in(own: Exporting, reached: Reached) -> None:
    begins = [
        (own.export(headers=headers)["url"]).partition("/exports/")[0]
        for headers in (
            {},
            {"Host": "history.example.com"},
            {"Host": "history.example.com:8443", "X-Forwarded-Proto": "https"},
            {"Host": "[::1]:8000"},
            {"Host": 'evil"><script>'},
        )
    ]

    assert begins == [
        reached.address,
        "http://history.example.com",
        "https://history.example.com:8443",
        "http://[::1]:8000",
        reached.address,
    ]


@pytest.mark.parametrize("engine", ["sqlite"])
def test_a_link_leads_to_the_public_address_where_there_is_one(url: str, tmp_path: Path) -> None:
    """No database has a part in this. A proxy in front of it is not to be guessed at."""
    public = "https://history.example.com/practice"
    with (
        running(url, log=tmp_path / "server.log", PUBLIC_URL=f"{public}/") as address,
        exporting(address, url, two_sessions) as own,
    ):
        link = own.export(headers={"Host": "other.example.com"})["url"]

    assert link.startswith(f"{public}/exports/exp_")


async def test_a_link_is_asked_for_over_a_socket_as_well(own: Exporting, reached: Reached) -> None:
    protocols = [Subprotocol("graphql-transport-ws")]
    async with (
        asyncio.timeout(30),
        connect(reached.socket_address, subprotocols=protocols) as socket,
    ):
        await tell(socket, "connection_init", payload={"authToken": own.token})
        await told(socket)
        variables = {"input": {"clientId": own.client_id, "format": "CSV"}}
        await tell(socket, "subscribe", id="1", payload={"query": EXPORT, "variables": variables})
        export = (await told(socket))["payload"]["data"]["done"]["export"]

    assert export["url"].startswith(f"{reached.address}/exports/exp_")
    answer = await asyncio.to_thread(own.http.get, path_of(export))
    assert len(rows_of(answer.content)) == 2


def test_the_log_tells_of_a_download_and_not_what_opens_it(
    own: Exporting, reached: Reached
) -> None:
    export = own.export()
    own.follow(export)
    own.http.get(path_of(export)[:-1])

    logged(reached.log, f'"path": "/exports/{export["id"]}", "status": 200')
    written = logged(reached.log, f'"path": "/exports/{export["id"]}", "status": 404')

    assert key_of(export)[:-1] not in written
    assert "Zoë" not in written
    assert "notebook" not in written


def test_it_opens_for_the_time_that_was_told(own: Exporting) -> None:
    before = datetime.now(UTC).replace(microsecond=0)

    expires_at = datetime.fromisoformat(own.export()["expiresAt"])

    hour = timedelta(minutes=60)
    assert before + hour <= expires_at <= datetime.now(UTC) + hour
