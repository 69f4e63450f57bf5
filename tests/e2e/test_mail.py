"""Mail over real servers: what is booked over HTTP arrives at a mail server, as mail."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx

from models.database import Database
from models.transaction import Transaction, write
from resolvers.accounts.access import issue_token
from tests.acts import document_of
from tests.e2e.conftest import running
from tests.mail_server import SENDER, mail_server
from tests.practice import Practice


class Booking:
    """Somebody who books over HTTP, for a client with an address."""

    def __init__(self, practice: Practice, token: str, client_id: str) -> None:
        self.practice = practice
        self.client_id = client_id
        self.headers = {"Authorization": f"Bearer {token}"}

    @classmethod
    def of(cls, url: str) -> "Booking":
        return asyncio.run(cls._of(url))

    @classmethod
    async def _of(cls, url: str) -> "Booking":
        async with Database(url) as database:
            practice = await Practice.of(database)
            client = await practice.add_client("Ada Lovelace", email="ada@example.com")

            async def work(transaction: Transaction) -> str:
                now = datetime.now(UTC)
                return await issue_token(transaction, practice.practitioner.id, label="e", now=now)

            return cls(practice, await write(database, work), client.id)

    def ask(self, address: str, document: str, variables: dict[str, Any] | None = None) -> Any:
        answer = httpx.post(
            f"{address}/graphql",
            json={"query": document, "variables": variables},
            headers=self.headers,
            timeout=30,
        ).json()
        assert "errors" not in answer, answer
        return answer["data"]

    def act(self, address: str, mutation: str, **given: Any) -> Any:
        done = self.ask(address, document_of(mutation), {"input": given})["done"]
        assert done["errors"] == []
        return done["session"]

    def book(self, address: str, starts_at: str = "2031-01-06T09:00:00Z", **given: Any) -> Any:
        return self.act(
            address,
            "bookSession",
            **{
                "clientId": self.client_id,
                "serviceId": self.practice.service.id,
                "calendarId": self.practice.calendar.id,
                "startsAt": starts_at,
                "status": "CONFIRMED",
                **given,
            },
        )


def test_a_confirmed_booking_arrives_as_text_html_and_invitation(url: str, tmp_path: Path) -> None:
    booking = Booking.of(url)
    with (
        mail_server() as server,
        running(url, log=tmp_path / "server.log", **server.settings) as address,
    ):
        session = booking.book(address, customerNotes="Bring the notebook")
        received = server.take()

    assert (received.sender, received.recipients) == (SENDER, ["ada@example.com"])
    assert (
        "When:   Monday, 6 January 2031, 10:00 to 10:50 (Europe/Berlin, UTC+01:00)" in received.text
    )
    assert "Bring the notebook" in received.text
    assert "Bring the notebook" in received.html
    assert f"UID:{session['id']}@session-history" in received.calendar
    assert "METHOD:REQUEST" in received.calendar
    assert server.taken() == []
