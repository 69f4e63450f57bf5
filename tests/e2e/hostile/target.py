"""A practice to be hostile to, on a running server."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import httpx

from models.database import Database
from models.enums import AccessTokenKind
from models.identifiers import Kind, new_id
from models.transaction import Transaction, write
from resolvers.accounts.access import issue_token
from tests.e2e.hostile.attempts import ANSWERED, Attempt, Who, outcomes
from tests.practice import Practice

_GRAPHQL = "application/graphql-response+json"


@dataclass
class Target:
    """A practice on a running server, its tokens, and the ids that requests name."""

    practice: Practice
    client: httpx.AsyncClient
    tokens: dict[Who, str] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)

    async def attempt(self, one: Attempt) -> httpx.Response:
        """The answer to a request."""
        headers = {"accept": _GRAPHQL, **one.headers}
        if one.who in self.tokens:
            headers["authorization"] = f"Bearer {self.tokens[one.who]}"
        body = one.body if isinstance(one.body, bytes) else self.filled(one.body)
        if one.method == "GET":
            return await self.client.get(one.path, params=body, headers=headers)
        if isinstance(body, bytes):
            return await self.client.post(one.path, content=body, headers=headers)
        return await self.client.post(one.path, json=body, headers=headers)

    async def data(self, one: Attempt) -> Any:
        """The data that a request is answered with, which must be right."""
        answer = await self.attempt(one)
        assert outcomes(answer) == {ANSWERED}, answer.text
        return answer.json()["data"]

    def filled(self, value: Any) -> Any:
        """`value` with the ids that it names."""
        if isinstance(value, dict):
            return {name: self.filled(one) for name, one in value.items()}
        if isinstance(value, list):
            return [self.filled(one) for one in value]
        return self.ids.get(value, value) if isinstance(value, str) else value


async def new_target(database: Database, client: httpx.AsyncClient) -> Target:
    """A practice with two clients, and a token of its practitioner and of the first of them."""
    practice = await Practice.of(database)
    own = await practice.add_client(email="ada@example.com")
    other = await practice.add_client("Bea")
    session = await practice.add_session(own, customer_notes="of Ada")
    hidden = await practice.add_session(other, private_notes="of Bea")

    async def token(transaction: Transaction, kind: AccessTokenKind) -> str:
        return await issue_token(
            transaction,
            practice.practitioner.id,
            label="tests",
            now=datetime.now(UTC),
            kind=kind,
            client_id=own.id if kind is AccessTokenKind.CLIENT else None,
        )

    async def work(transaction: Transaction) -> dict[Who, str]:
        return {
            "practitioner": await token(transaction, AccessTokenKind.PRACTITIONER),
            "client": await token(transaction, AccessTokenKind.CLIENT),
        }

    kinds = (Kind.CLIENT, Kind.SESSION, Kind.SERVICE, Kind.CALENDAR)
    ids = {f"<no {kind.name.lower()}>": new_id(kind) for kind in kinds} | {
        "<client>": own.id,
        "<session>": session.id,
        "<service>": practice.service.id,
        "<calendar>": practice.calendar.id,
        "<other client's session>": hidden.id,
    }
    return Target(practice, client, await write(database, work), ids)
