"""`session-history demo`, and the token that `serve --demo` prints."""

import sys
from datetime import timedelta
from typing import Final

import click

from models import AccessToken
from models.transaction import Transaction, orm, write
from resolvers.accounts.access import issue_token, practitioner_id_of
from server import demo
from server.commands.running import checked_settings, known_practitioner, now, opened, run
from server.settings import Settings

_LABEL: Final = "serve --demo"
_TOKEN_LIFE: Final = timedelta(days=30)


@click.command("demo")
def fill_demo() -> None:
    """Add a practice to look at, whose practitioner is demo@example.com."""
    settings = checked_settings()

    async def fill() -> int:
        async with opened(settings) as database:
            at = now()
            length = len(demo.plan_practice(1, at).sessions)
            with click.progressbar(length=length, label="Filling", file=sys.stderr) as bar:
                return await demo.fill(database, now=at, progress=bar.update)

    try:
        added = run(fill())
    except demo.AlreadyThere:
        raise click.ClickException(f"{demo.DEMO_EMAIL} is in this database already.") from None
    click.echo(f"Added {added} sessions. Sign-in {demo.DEMO_EMAIL} / {demo.DEMO_PASSWORD}")


async def demo_token(settings: Settings) -> str:
    """A token of the demo practice, which is added if it is not there; the last one ends."""
    async with opened(settings) as database:
        owner = await practitioner_id_of(database, demo.DEMO_EMAIL)
        if owner is None:
            await demo.fill(database, now=now())
            owner = await known_practitioner(database, demo.DEMO_EMAIL)
        at = now()

        async def work(transaction: Transaction) -> str:
            old = AccessToken.filter(practitioner_id=owner, label=_LABEL)
            await old.using_db(orm(transaction)).delete()
            return await issue_token(
                transaction, owner, label=_LABEL, now=at, expires_at=at + _TOKEN_LIFE
            )

        return await write(database, work)
