"""Outside identities: linking one to a practitioner, and finding out whom one stands for.

An identity is what an identity provider says of itself and of somebody, `iss` and `sub`. An email
address never is one: providers let people change theirs, and some do not check it.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from tortoise.exceptions import IntegrityError

from models import OutsideIdentity
from models.database import Database
from models.enums import AccessTokenKind
from models.transaction import Transaction, orm, write
from resolvers.errors import BadInput
from resolvers.principal import Principal

LONGEST_SUBJECT: Final = 255
_LONGEST_ISSUER: Final = 500

# By uq_outside_identity_subject. The one statement of a request that does not begin with its
# tenant, beside the one of our own tokens: it finds out who that is.
_FIND: Final = (
    "SELECT practitioner.id, practitioner.name, practitioner.email, practitioner.time_zone, "
    "practitioner.currency, outside_identity.id "
    "FROM outside_identity "
    "JOIN practitioner ON practitioner.id = outside_identity.practitioner_id "
    "WHERE outside_identity.issuer = $1 AND outside_identity.subject = $2"
)


class IdentityLinked(Exception):
    """Somebody signs in with this identity already."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Somebody, as an identity provider names them."""

    issuer: str
    subject: str


def is_subject(text: object) -> bool:
    """Whether `text` can name somebody: 1 to 255 characters that can be seen (OpenID Connect 2).

    So neither database is asked for what it cannot hold, as NUL or half a surrogate pair.
    """
    return isinstance(text, str) and 1 <= len(text) <= LONGEST_SUBJECT and text.isprintable()


async def principal_of_identity(
    database: Database, identity: Identity, *, kind: AccessTokenKind
) -> Principal | None:
    """Whom an identity stands for, with the rights of `kind`; None when it is linked to nobody."""
    rows = await database.fetch(_FIND, [identity.issuer, identity.subject])
    if not rows:
        return None
    practitioner_id, name, email, time_zone, currency, identity_id = rows[0]
    return Principal(
        practitioner_id=practitioner_id,
        name=name,
        email=email,
        time_zone=time_zone,
        currency=currency,
        kind=kind,
        token_id=identity_id,
    )


async def link_identity(
    database: Database, practitioner_id: str, identity: Identity, *, now: datetime
) -> str:
    """Let whoever signs in with `identity` be this practitioner; returns the link's id.

    Raises:
        BadInput: an issuer or a subject that no token can carry.
        IdentityLinked: the identity is this or another practitioner's already.
    """
    if not 1 <= len(identity.issuer) <= _LONGEST_ISSUER or not identity.issuer.isprintable():
        raise BadInput("issuer", f"must have 1 to {_LONGEST_ISSUER} characters.")
    if not is_subject(identity.subject):
        raise BadInput("subject", f"must have 1 to {LONGEST_SUBJECT} characters that can be seen.")

    async def work(transaction: Transaction) -> str:
        linked = await OutsideIdentity.create(
            practitioner_id=practitioner_id,
            issuer=identity.issuer,
            subject=identity.subject,
            created_at=now,
            using_db=orm(transaction),
        )
        return str(linked.id)

    try:
        return await write(database, work)
    except IntegrityError:
        raise IdentityLinked from None


async def unlink_identity(database: Database, practitioner_id: str, identity: Identity) -> bool:
    """Let `identity` open this practitioner's record no longer; whether it did before."""

    async def work(transaction: Transaction) -> bool:
        own = OutsideIdentity.filter(
            practitioner_id=practitioner_id, issuer=identity.issuer, subject=identity.subject
        )
        return await own.using_db(orm(transaction)).delete() > 0

    return await write(database, work)


async def linked_identities(database: Database, practitioner_id: str) -> list[Identity]:
    """The identities that open this practitioner's record, oldest first."""
    rows = await database.fetch(
        "SELECT outside_identity.issuer, outside_identity.subject FROM outside_identity "
        "WHERE outside_identity.practitioner_id = $1 ORDER BY outside_identity.id",
        [practitioner_id],
    )
    return [Identity(issuer, subject) for issuer, subject in rows]
