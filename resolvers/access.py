"""Access tokens: making one, and finding out whom one stands for.

A token is opaque and random; only its SHA-256 is kept. A fast hash is right for a secret of 256
random bits, which nobody can guess one by one.
"""

import secrets
from datetime import datetime
from hashlib import sha256
from typing import Final

from models import AccessToken
from models.database import Database
from models.enums import AccessTokenKind
from models.folding import fold
from models.instants import to_text
from models.transaction import Transaction, orm
from resolvers.principal import Principal

_PREFIX: Final = "sh_"
_LONGEST: Final = 200

_FIND: Final = (
    "SELECT practitioner.id, practitioner.name, practitioner.email, practitioner.time_zone, "
    "practitioner.currency, access_token.kind, access_token.id, access_token.client_id "
    "FROM access_token JOIN practitioner ON practitioner.id = access_token.practitioner_id "
    "WHERE access_token.secret_hash = $1 AND access_token.revoked_at IS NULL "
    "AND (access_token.expires_at IS NULL OR access_token.expires_at > $2)"
)


def secret_hash(token: str) -> str:
    """What is kept of a token."""
    return sha256(token.encode()).hexdigest()


async def principal_of(database: Database, token: str, *, now: datetime) -> Principal | None:
    """Whom a token stands for; None when it is unknown, expired or revoked."""
    if not token.startswith(_PREFIX) or len(token) > _LONGEST:
        return None
    rows = await database.fetch(_FIND, [secret_hash(token), to_text(now)])
    if not rows:
        return None
    practitioner_id, name, email, time_zone, currency, kind, token_id, client_id = rows[0]
    return Principal(
        practitioner_id=practitioner_id,
        name=name,
        email=email,
        time_zone=time_zone,
        currency=currency,
        kind=AccessTokenKind(kind),
        token_id=token_id,
        client_id=client_id,
    )


async def issue_token(
    transaction: Transaction,
    practitioner_id: str,
    *,
    label: str,
    now: datetime,
    expires_at: datetime | None = None,
    kind: AccessTokenKind = AccessTokenKind.PRACTITIONER,
    client_id: str | None = None,
) -> str:
    """Make a token and return it; it can never be read again."""
    token = f"{_PREFIX}{secrets.token_urlsafe(32)}"
    await AccessToken.create(
        practitioner_id=practitioner_id,
        kind=kind,
        client_id=client_id,
        label=label,
        secret_hash=secret_hash(token),
        created_at=now,
        expires_at=expires_at,
        using_db=orm(transaction),
    )
    return token


async def practitioner_id_of(database: Database, email: str) -> str | None:
    """The practitioner who signs in with `email`, whatever its case."""
    rows = await database.fetch(
        "SELECT practitioner.id FROM practitioner WHERE practitioner.email_folded = $1",
        [fold(email.strip())],
    )
    return rows[0][0] if rows else None


async def is_client_of(database: Database, practitioner_id: str, identifier: str) -> bool:
    """Whether a practitioner has a client with this id."""
    rows = await database.fetch(
        "SELECT client.id FROM client WHERE client.practitioner_id = $1 AND client.id = $2",
        [practitioner_id, identifier],
    )
    return bool(rows)
