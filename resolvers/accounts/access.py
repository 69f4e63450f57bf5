"""Access tokens: making one, and finding out whom one stands for.

A token is opaque and random; only its SHA-256 is kept. A fast hash is right for a secret of 256
random bits, which nobody can guess one by one.
"""

import asyncio
import secrets
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final, NamedTuple

from models import AccessToken
from models.database import Database
from models.enums import AccessTokenKind, TokenOrigin
from models.folding import fold
from models.identifiers import Kind, new_id
from models.instants import to_text
from models.transaction import Transaction, orm, write_beside
from resolvers.principal import Principal

_PREFIX: Final = "sh_"
_LONGEST: Final = 200

# How exact `last_used_at` is: a token that is used all the time is written once in this long.
_NOTED_EVERY: Final = timedelta(minutes=1)

_KINDS: Final = {kind.value: kind for kind in AccessTokenKind}

IS_ALIVE: Final = (
    "access_token.revoked_at IS NULL "
    "AND (access_token.expires_at IS NULL OR access_token.expires_at > {now}) "
    "AND (access_token.idle_until IS NULL OR access_token.idle_until > {now})"
)
_FIND: Final = (
    "SELECT practitioner.id, practitioner.name, practitioner.email, practitioner.time_zone, "
    "practitioner.currency, access_token.kind, access_token.id, access_token.client_id, "
    "access_token.idle_minutes, access_token.last_used_at "
    "FROM access_token JOIN practitioner ON practitioner.id = access_token.practitioner_id "
    f"WHERE access_token.secret_hash = $1 AND {IS_ALIVE.format(now='$2')}"
)
_NOTE_USE: Final = (
    "UPDATE access_token SET last_used_at = $1, idle_until = $2 "
    "WHERE practitioner_id = $3 AND id = $4 RETURNING id"
)


class IssuedToken(NamedTuple):
    """A new token: its id, the secret that is never shown again, and when it ends at the latest."""

    id: str
    secret: str
    expires_at: datetime | None


def secret_hash(token: str) -> str:
    """What is kept of a token."""
    return sha256(token.encode()).hexdigest()


def is_token_of_ours(token: str) -> bool:
    """Whether `token` was issued here, or pretends to be; an identity provider's never looks so."""
    return token.startswith(_PREFIX)


async def principal_of(database: Database, token: str, *, now: datetime) -> Principal | None:
    """Whom a token stands for; None when it is unknown, expired, unused for too long or revoked."""
    if not is_token_of_ours(token) or len(token) > _LONGEST:
        return None
    rows = await database.fetch_brief(_FIND, (secret_hash(token), to_text(now)))
    if not rows:
        return None
    (practitioner_id, name, email, time_zone, currency) = rows[0][:5]
    (kind, token_id, client_id, idle_minutes, last_used_at) = rows[0][5:]
    return Principal(
        practitioner_id=practitioner_id,
        name=name,
        email=email,
        time_zone=time_zone,
        currency=currency,
        kind=_KINDS[kind],
        token_id=token_id,
        client_id=client_id,
        idle_minutes=idle_minutes,
        use_is_to_be_noted=last_used_at is None or last_used_at <= to_text(now - _NOTED_EVERY),
    )


class TokenUses:
    """Notes when tokens were last used, beside the requests and once a minute for each."""

    def __init__(self) -> None:
        self.being_noted: dict[str, asyncio.Task[None]] = {}

    def note(self, database: Database, principal: Principal, *, now: datetime) -> None:
        """Note that the principal's token was used, if that is not noted already."""
        token_id = principal.token_id
        if not principal.use_is_to_be_noted or token_id in self.being_noted:
            return
        idle_until = None
        if principal.idle_minutes is not None:
            idle_until = to_text(now + timedelta(minutes=principal.idle_minutes))

        async def work(transaction: Transaction) -> None:
            await transaction.fetch(
                _NOTE_USE, [to_text(now), idle_until, principal.practitioner_id, token_id]
            )

        noting = self.being_noted[token_id] = write_beside(database, work)
        noting.add_done_callback(lambda _: self.being_noted.pop(token_id))


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
    """Make a token and return its secret; it can never be read again."""
    issued = await make_token(
        transaction,
        practitioner_id,
        label=label,
        now=now,
        expires_at=expires_at,
        kind=kind,
        client_id=client_id,
    )
    return issued.secret


async def make_token(
    transaction: Transaction,
    practitioner_id: str,
    *,
    label: str,
    now: datetime,
    expires_at: datetime | None,
    kind: AccessTokenKind = AccessTokenKind.PRACTITIONER,
    client_id: str | None = None,
    idle_minutes: int | None = None,
) -> IssuedToken:
    """Make a token; with `idle_minutes` it is one of signing in."""
    secret = f"{_PREFIX}{secrets.token_urlsafe(32)}"
    identifier = new_id(Kind.ACCESS_TOKEN)
    idle_until = None if idle_minutes is None else now + timedelta(minutes=idle_minutes)
    await AccessToken.create(
        id=identifier,
        practitioner_id=practitioner_id,
        kind=kind,
        origin=TokenOrigin.MADE if idle_minutes is None else TokenOrigin.SIGN_IN,
        client_id=client_id,
        label=label,
        secret_hash=secret_hash(secret),
        created_at=now,
        idle_minutes=idle_minutes,
        idle_until=idle_until,
        expires_at=expires_at,
        using_db=orm(transaction),
    )
    return IssuedToken(identifier, secret, expires_at)


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
