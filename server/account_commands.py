"""`session-history practitioner` and `password`: accounts by the operator's hand."""

from datetime import datetime

import click
from graphql import GraphQLError

from models.database import Database
from models.transaction import Transaction, write
from resolvers.access import practitioner_id_of
from resolvers.accounts import set_password
from resolvers.passwords import check_new_password, hashed
from resolvers.practitioners import add_practitioner
from resolvers.problems import Undone
from resolvers.scalars import parse_currency, parse_time_zone


async def add_account(
    database: Database,
    *,
    name: str,
    email: str,
    password: str,
    time_zone: str,
    currency: str,
    now: datetime,
) -> None:
    """Add a practitioner; what will not do ends the command with a sentence."""
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


async def reset_password(database: Database, email: str, password: str, *, now: datetime) -> int:
    """Give an account another password and end all its sign-ins; how many ended."""
    owner = await practitioner_id_of(database, email)
    if owner is None:
        raise click.ClickException(f"Nobody signs in with {email}.")
    try:
        await check_new_password(password, email)
    except Undone as refusal:
        raise click.ClickException(str(refusal)) from None
    password_hash = await hashed(password)

    async def work(transaction: Transaction) -> int:
        return await set_password(transaction, owner, password_hash, end_made_tokens=False, now=now)

    return await write(database, work)
