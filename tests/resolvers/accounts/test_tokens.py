"""Access tokens for apps and clients: made, listed and ended."""

from datetime import timedelta
from typing import Any

import pytest

from models import AccessToken
from models.enums import AccessTokenKind
from models.identifiers import Kind, new_id
from models.instants import to_text
from resolvers.accounts import tokens
from resolvers.accounts.access import principal_of
from tests.practice import NOW, Answer, Practice, ask

CREATE = """mutation ($input: CreateAccessTokenInput!) { done: createAccessToken(input: $input) {
  token accessToken { id label kind origin client { id name } createdAt lastUsedAt expiresAt
  revokedAt isCurrent } errors { __typename message path } } }"""
REVOKE = """mutation ($id: ID!) { done: revokeAccessToken(id: $id) {
  token accessToken { id revokedAt } errors { __typename path } } }"""
LIST = "query ($ended: Boolean! = false) { accessTokens(includeEnded: $ended) { id label kind } }"
IN_A_YEAR = to_text(NOW + timedelta(days=366))


async def create(practice: Practice, **given: Any) -> Any:
    answer = await practice.ask(
        CREATE, {"input": {"label": "Phone", "kind": "PRACTITIONER", **given}}
    )
    assert answer.errors == []
    return answer.data["done"]


async def listed(practice: Practice, *, ended: bool = False, **more: Any) -> list[str]:
    answer = await practice.ask(LIST, {"ended": ended}, **more)
    assert answer.errors == []
    return [one["id"] for one in answer.data["accessTokens"]]


async def asked_with(practice: Practice, token: str, document: str) -> Answer:
    principal = await principal_of(practice.database, token, now=NOW)
    return await ask(practice.database, principal, document)


@pytest.mark.parametrize("kind", ["PRACTITIONER", "READ_ONLY"])
async def test_a_token_for_an_app_opens_the_record(practice: Practice, kind: str) -> None:
    made = await create(practice, kind=kind)

    assert made["errors"] == []
    assert made["accessToken"] == {
        "id": made["accessToken"]["id"],
        "label": "Phone",
        "kind": kind,
        "origin": "MADE",
        "client": None,
        "createdAt": to_text(NOW),
        "lastUsedAt": None,
        "expiresAt": IN_A_YEAR,
        "revokedAt": None,
        "isCurrent": False,
    }
    viewer = await asked_with(practice, made["token"], "{ viewer { id } }")
    assert viewer.data == {"viewer": {"id": practice.practitioner.id}}


async def test_a_token_for_a_client_does_not_open_the_record(practice: Practice) -> None:
    client = await practice.add_client()
    made = await create(practice, kind="CLIENT", clientId=client.id)
    principal = await principal_of(practice.database, made["token"], now=NOW)

    assert made["accessToken"]["client"] == {"id": client.id, "name": client.name}
    assert principal is not None
    assert (principal.kind, principal.client_id) == (AccessTokenKind.CLIENT, client.id)
    assert (await asked_with(practice, made["token"], "{ viewer { id } }")).codes == ["FORBIDDEN"]


async def test_somebody_elses_client_is_no_client(practice: Practice) -> None:
    theirs = await (await Practice.of(practice.database)).add_client()
    for identifier in (theirs.id, new_id(Kind.CLIENT), practice.service.id, "nonsense"):
        refused = await create(practice, kind="CLIENT", clientId=identifier)

        assert refused["token"] is None
        assert refused["errors"][0]["__typename"] == "NotFoundError"
    assert await AccessToken.filter(practitioner_id=practice.practitioner.id).count() == 0


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"label": ""}, ["input", "label"]),
        ({"label": "l" * 201}, ["input", "label"]),
        ({"label": "a\0b"}, ["input", "label"]),
        ({"kind": "CLIENT"}, ["input", "clientId"]),
        ({"kind": "READ_ONLY", "clientId": "cli_1"}, ["input", "clientId"]),
        ({"expiresAt": to_text(NOW)}, ["input", "expiresAt"]),
        ({"expiresAt": to_text(NOW + timedelta(days=367))}, ["input", "expiresAt"]),
    ],
)
async def test_a_token_that_cannot_be_is_not_made(
    practice: Practice, given: dict[str, str], field: list[str]
) -> None:
    refused = await create(practice, **given)

    assert (refused["token"], refused["accessToken"]) == (None, None)
    assert refused["errors"][0]["__typename"] == "InvalidInputError"
    assert refused["errors"][0]["path"] == field
    assert await listed(practice, ended=True) == []


async def test_there_are_at_most_so_many_tokens(
    practice: Practice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tokens, "MOST_TOKENS", 2)
    first = await create(practice)
    await create(practice)
    refused = await create(practice)
    await practice.ask(REVOKE, {"id": first["accessToken"]["id"]})

    assert refused["errors"][0]["__typename"] == "InvalidInputError"
    assert (await create(practice))["errors"] == []


async def test_a_token_ends_at_its_end(practice: Practice) -> None:
    ends = NOW + timedelta(hours=1)
    made = await create(practice, expiresAt=to_text(ends))
    before, after = ends - timedelta(seconds=1), ends

    assert await principal_of(practice.database, made["token"], now=before) is not None
    assert await principal_of(practice.database, made["token"], now=after) is None
    assert await listed(practice, now=before) == [made["accessToken"]["id"]]
    assert await listed(practice, now=after) == []
    assert await listed(practice, now=after, ended=True) == [made["accessToken"]["id"]]


async def test_a_revoked_token_ends_at_once(practice: Practice) -> None:
    made, kept = await create(practice), await create(practice, label="Kept")
    identifier = made["accessToken"]["id"]
    done = (await practice.ask(REVOKE, {"id": identifier})).data["done"]
    again = (await practice.ask(REVOKE, {"id": identifier}, now=NOW + timedelta(1))).data["done"]

    assert done == {
        "token": None,
        "accessToken": {"id": identifier, "revokedAt": to_text(NOW)},
        "errors": [],
    }
    assert again == done
    assert await principal_of(practice.database, made["token"], now=NOW) is None
    assert await principal_of(practice.database, kept["token"], now=NOW) is not None
    assert await listed(practice) == [kept["accessToken"]["id"]]


async def test_somebody_elses_token_is_no_token(practice: Practice) -> None:
    theirs = await create(await Practice.of(practice.database))
    for identifier in (theirs["accessToken"]["id"], new_id(Kind.ACCESS_TOKEN), "nonsense"):
        refused = (await practice.ask(REVOKE, {"id": identifier})).data["done"]

        assert refused["accessToken"] is None
        assert refused["errors"] == [{"__typename": "NotFoundError", "path": ["id"]}]
    assert await principal_of(practice.database, theirs["token"], now=NOW) is not None
    assert await listed(practice, ended=True) == []


async def test_a_read_only_token_sees_and_makes_no_tokens(practice: Practice) -> None:
    made = await create(practice)
    given = {"input": {"label": "More", "kind": "PRACTITIONER"}}
    kind = AccessTokenKind.READ_ONLY

    assert (await practice.ask(LIST, kind=kind)).codes == ["FORBIDDEN"]
    assert (await practice.ask(CREATE, given, kind=kind)).codes == ["FORBIDDEN"]
    revoke = await practice.ask(REVOKE, {"id": made["accessToken"]["id"]}, kind=kind)
    assert revoke.codes == ["FORBIDDEN"]
    assert await principal_of(practice.database, made["token"], now=NOW) is not None


async def test_the_list_says_which_token_is_asking(practice: Practice) -> None:
    await create(practice)
    own = await create(practice, label="Own")

    answer = await asked_with(practice, own["token"], "{ accessTokens { label isCurrent } }")

    assert answer.data["accessTokens"] == [
        {"label": "Own", "isCurrent": True},
        {"label": "Phone", "isCurrent": False},
    ]
