"""Following links, near enough to choose the moment at which something happens."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlsplit

import pytest
from starlette.applications import Starlette
from starlette.types import Message, Scope

from models import AccessToken, Client
from models.enums import AccessTokenKind
from server.downloads import Downloads
from server.turns import Places
from tests.practice import NOW, Practice
from tests.resolvers.exporting.taking import export_of, hold_tokens, rows_of
from tests.resolvers.exporting.test_history import sessions
from tests.resolvers.test_history_against_a_model import kept
from tests.statements import RecordedDatabase

MORE_THAN_A_CHUNK: Final = 300


@dataclass
class Fetched:
    """What was sent for one request, message by message."""

    messages: list[Message] = field(default_factory=list)

    @property
    def status(self) -> int:
        status: int = self.messages[0]["status"]
        return status

    @property
    def headers(self) -> dict[str, str]:
        return {name.decode(): value.decode() for name, value in self.messages[0]["headers"]}

    @property
    def body(self) -> bytes:
        return b"".join(one.get("body", b"") for one in self.messages[1:])

    @property
    def is_whole(self) -> bool:
        """Whether its end was sent: else the server ends the connection, as after a failure."""
        return self.messages[-1].get("more_body", False) is False


@dataclass
class Near:
    """Links of a client's, and what answers them."""

    practice: Practice
    client: Client
    places: Places
    now: datetime = NOW
    is_gone: bool = False

    async def fetch(
        self,
        export: dict[str, Any],
        method: str = "GET",
        *,
        at_first: Callable[[], Awaitable[object]] | None = None,
    ) -> Fetched:
        """Follow a link; `at_first` happens once the first rows are on their way."""
        downloads = Downloads(
            lambda: self.practice.database,
            recheck_seconds=0,
            places=self.places,
            clock=lambda: self.now,
            waited_seconds=0,
        )
        parts = urlsplit(export["url"])
        scope: Scope = {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.3"},
            "method": method,
            "path": parts.path,
            "query_string": parts.query.encode(),
            "headers": [],
        }
        fetched, gone = Fetched(), asyncio.Event()
        asked = iter([{"type": "http.request", "body": b"", "more_body": False}])

        async def receive() -> Message:
            for message in asked:
                return message
            await gone.wait()
            return {"type": "http.disconnect"}

        async def send(message: Message) -> None:
            fetched.messages.append(message)
            if at_first is not None and len(fetched.messages) == 3:
                await at_first()
                await asyncio.sleep(0)
            if self.is_gone:
                gone.set()
                await asyncio.Event().wait()  # as a connection that takes no more

        await Starlette(routes=[downloads.route()])(scope, receive, send)
        return fetched

    async def go_away(self) -> None:
        """Close the connection, as the client."""
        self.is_gone = True

    async def export(self, **given: Any) -> dict[str, Any]:
        """An export of the client's."""
        return await export_of(self.practice, self.client.id, **given)


@pytest.fixture
async def near(shared_url: str) -> AsyncIterator[Near]:
    async with RecordedDatabase(shared_url) as database:
        practice = await Practice.of(database)
        await hold_tokens(practice)
        client, _ = await kept(practice, sessions(MORE_THAN_A_CHUNK))
        yield Near(practice, client, Places(2))


def statements(near: Near) -> list[str]:
    """What the database was asked, outside transactions."""
    assert isinstance(near.practice.database, RecordedDatabase)
    return [sql for sql, _ in near.practice.database.statements]


async def test_a_link_is_answered_with_the_whole_file(near: Near) -> None:
    export = await near.export()

    fetched = await near.fetch(export)

    assert fetched.status == 200
    assert fetched.is_whole
    assert len(rows_of(fetched.body)) == export["sessionCount"] == MORE_THAN_A_CHUNK


async def test_who_asks_for_the_head_alone_has_nothing_read_for_it(near: Near) -> None:
    export = await near.export()
    fetched = await near.fetch(export)
    before = len(statements(near))

    head = await near.fetch(export, "HEAD")

    assert (head.status, head.headers) == (fetched.status, fetched.headers)
    assert (head.body, head.is_whole) == (b"", True)
    assert [sql for sql in statements(near)[before:] if "FROM session" in sql] == []


async def revoke(near: Near) -> None:
    token = near.practice.principal().token_id
    await AccessToken.filter(practitioner_id=near.practice.practitioner.id, id=token).update(
        revoked_at=NOW
    )


async def make_read_only(near: Near) -> None:
    token = near.practice.principal().token_id
    await AccessToken.filter(practitioner_id=near.practice.practitioner.id, id=token).update(
        kind=AccessTokenKind.READ_ONLY
    )


async def delete_client(near: Near) -> None:
    answer = await near.practice.ask(
        "mutation ($id: ID!) { deleteClient(id: $id) { deletedClientId } }", {"id": near.client.id}
    )
    assert answer.data["deleteClient"]["deletedClientId"] == near.client.id


@pytest.mark.parametrize(
    "end", [revoke, make_read_only, delete_client], ids=lambda end: end.__name__
)
async def test_what_ends_a_link_ends_what_is_being_sent_and_half_a_file_never_looks_whole(
    near: Near, end: Callable[[Near], Awaitable[None]], caplog: pytest.LogCaptureFixture
) -> None:
    """The log says why in a line: it is no failure of the server's."""
    export = await near.export(includePrivateNotes=True)

    with caplog.at_level(logging.WARNING):
        fetched = await near.fetch(export, at_first=lambda: end(near))

    assert fetched.status == 200
    assert not fetched.is_whole
    assert 0 < len(rows_of(fetched.body)) < MORE_THAN_A_CHUNK
    (said,) = caplog.records
    assert "cut off" in said.getMessage()
    assert said.exc_info is None


async def test_a_link_that_expires_while_it_is_followed_is_followed_to_its_end(near: Near) -> None:
    export = await near.export()

    async def pass_time() -> None:
        near.now = datetime.fromisoformat(export["expiresAt"])

    fetched = await near.fetch(export, at_first=pass_time)
    again = await near.fetch(export)

    assert fetched.is_whole
    assert len(rows_of(fetched.body)) == MORE_THAN_A_CHUNK
    assert again.status == 410


async def test_of_many_downloads_at_once_those_beyond_are_refused_before_they_begin(
    near: Near,
) -> None:
    export = await near.export()

    answers = await asyncio.gather(*(near.fetch(export) for _ in range(6)))

    assert all(one.is_whole for one in answers)
    statuses = sorted(one.status for one in answers)
    assert set(statuses) == {200, 429}
    assert statuses.count(200) >= 2
    for one in answers:
        if one.status == 429:
            assert int(one.headers["retry-after"]) > 0
    assert (await near.fetch(export)).status == 200


async def test_what_was_refused_for_want_of_a_place_is_no_download(near: Near) -> None:
    export = await near.export()
    owner = near.practice.practitioner.id
    with near.places.held(owner), near.places.held(owner):
        refused = await near.fetch(export)

    assert refused.status == 429
    answer = await near.practice.ask("{ exportEvents { nodes { kind } } }")
    assert answer.data["exportEvents"]["nodes"] == [{"kind": "REQUESTED"}]


async def test_who_goes_away_leaves_their_place_to_others(near: Near) -> None:
    export = await near.export()
    for _ in range(3):
        async with asyncio.timeout(60):
            fetched = await near.fetch(export, at_first=near.go_away)
        near.is_gone = False
        assert not fetched.is_whole

    assert (await near.fetch(export)).is_whole
