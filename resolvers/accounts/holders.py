"""Whom something stands for that was given out to the holder of a token: their present rights."""

from datetime import datetime
from typing import Final

from models.database import Database
from models.enums import AccessTokenKind
from models.identifiers import Kind, kind_of
from models.instants import to_text
from resolvers.accounts.access import IS_ALIVE
from resolvers.principal import Principal

_PRACTITIONER: Final = (
    "practitioner.id, practitioner.name, practitioner.email, practitioner.time_zone, "
    "practitioner.currency"
)
_TOKEN: Final = (
    f"SELECT {_PRACTITIONER}, access_token.kind FROM access_token "
    "JOIN practitioner ON practitioner.id = access_token.practitioner_id "
    "WHERE access_token.practitioner_id = $1 AND access_token.id = $2 "
    f"AND {IS_ALIVE.format(now='$3')}"
)
_IDENTITY: Final = (
    f"SELECT {_PRACTITIONER} FROM outside_identity "
    "JOIN practitioner ON practitioner.id = outside_identity.practitioner_id "
    "WHERE outside_identity.practitioner_id = $1 AND outside_identity.id = $2"
)


async def principal_of_holder(
    database: Database,
    practitioner_id: str,
    holder_id: str,
    *,
    kind: AccessTokenKind,
    now: datetime,
) -> Principal | None:
    """The holder as they may do now; None when their token has ended or their link is undone.

    `kind` is what the holder was when they asked. Of an outside identity that is all there is to
    know: its tokens are not kept here.
    """
    if kind_of(holder_id) is Kind.OUTSIDE_IDENTITY:
        rows = await database.fetch(_IDENTITY, [practitioner_id, holder_id])
    else:
        rows = await database.fetch(_TOKEN, [practitioner_id, holder_id, to_text(now)])
    if not rows:
        return None
    identifier, name, email, time_zone, currency, *its_kind = rows[0]
    return Principal(
        practitioner_id=identifier,
        name=name,
        email=email,
        time_zone=time_zone,
        currency=currency,
        kind=AccessTokenKind(its_kind[0]) if its_kind else kind,
        token_id=holder_id,
    )
