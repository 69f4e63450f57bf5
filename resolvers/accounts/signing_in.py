"""Signing up, in and out, and changing the password (product.md, Access).

Guessing is slowed down before anything dear is done. An unknown email address and a wrong password
take the same steps, and look the same.
"""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import strawberry
from tortoise.exceptions import IntegrityError

from models import AccessToken, CalendarFeed, Practitioner
from models.enums import TokenOrigin
from models.folding import fold
from models.identifiers import Kind, kind_of
from models.instants import to_text
from models.transaction import Transaction, orm, write
from resolvers.accounts.access import IssuedToken, make_token
from resolvers.accounts.attempts import Limit, count_attempt
from resolvers.accounts.passwords import (
    check_length,
    check_new_password,
    hashed,
    is_password,
    needs_new_hash,
)
from resolvers.accounts.practitioners import NewPractitioner
from resolvers.context import Context
from resolvers.errors import Forbidden
from resolvers.principal import ClientPrincipal, Principal
from resolvers.problems import InvalidCredentials, InvalidInput, Undone
from resolvers.rows import PractitionerRow
from resolvers.scalars import CurrencyCode, TimeZone
from resolvers.writing import Writing, write_in

logger = logging.getLogger("session_history.access")

SIGNING_IN: Final = Limit("signing in", most=10, period=timedelta(minutes=15))
SIGNING_UP: Final = Limit("signing up", most=10, period=timedelta(hours=1))
CHANGING_PASSWORD: Final = Limit("changing the password", most=10, period=timedelta(minutes=15))

_LABEL: Final = "Signed in"
_OF_ALL: Final = (
    "SELECT practitioner.id, practitioner.name, practitioner.email, practitioner.time_zone, "
    "practitioner.currency, practitioner.password_hash FROM practitioner WHERE "
)


@strawberry.input(description="A new account.")
class SignUpInput:
    """The input as it is sent."""

    name: str = strawberry.field(description="The name that clients see: 1 to 200 characters.")
    email: str = strawberry.field(description="The address that signs in.")
    password: str = strawberry.field(
        description="At least 12 characters and at most 1,024 bytes, of any kind; not among the "
        "first that somebody would guess."
    )
    time_zone: TimeZone = strawberry.field(description="Where days and months begin.")
    currency: CurrencyCode = strawberry.field(description="The currency of new services.")


@strawberry.input(description="Who signs in.")
class SignInInput:
    """The input as it is sent."""

    email: str = strawberry.field(description="The account's address, in any case of letters.")
    password: str = strawberry.field(description="The account's password, to the letter.")


@strawberry.input(description="A new password for whoever is signed in.")
class ChangePasswordInput:
    """The input as it is sent."""

    current_password: str = strawberry.field(description="The password until now.")
    new_password: str = strawberry.field(
        description="The password from now on, as `SignUpInput.password` wants it."
    )
    end_access_tokens: bool = strawberry.field(
        default=False,
        description="Whether the tokens that were made for apps and clients end as well, and the "
        "links to calendars.",
    )


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Whoever has just come in, and the token that says so."""

    token: str
    expires_at: datetime
    viewer: PractitionerRow


async def sign_up(context: Context, given: SignUpInput) -> SignedIn:
    """Make an account and sign in to it.

    Raises:
        Forbidden: sign-up is turned off.
        RateLimited: too many accounts from this network.
        Undone: a name, address or password that will not do, or an address that is taken.
    """
    if not context.policy.sign_up:
        raise Forbidden("Sign-up is turned off here; the operator adds accounts.")
    await count_attempt(context.database, SIGNING_UP, context.network, now=context.now)
    new = await NewPractitioner.of(
        name=given.name,
        email=given.email,
        password=given.password,
        time_zone=given.time_zone,
        currency=given.currency,
    )

    async def work(transaction: Transaction) -> tuple[str, IssuedToken]:
        identifier = await new.add(transaction, now=context.now)
        return identifier, await _open(transaction, context, identifier)

    try:
        identifier, issued = await write(context.database, work)
    except IntegrityError as error:
        raise new.email_taken(error) from None
    logger.info("signed up", extra={"practitioner": identifier})
    row = PractitionerRow(identifier, new.name, new.email, new.time_zone, new.currency)
    return _signed_in(context, issued, row)


async def sign_in(context: Context, given: SignInInput) -> SignedIn:
    """Exchange an email address and a password for a token.

    Raises:
        RateLimited: too many tries at this account from this network, or from it altogether.
        Undone: with InvalidCredentials.
    """
    check_length(given.password)
    address = _address(given.email)
    every = Limit("signing in", most=context.policy.attempts_per_network, period=timedelta(hours=1))
    await count_attempt(context.database, every, context.network, now=context.now)
    # By network as well, so that nobody locks somebody else out by guessing.
    await count_attempt(
        context.database, SIGNING_IN, f"{address}\0{context.network}", now=context.now
    )
    found = await context.database.fetch(f"{_OF_ALL}practitioner.email_folded = $1", [address])
    row, kept = (PractitionerRow(*found[0][:5]), found[0][5]) if found else (None, None)
    is_right = await is_password(given.password, kept)
    if not is_right or row is None or kept is None:
        logger.info("sign-in refused", extra={"network": context.network})
        raise Undone(InvalidCredentials("input"))
    renewed = await hashed(given.password) if needs_new_hash(kept) else None

    async def work(transaction: Transaction) -> IssuedToken:
        if renewed is not None:
            same = Practitioner.filter(id=row.id, password_hash=kept)
            await same.using_db(orm(transaction)).update(password_hash=renewed)
        return await _open(transaction, context, row.id)

    issued = await write(context.database, work)
    logger.info("signed in", extra={"practitioner": row.id, "token": issued.id})
    return _signed_in(context, issued, row)


async def sign_out(context: Context, principal: Principal | ClientPrincipal) -> None:
    """End the token that the request was sent with, whatever kind it is.

    Raises:
        Forbidden: it is not one of ours to end.
    """
    if kind_of(principal.token_id) is not Kind.ACCESS_TOKEN:
        raise Forbidden("Sign out where you signed in: this token is not one of ours.")

    async def work(transaction: Transaction) -> None:
        own = AccessToken.filter(
            practitioner_id=principal.practitioner_id, id=principal.token_id, revoked_at=None
        )
        await own.using_db(orm(transaction)).update(revoked_at=context.now)

    await write(context.database, work)
    logger.info("signed out", extra={"token": principal.token_id})


async def change_password(context: Context, given: ChangePasswordInput) -> int:
    """Change the password, and end every other sign-in; how many tokens ended.

    Raises:
        Forbidden: the token only reads.
        RateLimited: too many tries.
        Undone: the current password is wrong, or the new one will not do.
    """
    own = context.principal
    if not own.may_write:
        raise Forbidden("A read-only token changes nothing.")
    check_length(given.current_password, field="currentPassword")
    await count_attempt(context.database, CHANGING_PASSWORD, own.practitioner_id, now=context.now)
    await check_new_password(given.new_password, own.name, own.email, field="newPassword")
    ((*_, kept),) = await context.database.fetch(
        f"{_OF_ALL}practitioner.id = $1", [own.practitioner_id]
    )
    if not await is_password(given.current_password, kept):
        raise Undone(InvalidCredentials("input", "currentPassword"))
    renewed = await hashed(given.new_password)

    async def work(writing: Writing) -> int:
        return await set_password(
            writing.transaction,
            own.practitioner_id,
            renewed,
            keep=own.token_id,
            end_made_tokens=given.end_access_tokens,
            now=context.now,
        )

    ended = await write_in(context, work)
    logger.info("password changed", extra={"practitioner": own.practitioner_id, "ended": ended})
    return ended


async def set_password(
    transaction: Transaction,
    practitioner_id: str,
    password_hash: str,
    *,
    keep: str | None = None,
    end_made_tokens: bool,
    now: datetime,
) -> int:
    """Put another password in place and end the sign-ins made with the old one; how many ended."""
    account = Practitioner.filter(id=practitioner_id)
    await account.using_db(orm(transaction)).update(password_hash=password_hash, updated_at=now)
    alive = AccessToken.filter(practitioner_id=practitioner_id, revoked_at=None)
    if end_made_tokens:
        # Links to calendars open without a token: whoever made them may have had the password.
        feeds = CalendarFeed.filter(practitioner_id=practitioner_id)
        await feeds.using_db(orm(transaction)).delete()
    else:
        alive = alive.filter(origin=TokenOrigin.SIGN_IN)
    if keep is not None:
        alive = alive.exclude(id=keep)
    return await alive.using_db(orm(transaction)).update(revoked_at=now)


async def forget_ended_tokens(transaction: Transaction, *, before: datetime) -> None:
    """Let go of tokens that ended before then; until then they can be looked at."""
    await transaction.fetch(
        "DELETE FROM access_token WHERE revoked_at < $1 OR expires_at < $1 OR idle_until < $1 "
        "RETURNING id",
        [to_text(before)],
    )


def _address(email: str) -> str:
    address = fold(email.strip())
    check_length(address, field="email")
    if not address.isprintable():  # NUL among them, which PostgreSQL does not take
        raise Undone(InvalidInput("This is not an email address.", "input", "email"))
    return address


async def _open(transaction: Transaction, context: Context, practitioner_id: str) -> IssuedToken:
    return await make_token(
        transaction,
        practitioner_id,
        label=_LABEL,
        now=context.now,
        expires_at=context.now + timedelta(hours=context.policy.sign_in_hours),
        idle_minutes=context.policy.idle_minutes,
    )


def _signed_in(context: Context, issued: IssuedToken, row: PractitionerRow) -> SignedIn:
    return SignedIn(issued.secret, issued.expires_at or context.now, row)
