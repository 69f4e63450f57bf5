"""Signing in over HTTP, with one worker and with several."""

import asyncio
from collections import Counter
from typing import Any

import httpx
import pytest

from models.database import Database
from models.identifiers import Kind, new_id
from resolvers.accounts.practitioners import add_practitioner
from resolvers.scalars import CurrencyCode, TimeZone
from tests.e2e.conftest import Raced
from tests.practice import NOW

PASSWORD = "several words of no relation"
SIGN_IN = """mutation ($input: SignInInput!) { done: signIn(input: $input) {
  token expiresAt viewer { email } errors { __typename } } }"""


async def _add(url: str, email: str) -> None:
    async with Database(url) as database:
        await add_practitioner(
            database,
            name="Ada Lovelace",
            email=email,
            password=PASSWORD,
            time_zone=TimeZone("Europe/London"),
            currency=CurrencyCode("GBP"),
            now=NOW,
        )


@pytest.fixture
def email(raced: Raced) -> str:
    """The address of an account of the test's own."""
    address = f"{new_id(Kind.PRACTITIONER)}@example.com"
    asyncio.run(_add(raced.url, address))
    return address


async def _sign_in_at_once(address: str, tries: list[dict[str, str]]) -> list[Any]:
    async with httpx.AsyncClient(base_url=address, timeout=60) as client:
        answers = await asyncio.gather(
            *(
                client.post("/graphql", json={"query": SIGN_IN, "variables": {"input": one}})
                for one in tries
            )
        )
        return [answer.json() for answer in answers]


def ask(address: str, token: str, query: str) -> Any:
    headers = {"Authorization": f"Bearer {token}"}
    return httpx.post(f"{address}/graphql", json={"query": query}, headers=headers).json()


def test_a_token_of_signing_in_works_until_it_is_signed_out(raced: Raced, email: str) -> None:
    (answer,) = asyncio.run(
        _sign_in_at_once(raced.address, [{"email": email, "password": PASSWORD}])
    )
    token = answer["data"]["done"]["token"]

    for _ in range(8):  # each worker is asked by and by
        assert ask(raced.address, token, "{ viewer { email } }")["data"] == {
            "viewer": {"email": email}
        }
    ask(raced.address, token, "mutation { signOut { errors { message } } }")
    for _ in range(8):
        refused = ask(raced.address, token, "{ viewer { email } }")
        assert refused["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"


def test_all_workers_together_allow_ten_guesses(raced: Raced, email: str) -> None:
    guesses = [{"email": email, "password": f"guess number {n}"} for n in range(30)]

    answers = asyncio.run(_sign_in_at_once(raced.address, guesses))

    assert Counter(
        one["errors"][0]["extensions"]["code"]
        if "errors" in one
        else one["data"]["done"]["errors"][0]["__typename"]
        for one in answers
    ) == {"InvalidCredentialsError": 10, "RATE_LIMITED": 20}
