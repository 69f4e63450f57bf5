"""`session-history identity`: who of an identity provider is which practitioner."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

import click

from models.database import Database
from resolvers.accounts.outside_identities import (
    Identity,
    IdentityLinked,
    link_identity,
    linked_identities,
    unlink_identity,
)
from resolvers.errors import Refused
from server.commands.running import checked_settings, known_practitioner, now, opened, run
from server.identity_provider.addresses import issuer_address
from server.settings import PREFIX

Result = TypeVar("Result")

_issuer = click.option(
    "--issuer", help="The provider's `iss`; by default the one that the settings name."
)
_subject = click.option(
    "--subject", required=True, help="The provider's `sub` of them, which its own pages show."
)


@click.group()
def identity() -> None:
    """Let practitioners sign in at an identity provider (OpenID Connect)."""


@identity.command()
@click.argument("email")
@_subject
@_issuer
def link(email: str, subject: str, issuer: str | None) -> None:
    """Let tokens of a provider's SUBJECT open the record of the practitioner EMAIL."""
    linked = _identity(issuer, subject)

    async def work(database: Database, owner: str) -> None:
        await link_identity(database, owner, linked, now=now())

    try:
        _of_practitioner(email, work)
    except IdentityLinked:
        raise click.ClickException("It is linked already; 'identity unlink' undoes that.") from None
    except Refused as refusal:
        raise click.ClickException(str(refusal)) from None
    click.echo(f"Linked. Tokens of '{subject}' at {linked.issuer} open the record of {email}.")


@identity.command()
@click.argument("email")
@_subject
@_issuer
def unlink(email: str, subject: str, issuer: str | None) -> None:
    """Refuse from now on what 'identity link' allowed."""
    linked = _identity(issuer, subject)

    async def work(database: Database, owner: str) -> bool:
        return await unlink_identity(database, owner, linked)

    if not _of_practitioner(email, work):
        raise click.ClickException(f"'{subject}' at {linked.issuer} is not linked to {email}.")
    click.echo("Unlinked. Tokens that are out already open nothing any more.")


@identity.command("list")
@click.argument("email")
def list_linked(email: str) -> None:
    """Print who opens the record of the practitioner EMAIL: an issuer and a subject a line."""
    for one in _of_practitioner(email, linked_identities):
        click.echo(f"{one.issuer} {one.subject}")


def _identity(issuer: str | None, subject: str) -> Identity:
    wanted = issuer if issuer is not None else checked_settings().oidc_issuer
    if wanted is None:
        raise click.UsageError(f"Name the --issuer, or set {PREFIX}OIDC_ISSUER.")
    try:
        return Identity(issuer_address(wanted), subject)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--issuer") from None


def _of_practitioner(email: str, work: Callable[[Database, str], Awaitable[Result]]) -> Result:
    settings = checked_settings()

    async def whole() -> Result:
        async with opened(settings) as database:
            return await work(database, await known_practitioner(database, email))

    return run(whole())
