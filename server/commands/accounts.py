"""`session-history practitioner` and `password`: accounts by the operator's hand."""

from datetime import datetime

import click
from graphql import GraphQLError

from models.database import Database
from models.transaction import Transaction, write
from resolvers.accounts.passwords import check_new_password, hashed
from resolvers.accounts.practitioners import add_practitioner
from resolvers.accounts.signing_in import set_password
from resolvers.problems import Undone
from resolvers.scalars import parse_currency, parse_time_zone
from server.commands.running import checked_settings, known_practitioner, now, opened, run


@click.command("practitioner")
@click.argument("email")
@click.option("--name", prompt=True, help="The name that clients see.")
@click.option("--time-zone", prompt=True, help="An IANA name, as Europe/Berlin.")
@click.option("--currency", prompt=True, help="An ISO 4217 code, as EUR.")
@click.password_option(help="At least 12 characters.")
def new_practitioner(email: str, name: str, time_zone: str, currency: str, password: str) -> None:
    """Add a practitioner who signs in with EMAIL."""
    settings = checked_settings()

    async def add() -> None:
        async with opened(settings) as database:
            await _add(
                database,
                name=name,
                email=email,
                password=password,
                time_zone=time_zone,
                currency=currency,
                now=now(),
            )

    run(add())
    click.echo(f"Added. 'session-history token {email}' prints an access token.")


@click.command("password")
@click.argument("email")
@click.password_option(help="At least 12 characters.")
def new_password(email: str, password: str) -> None:
    """Give the account of EMAIL a new password, and end its sign-ins."""
    settings = checked_settings()

    async def reset() -> int:
        async with opened(settings) as database:
            return await _reset(database, email, password, now=now())

    click.echo(f"Changed; {run(reset())} sign-ins have ended.")


async def _add(
    database: Database,
    *,
    name: str,
    email: str,
    password: str,
    time_zone: str,
    currency: str,
    now: datetime,
) -> None:
    try:
        await add_practitioner(
            database,
            name=name,
            email=email,
            password=password,
            time_zone=parse_time_zone(time_zone),
            currency=parse_currency(currency),
            now=now,
        )
    except (Undone, GraphQLError) as refusal:
        raise click.ClickException(str(refusal)) from None


async def _reset(database: Database, email: str, password: str, *, now: datetime) -> int:
    owner = await known_practitioner(database, email)
    try:
        await check_new_password(password, email)
    except Undone as refusal:
        raise click.ClickException(str(refusal)) from None
    password_hash = await hashed(password)

    async def work(transaction: Transaction) -> int:
        return await set_password(transaction, owner, password_hash, end_made_tokens=False, now=now)

    return await write(database, work)
