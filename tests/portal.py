"""The portal as a client's front end asks it."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from models import Client
from models.database import Database
from models.enums import AccessTokenKind
from resolvers.context import Context
from resolvers.principal import Principal
from schema.portal.build import portal_schema
from schema.served import ServedSchema
from tests.practice import NOW, Answer, Practice, new_network

SESSION = """
id startsAt endsAt durationMinutes timeZone status serviceName price { amount currency }
customerNotes cancellationReason version
"""
ERRORS = """
errors {
  __typename message path
  ... on NotFoundError { id }
  ... on StatusNotAllowedError { from to }
  ... on StaleVersionError { current { id version status } }
}
"""


def client_principal(practice: Practice, client: Client) -> Principal:
    """The holder of a token for one client."""
    return replace(practice.principal(AccessTokenKind.CLIENT), client_id=client.id)


async def ask_portal(
    database: Database,
    principal: Principal | None,
    document: str,
    variables: dict[str, Any] | None = None,
    *,
    now: datetime = NOW,
    schema: ServedSchema | None = None,
) -> Answer:
    """The portal's answer to anybody, None being a stranger."""
    context = Context(database=database, principal=principal, now=now, network=new_network())
    result = await (schema or portal_schema()).execute(
        document, variable_values=variables, context_value=context
    )
    return Answer(result.data, [dict(error.formatted) for error in result.errors or []])


async def ask_as(
    practice: Practice,
    client: Client,
    document: str,
    variables: dict[str, Any] | None = None,
    *,
    now: datetime = NOW,
) -> Answer:
    """The portal's answer to a client of the practice."""
    principal = client_principal(practice, client)
    return await ask_portal(practice.database, principal, document, variables, now=now)


async def act_as(
    practice: Practice, client: Client, mutation: str, *, now: datetime = NOW, **given: Any
) -> dict[str, Any]:
    """The payload of a client's mutation, which must not have failed as a whole."""
    answer = await ask_as(practice, client, document_of(mutation), {"input": given}, now=now)
    assert answer.errors == []
    payload: dict[str, Any] = answer.data["done"]
    return payload


def document_of(mutation: str) -> str:
    """A document that does one mutation of the portal and asks for all that it answers."""
    kind = f"{mutation[0].upper()}{mutation[1:]}Input"
    selection = f"session {{ {SESSION} }} {ERRORS}"
    return f"mutation ($input: {kind}!) {{ done: {mutation}(input: $input) {{ {selection} }} }}"
