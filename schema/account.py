"""Accounts and access tokens."""

from datetime import datetime

import strawberry

from resolvers.accounts import payloads, tokens
from resolvers.words import AccessTokenKind, TokenOrigin
from schema.client import Client
from schema.over import over, read
from schema.practice import Practitioner
from schema.problems import ERRORS, UserError


@over(
    tokens.AccessTokenRow,
    name="AccessToken",
    description="A key to the record. Its secret is shown once, when it is made.",
)
class AccessToken:
    """What there is to know of a token."""

    id: strawberry.ID = read("Opaque and unique; not the id of a node, and not the secret.")
    label: str = read("What it was called when it was made.")
    kind: AccessTokenKind = read("What it opens.")
    origin: TokenOrigin = read("Whether somebody signed in, or it was made.")
    client: Client | None = read("Whose portal it opens; null unless its kind is CLIENT.")
    created_at: datetime = read("When it was made.")
    last_used_at: datetime | None = read(
        "When it was last used, to the minute; null when it never was."
    )
    expires_at: datetime | None = read(
        "When it ends, used or not; null when it does not. One of signing in ends earlier when it "
        "is not used."
    )
    revoked_at: datetime | None = read("When it was ended by hand; null when it was not.")
    is_current: bool = read("Whether it is the one that this very request was sent with.")


@over(payloads.SignInPayload, description="A token, or why there is none.")
class SignInPayload:
    """Answer of signing up and of signing in."""

    token: str | None = read(
        "The secret, to be sent as `Authorization: Bearer …`; null when there are errors. Keep it "
        "where scripts of others cannot read it."
    )
    expires_at: datetime | None = read(
        "When it ends at the latest. Not used for a time (30 minutes, unless the operator says "
        "otherwise), it ends earlier."
    )
    viewer: Practitioner | None = read("Who has signed in; null when there are errors.")
    errors: list[UserError] = read(ERRORS)


@over(payloads.ChangePasswordPayload, description="What a new password ended.")
class ChangePasswordPayload:
    """Answer of changing the password."""

    ended_tokens: int = read(
        "How many tokens ended: every other sign-in and, if asked for, those that were made. The "
        "one that this request was sent with goes on."
    )
    errors: list[UserError] = read(ERRORS)


@over(
    payloads.AccessTokenPayload,
    description="A token as it is now, or why nothing was done.",
)
class AccessTokenPayload:
    """Answer of what is done to a token."""

    token: str | None = read("The secret of a token just made. It cannot be read again.")
    access_token: AccessToken | None = read("The token; null when nothing was done.")
    errors: list[UserError] = read(ERRORS)
