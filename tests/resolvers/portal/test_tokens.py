"""A client's token: it opens the portal and nothing else, until the client is deleted."""

from datetime import timedelta

import pytest

from models.database import Database
from models.enums import AccessTokenKind
from models.transaction import Transaction, write
from resolvers.accounts.access import issue_token, principal_of
from tests.acts import act
from tests.portal import ask_portal
from tests.practice import NOW, Answer, Practice, ask

VIEWER = "{ viewer { id } }"


async def issue(
    practice: Practice,
    kind: AccessTokenKind = AccessTokenKind.CLIENT,
    client_id: str | None = None,
) -> str:
    async def work(transaction: Transaction) -> str:
        return await issue_token(
            transaction,
            practice.practitioner.id,
            label="tests",
            now=NOW,
            expires_at=NOW + timedelta(hours=1),
            kind=kind,
            client_id=client_id,
        )

    return await write(practice.database, work)


async def at_portal(database: Database, token: str, *, later: timedelta = timedelta()) -> Answer:
    """What the portal answers to whoever sends this token."""
    principal = await principal_of(database, token, now=NOW + later)
    return await ask_portal(database, principal, VIEWER, now=NOW + later)


async def test_a_clients_token_opens_the_portal_and_not_the_record(practice: Practice) -> None:
    client = await practice.add_client()
    token = await issue(practice, client_id=client.id)

    at_their_own = await at_portal(practice.database, token)
    principal = await principal_of(practice.database, token, now=NOW)
    elsewhere = await ask(practice.database, principal, VIEWER)

    assert at_their_own.data == {"viewer": {"id": client.id}}
    assert (elsewhere.data, elsewhere.codes) == (None, ["FORBIDDEN"])


@pytest.mark.parametrize("kind", [AccessTokenKind.PRACTITIONER, AccessTokenKind.READ_ONLY])
async def test_other_tokens_do_not_open_the_portal(
    practice: Practice, kind: AccessTokenKind
) -> None:
    answer = await at_portal(practice.database, await issue(practice, kind))

    assert (answer.data, answer.codes) == (None, ["FORBIDDEN"])


async def test_a_clients_token_expires(practice: Practice) -> None:
    client = await practice.add_client()
    token = await issue(practice, client_id=client.id)

    answer = await at_portal(practice.database, token, later=timedelta(hours=1))

    assert (answer.data, answer.codes) == (None, ["UNAUTHENTICATED"])


async def test_deleting_a_client_ends_their_tokens_and_nobody_elses(practice: Practice) -> None:
    gone, stays = await practice.add_client("Gone"), await practice.add_client("Stays")
    of_gone = [await issue(practice, client_id=gone.id) for _ in range(2)]
    of_stays = await issue(practice, client_id=stays.id)

    await act(practice, "deleteClient", id=gone.id)

    answers = [await at_portal(practice.database, token) for token in of_gone]
    assert [answer.codes for answer in answers] == [["UNAUTHENTICATED"]] * 2
    assert (await at_portal(practice.database, of_stays)).data == {"viewer": {"id": stays.id}}
