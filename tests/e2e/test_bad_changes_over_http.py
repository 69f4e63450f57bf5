"""Bad input and somebody else's ids once more, over HTTP, against a running server."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from models.database import Database
from models.enums import AccessTokenKind
from models.transaction import Transaction, write
from resolvers.accounts.access import issue_token
from tests.e2e.conftest import Raced
from tests.practice import Answer, Practice
from tests.resolvers import test_bad_changes as in_process


@dataclass
class ServedPractice(Practice):
    """A practice whose questions are asked over HTTP."""

    address: str = ""
    token: str = ""

    async def ask(
        self,
        document: str,
        variables: dict[str, Any] | None = None,
        *,
        kind: AccessTokenKind = AccessTokenKind.PRACTITIONER,
        now: datetime | None = None,
    ) -> Answer:
        assert (kind, now) == (AccessTokenKind.PRACTITIONER, None)
        async with httpx.AsyncClient(verify=False) as client:  # noqa: S501 - no TLS here
            response = await client.post(
                f"{self.address}/graphql",
                json={"query": document, "variables": variables},
                headers={"Authorization": f"Bearer {self.token}"},
                timeout=30,
            )
        assert response.status_code == httpx.codes.OK
        answer = response.json()
        return Answer(answer.get("data"), answer.get("errors", []))


async def served(database: Database, address: str) -> ServedPractice:
    practice = await Practice.of(database)
    owner = practice.practitioner.id

    async def work(transaction: Transaction) -> str:
        return await issue_token(transaction, owner, label="tests", now=datetime.now(UTC))

    token = await write(database, work)
    return ServedPractice(**vars(practice), address=address, token=token)


@pytest.mark.parametrize("raced", ["1"], indirect=True, ids=["one worker"])
@pytest.mark.parametrize("mutation", in_process.OPTIONAL)
async def test_bad_input_is_refused_over_http(raced: Raced, mutation: str) -> None:
    async with Database(raced.url) as database:
        practice = await served(database, raced.address)
        await in_process.test_bad_input_is_refused_with_its_field_and_changes_nothing(
            practice, mutation
        )


@pytest.mark.parametrize("raced", ["1"], indirect=True, ids=["one worker"])
async def test_somebody_elses_ids_are_unknown_over_http(raced: Raced) -> None:
    async with Database(raced.url) as database:
        practice = await served(database, raced.address)
        await in_process.test_every_mutation_with_somebody_elses_ids_does_and_reveals_nothing(
            practice
        )
