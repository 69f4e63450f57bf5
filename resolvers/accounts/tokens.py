"""The tokens of a practitioner: making one for an app or a client, seeing them, ending one."""

from datetime import datetime, timedelta
from typing import Annotated, Final, NamedTuple

import strawberry

from models import AccessToken
from models.identifiers import Kind, kind_of
from models.transaction import orm
from resolvers import checks
from resolvers.accounts.access import IS_ALIVE, make_token
from resolvers.conditions import Conditions
from resolvers.context import Context, Info, context_of
from resolvers.errors import Forbidden
from resolvers.given import is_given
from resolvers.problems import InvalidInput, NotThere, Undone
from resolvers.references import hold_client
from resolvers.rows import ClientRow
from resolvers.words import AccessTokenKind
from resolvers.writing import Writing, write_in

LONGEST_LIFE: Final = timedelta(days=366)
MOST_TOKENS: Final = 200


@strawberry.input(description="A new access token.")
class CreateAccessTokenInput:
    """The input as it is sent."""

    label: str = strawberry.field(
        description="What to know it by in the list: 1 to 200 characters."
    )
    kind: AccessTokenKind = strawberry.field(description="What it opens.")
    client_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET,
        description="Whose portal it opens; for a token of kind CLIENT, and only for that.",
    )
    expires_at: datetime | None = strawberry.field(
        default=strawberry.UNSET,
        description=f"When it ends: at most {LONGEST_LIFE.days} days from now, which is also the "
        "default.",
    )


class AccessTokenRow(NamedTuple):
    """An access token without its secret."""

    id: str
    label: str
    kind: str
    origin: str
    created_at: str
    last_used_at: str | None
    expires_at: str | None
    revoked_at: str | None
    is_current: bool
    client: ClientRow | None


class MadeToken(NamedTuple):
    """A new token's id, and the secret that is shown once."""

    id: str
    secret: str


_COLUMNS: Final = (
    "access_token.id, access_token.label, access_token.kind, access_token.origin, "
    "access_token.created_at, access_token.last_used_at, access_token.expires_at, "
    "access_token.revoked_at, client.id, client.name, client.email, client.phone, "
    "client.time_zone, client.created_at"
)
_OWN_FIELDS: Final = 8


async def access_tokens(
    info: Info,
    include_ended: Annotated[
        bool,
        strawberry.argument(
            description="Also those that ended in the last 30 days: revoked, expired, or not used "
            "for too long."
        ),
    ] = False,
) -> list[AccessTokenRow]:
    """The practitioner's tokens, latest first.

    Raises:
        Forbidden: the token only reads.
    """
    context = context_of(info)
    _check_may_manage(context)
    where = _conditions(context)
    if not include_ended:
        where.add(IS_ALIVE.format(now="{0}"), context.now_text)
    return await read_tokens(context, where)


async def create_access_token(context: Context, given: CreateAccessTokenInput) -> MadeToken:
    """Make a token.

    Raises:
        Forbidden: the token only reads.
        Undone: a label, client or end that cannot be, or too many tokens.
    """
    label = checks.name(given.label, "label")
    expires_at = _end(context, given.expires_at)
    is_of_client = given.kind is AccessTokenKind.CLIENT
    if is_of_client is not is_given(given.client_id):
        raise Undone(
            InvalidInput(
                "A token of kind CLIENT names its client, and no other token does.",
                "input",
                "clientId",
            )
        )

    async def work(writing: Writing) -> MadeToken:
        await _check_room(writing)
        client_id = None
        if is_of_client:
            client_id = await hold_client(writing.context, str(given.client_id))
        made = await make_token(
            writing.transaction,
            writing.practitioner_id,
            label=label,
            now=context.now,
            expires_at=expires_at,
            kind=given.kind,
            client_id=client_id,
        )
        return MadeToken(made.id, made.secret)

    return await write_in(context, work)


async def revoke_access_token(context: Context, identifier: str) -> str:
    """End a token at once; one that has ended stays as it is. Its id.

    Raises:
        Forbidden: the token only reads.
        Undone: no such token of this practitioner.
    """

    async def work(writing: Writing) -> str:
        found = []
        if kind_of(identifier) is Kind.ACCESS_TOKEN:
            where = _conditions(writing.context)
            where.add("access_token.id = {}", identifier)
            found = await read_tokens(writing.context, where)
        if not found:
            raise Undone(NotThere(identifier, "id"))
        alive = AccessToken.filter(
            practitioner_id=writing.practitioner_id, id=identifier, revoked_at=None
        )
        await alive.using_db(orm(writing.transaction)).update(revoked_at=context.now)
        return identifier

    return await write_in(context, work)


async def access_token(context: Context, identifier: str) -> AccessTokenRow:
    """One token of the practitioner's, which must be there."""
    where = _conditions(context)
    where.add("access_token.id = {}", identifier)
    (found,) = await read_tokens(context, where)
    return found


async def read_tokens(context: Context, where: Conditions) -> list[AccessTokenRow]:
    """The tokens that `where` allows, latest first."""
    rows = await context.connection.fetch(
        f"SELECT {_COLUMNS} FROM access_token "
        "LEFT JOIN client ON client.practitioner_id = access_token.practitioner_id "
        "AND client.id = access_token.client_id "
        f"WHERE {where.sql} ORDER BY access_token.created_at DESC, access_token.id DESC",
        where.parameters,
    )
    current = context.principal.token_id
    tokens = []
    for values in rows:
        row = tuple(values)
        client = ClientRow(*row[_OWN_FIELDS:]) if row[_OWN_FIELDS] is not None else None
        own = (*row[:_OWN_FIELDS], row[0] == current, client)
        tokens.append(AccessTokenRow._make(own))
    return tokens


def _conditions(context: Context) -> Conditions:
    return Conditions(context.principal, context.connection, "access_token")


def _check_may_manage(context: Context) -> None:
    if not context.principal.may_write:
        raise Forbidden("A read-only token does not see the tokens there are.")


def _end(context: Context, expires_at: object) -> datetime:
    latest = context.now + LONGEST_LIFE
    if not isinstance(expires_at, datetime):
        return latest
    if not context.now < expires_at <= latest:
        raise Undone(
            InvalidInput(
                f"A token ends later than now, and within {LONGEST_LIFE.days} days.",
                "input",
                "expiresAt",
            )
        )
    return expires_at


async def _check_room(writing: Writing) -> None:
    where = _conditions(writing.context)
    where.add("access_token.origin = 'MADE'")
    where.add(IS_ALIVE.format(now="{0}"), writing.context.now_text)
    ((there,),) = await writing.transaction.fetch(
        f"SELECT count(*) FROM access_token WHERE {where.sql}", where.parameters
    )
    if there >= MOST_TOKENS:
        raise Undone(
            InvalidInput(
                f"There are {MOST_TOKENS} tokens already; end some that nobody uses.", "input"
            )
        )
