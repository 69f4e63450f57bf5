"""The command line: `session-history`."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final, TypeVar

import click
import uvicorn

from models import AccessToken
from models.database import Database
from models.enums import AccessTokenKind
from models.migrate import upgrade
from models.notes_keys import WrongKeys
from models.notes_rotation import Rotation
from models.transaction import Transaction, orm, write
from resolvers.access import is_client_of, issue_token, practitioner_id_of
from resolvers.importing import ImportReport
from schema.build import practitioner_schema
from schema.portal.build import portal_schema
from server import demo
from server.account_commands import add_account, reset_password
from server.import_command import import_into, print_report, read_mapping
from server.notes_keys_command import (
    generated_key,
    print_rotation,
    rotate_keys,
    verify_notes,
)
from server.opening import checked, database_of
from server.settings import PREFIX, Settings, WrongSetting, read_settings
from server.transport import LONGEST_BODY

Result = TypeVar("Result")

_DEMO_LABEL: Final = "serve --demo"
_DEMO_TOKEN_LIFE: Final = timedelta(days=30)


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
def main() -> None:
    """The GraphQL server behind the session history of a practice.

    Settings come from environment variables SESSION_HISTORY_… and a .env file; README.md has the
    table of them. SESSION_HISTORY_DATABASE_URL picks the database: by default SQLite, right here.
    """


@main.command()
@click.option("--host", help="The address to listen on.")
@click.option("--port", type=click.IntRange(1, 65535), help="The port to listen on.")
@click.option("--workers", type=click.IntRange(1, 64), help="How many processes answer requests.")
@click.option("--demo", "with_demo", is_flag=True, help="Have a practice to look at in it.")
@click.option("--reload", is_flag=True, help="Start anew whenever a source file changes.")
def serve(
    host: str | None, port: int | None, workers: int | None, *, with_demo: bool, reload: bool
) -> None:
    """Migrate the database, then answer requests until stopped."""
    given = {"host": host, "port": port, "workers": workers}
    # Workers are processes of their own, which read their settings from the environment.
    os.environ.update({f"{PREFIX}{k}".upper(): str(v) for k, v in given.items() if v is not None})
    settings = checked_settings()
    run(_migrated(settings))
    run(_check_keys(settings))
    address = f"http://{settings.host}:{settings.port}"
    if with_demo:
        token = run(_demo_token(settings))
        click.echo(f"Sign-in   {demo.DEMO_EMAIL} / {demo.DEMO_PASSWORD}")
        click.echo(f"Token     {token}")
    click.echo(f"GraphiQL  {address}/graphql in a browser; apps post to the same address")
    uvicorn.run(
        "server.app:create_app",
        factory=True,
        host=settings.host,
        port=settings.port,
        workers=settings.workers,
        reload=reload,
        access_log=False,
        log_config=None,
        server_header=False,
        http="server.receiving:HttpProtocol",
        ws="server.receiving:WebSocketProtocol",
        ws_max_size=LONGEST_BODY,
        ws_per_message_deflate=False,
        timeout_keep_alive=5,
        timeout_graceful_shutdown=15,
        forwarded_allow_ips=settings.trusted_proxies,
    )


@main.command()
def migrate() -> None:
    """Bring the database's tables up to date; safe to repeat."""
    applied = run(_migrated(checked_settings()))
    click.echo("\n".join(f"Applied {name}." for name in applied) or "Up to date.")


@main.command("demo")
def fill_demo() -> None:
    """Add a practice to look at, whose practitioner is demo@example.com."""
    settings = checked_settings()

    async def fill() -> int:
        await _migrated(settings)
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


@main.command("practitioner")
@click.argument("email")
@click.option("--name", prompt=True, help="The name that clients see.")
@click.option("--time-zone", prompt=True, help="An IANA name, as Europe/Berlin.")
@click.option("--currency", prompt=True, help="An ISO 4217 code, as EUR.")
@click.password_option(help="At least 12 characters.")
def new_practitioner(email: str, name: str, time_zone: str, currency: str, password: str) -> None:
    """Add a practitioner who signs in with EMAIL."""
    settings = checked_settings()

    async def add() -> None:
        await _migrated(settings)
        async with opened(settings) as database:
            await add_account(
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


@main.command("password")
@click.argument("email")
@click.password_option(help="At least 12 characters.")
def new_password(email: str, password: str) -> None:
    """Give the account of EMAIL a new password, and end its sign-ins."""
    settings = checked_settings()

    async def reset() -> int:
        await _migrated(settings)
        async with opened(settings) as database:
            return await reset_password(database, email, password, now=now())

    click.echo(f"Changed; {run(reset())} sign-ins have ended.")


@main.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--practitioner", "email", required=True, help="Whose record it goes into: an email.")
@click.option(
    "--mapping",
    "mapping_name",
    required=True,
    help="What stands in which column: a TOML file, or the name of one that comes with us.",
)
@click.option("--dry-run", is_flag=True, help="Say row by row what would happen; write nothing.")
def import_file(file: Path, email: str, mapping_name: str, *, dry_run: bool) -> None:
    """Import clients and sessions from FILE: a CSV, also as .gz, .bz2 or .xz.

    All of it or nothing: when a row is bad, its line, column and reason are told, nothing is
    written, and the exit code is 1. Importing a file again adds nothing.
    """
    mapping = read_mapping(mapping_name)
    settings = checked_settings()

    async def work() -> ImportReport:
        await _migrated(settings)
        async with opened(settings) as database:
            return await import_into(database, email, file, mapping, dry_run=dry_run, now=now())

    print_report(run(work()), dry_run=dry_run)


@main.command()
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
        await _migrated(settings)
        async with opened(settings) as database:
            owner = await known_practitioner(database, email)
            if client_id is not None and not await is_client_of(database, owner, client_id):
                raise click.ClickException(f"{email} has no client with the id {client_id}.")
            life = timedelta(days=days)
            return await _new_token(
                database, owner, label=label, life=life, kind=kind, client_id=client_id
            )

    click.echo(run(issue()))


@main.group("notes-keys")
def notes_keys() -> None:
    """Make, change and try the keys that private notes are sealed with."""


@notes_keys.command("generate")
def generate_key() -> None:
    """Print a new key, as SESSION_HISTORY_NOTES_KEYS takes it. Nothing is stored."""
    click.echo(generated_key(now()))


@notes_keys.command("rotate")
def rotate_notes_keys() -> None:
    """Seal every private note with the first of the keys, also those that are plain text.

    Safe while servers run that have this key too, safe to cut off, and safe to repeat.
    """
    settings = checked_settings()

    async def work() -> Rotation:
        await _migrated(settings)
        async with opened(settings) as database:
            return await rotate_keys(database)

    print_rotation(run(work()))


@notes_keys.command("verify")
def verify_notes_keys() -> None:
    """Open every private note, and count them by key; the exit code is 1 if some do not open."""
    settings = checked_settings()

    async def work() -> None:
        await _migrated(settings)
        # Not checked as it is opened: what is wrong with the keys is what is to be told.
        async with database_of(settings) as database:
            await verify_notes(database)

    run(work())


@main.command()
@click.option("--portal", is_flag=True, help="The one at /portal/graphql, for clients.")
def schema(*, portal: bool) -> None:
    """Print the schema at /graphql, in the schema definition language."""
    click.echo((portal_schema() if portal else practitioner_schema()).as_str())


def checked_settings() -> Settings:
    """The settings; a wrong one ends the command with a sentence that names it."""
    try:
        return read_settings()
    except WrongSetting as error:
        raise click.ClickException(str(error)) from None


def run(work: Coroutine[Any, Any, Result]) -> Result:
    """Run a command's work to its end; a database that does not answer ends it with a sentence."""
    try:
        return asyncio.run(work)
    except OSError as error:
        raise click.ClickException(f"The database cannot be opened: {error}") from None


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[Database]:
    """The database that the settings name; keys that are not its own end the command."""
    try:
        async with checked(database_of(settings)) as database:
            yield database
    except WrongKeys as error:
        raise click.ClickException(f"{PREFIX}NOTES_KEYS is wrong: {error}.") from None


def now() -> datetime:
    """The present, in whole seconds."""
    return datetime.now(UTC).replace(microsecond=0)


async def known_practitioner(database: Database, email: str) -> str:
    """The id of the practitioner who signs in with `email`; without one the command ends."""
    found = await practitioner_id_of(database, email)
    if found is None:
        raise click.ClickException(f"Nobody signs in with {email}.")
    return found


async def _migrated(settings: Settings) -> list[str]:
    return await upgrade(settings.database_url)


async def _check_keys(settings: Settings) -> None:
    async with opened(settings):
        pass  # opening it is the check


async def _demo_token(settings: Settings) -> str:
    async with opened(settings) as database:
        owner = await practitioner_id_of(database, demo.DEMO_EMAIL)
        if owner is None:
            await demo.fill(database, now=now())
            owner = await known_practitioner(database, demo.DEMO_EMAIL)
        return await _new_token(
            database, owner, label=_DEMO_LABEL, life=_DEMO_TOKEN_LIFE, replaces_label=True
        )


async def _new_token(
    database: Database,
    owner: str,
    *,
    label: str,
    life: timedelta,
    kind: AccessTokenKind = AccessTokenKind.PRACTITIONER,
    client_id: str | None = None,
    replaces_label: bool = False,
) -> str:
    at = now()

    async def work(transaction: Transaction) -> str:
        if replaces_label:
            old = AccessToken.filter(practitioner_id=owner, label=label)
            await old.using_db(orm(transaction)).delete()
        return await issue_token(
            transaction,
            owner,
            label=label,
            now=at,
            expires_at=at + life,
            kind=kind,
            client_id=client_id,
        )

    return await write(database, work)
