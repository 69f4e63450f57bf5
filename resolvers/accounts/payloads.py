"""What the mutations of accounts and tokens answer."""

from dataclasses import dataclass, field
from typing import Annotated, TypeAlias

from models.instants import to_text
from resolvers.accounts import signing_in, tokens
from resolvers.accounts.tokens import AccessTokenRow
from resolvers.context import Info, context_of
from resolvers.lookup import Identifier
from resolvers.payloads import WHAT
from resolvers.problems import Problem, Undone
from resolvers.rows import PractitionerRow


@dataclass(frozen=True, slots=True)
class SignInPayload:
    """A token and whose record it opens, or why there is none."""

    token: str | None = None
    expires_at: str | None = None
    viewer: PractitionerRow | None = None
    errors: list[Problem] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class SignOutPayload:
    """That the token has ended."""

    errors: list[Problem] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class ChangePasswordPayload:
    """How many tokens ended with the old password, or why it stays."""

    ended_tokens: int = 0
    errors: list[Problem] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class AccessTokenPayload:
    """A token as it is now, with its secret if it was just made, or why nothing was done."""

    token: str | None = None
    access_token: AccessTokenRow | None = None
    errors: list[Problem] = field(default_factory=list)


SignUp: TypeAlias = Annotated[signing_in.SignUpInput, WHAT]
SignIn: TypeAlias = Annotated[signing_in.SignInInput, WHAT]
ChangePassword: TypeAlias = Annotated[signing_in.ChangePasswordInput, WHAT]
CreateAccessToken: TypeAlias = Annotated[tokens.CreateAccessTokenInput, WHAT]


async def sign_up(info: Info, input: SignUp) -> SignInPayload:  # noqa: A002
    """Make an account and sign in to it."""
    try:
        return _signed_in(await signing_in.sign_up(context_of(info), input))
    except Undone as undone:
        return SignInPayload(errors=[undone.problem])


async def sign_in(info: Info, input: SignIn) -> SignInPayload:  # noqa: A002
    """Exchange an email address and a password for a token."""
    try:
        return _signed_in(await signing_in.sign_in(context_of(info), input))
    except Undone as undone:
        return SignInPayload(errors=[undone.problem])


async def sign_out(info: Info) -> SignOutPayload:
    """End the token that the request was sent with."""
    context = context_of(info)
    await signing_in.sign_out(context, context.principal)
    return SignOutPayload()


async def sign_out_of_portal(info: Info) -> SignOutPayload:
    """End the client's token that the request was sent with."""
    context = context_of(info)
    await signing_in.sign_out(context, context.client)
    return SignOutPayload()


async def change_password(info: Info, input: ChangePassword) -> ChangePasswordPayload:  # noqa: A002
    """Change the password, and end every other sign-in."""
    try:
        return ChangePasswordPayload(await signing_in.change_password(context_of(info), input))
    except Undone as undone:
        return ChangePasswordPayload(errors=[undone.problem])


async def create_access_token(
    info: Info,
    input: CreateAccessToken,  # noqa: A002
) -> AccessTokenPayload:
    """Make a token for an app or a client."""
    context = context_of(info)
    try:
        made = await tokens.create_access_token(context, input)
    except Undone as undone:
        return AccessTokenPayload(errors=[undone.problem])
    return AccessTokenPayload(made.secret, await tokens.access_token(context, made.id))


async def revoke_access_token(info: Info, id: Identifier) -> AccessTokenPayload:  # noqa: A002
    """End a token at once."""
    context = context_of(info)
    try:
        identifier = await tokens.revoke_access_token(context, id)
    except Undone as undone:
        return AccessTokenPayload(errors=[undone.problem])
    return AccessTokenPayload(access_token=await tokens.access_token(context, identifier))


def _signed_in(done: signing_in.SignedIn) -> SignInPayload:
    return SignInPayload(done.token, to_text(done.expires_at), done.viewer)
