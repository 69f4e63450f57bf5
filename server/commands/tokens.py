"""`session-history token`."""

from datetime import timedelta

import click

from models.enums import AccessTokenKind
from models.transaction import Transaction, write
from resolvers.accounts.access import is_client_of, issue_token
from server.commands.running import checked_settings, known_practitioner, now, opened, run


@click.command()
@click.argument("email")
@click.option("--label", default="command line", help="What to know the token by.")
@click.option("--days", type=click.IntRange(1, 3650), default=365, help="How long it is valid.")
@click.option("--client", "client_id", help="For a client with this id: it opens the portal.")
@click.option("--read-only", is_flag=True, help="It changes nothing and reads no private notes.")
def token(email: str, label: str, days: int, client_id: str | None, *, read_only: bool) -> None:
    """Print a new access token of the practitioner who signs in with EMAIL."""
    if client_id is not None and read_only:
        raise click.UsageError("A client's token is a kind of its own: leave out --read-only.")
    kind = AccessTokenKind.PRACTITIONER
    if read_only:
        kind = AccessTokenKind.READ_ONLY
    if client_id is not None:
        kind = AccessTokenKind.CLIENT
    settings = checked_settings()

    async def issue() -> str:
        async with opened(settings) as database:
            owner = await known_practitioner(database, email)
            if client_id is not None and not await is_client_of(database, owner, client_id):
                raise click.ClickException(f"{email} has no client with the id {client_id}.")
            at = now()

            async def work(transaction: Transaction) -> str:
                return await issue_token(
                    transaction,
                    owner,
                    label=label,
                    now=at,
                    expires_at=at + timedelta(days=days),
                    kind=kind,
                    client_id=client_id,
                )

            return await write(database, work)

    click.echo(run(issue()))
