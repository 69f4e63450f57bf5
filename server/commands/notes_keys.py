"""`session-history notes-keys`: making, changing and trying the keys of private notes."""

import sys
from datetime import datetime
from secrets import token_hex

import click

from models.database import Database
from models.migrate import upgrade
from models.notes_keys import count_by_key
from models.notes_rotation import NoKey, Rotation, count_others, rotate, unreadable_notes
from models.sealing import new_key
from server.commands.running import checked_settings, now, opened, run
from server.opening import database_of


@click.group("notes-keys")
def notes_keys() -> None:
    """Make, change and try the keys that private notes are sealed with."""


@notes_keys.command("generate")
def generate_key() -> None:
    """Print a new key, as SESSION_HISTORY_NOTES_KEYS takes it. Nothing is stored."""
    click.echo(_generated(now()))


@notes_keys.command("rotate")
def rotate_notes_keys() -> None:
    """Seal every private note with the first of the keys, also those that are plain text.

    Safe while servers run that have this key too, safe to cut off, and safe to repeat.
    """
    settings = checked_settings()

    async def work() -> Rotation:
        async with opened(settings) as database:
            return await _rotate(database)

    _print_rotation(run(work()))


@notes_keys.command("verify")
def verify_notes_keys() -> None:
    """Open every private note, and count them by key; the exit code is 1 if some do not open."""
    settings = checked_settings()

    async def work() -> None:
        await upgrade(settings.database_url)
        # Not checked as it is opened: what is wrong with the keys is what is to be told.
        async with database_of(settings) as database:
            await _verify(database)

    run(work())


def _generated(now: datetime) -> str:
    """A new key; its name says when it was made, so that of two the younger is known."""
    return new_key(f"{now:%Y-%m-%d}-{token_hex(2)}")


async def _rotate(database: Database) -> Rotation:
    """Seal every private note with the active key, with a progress bar."""
    try:
        length = await count_others(database)
        with click.progressbar(length=length, label="Sealing", file=sys.stderr) as bar:
            return await rotate(database, progress=bar.update)
    except NoKey:
        raise click.ClickException(
            "There is no key to seal with: make one with 'session-history notes-keys generate', "
            "and give it as SESSION_HISTORY_NOTES_KEYS."
        ) from None


def _print_rotation(done: Rotation) -> None:
    """What a rotation did; ends the command with code 1 when there is something left to do."""
    click.echo(f"{done.resealed} private notes sealed anew.")
    _print_counts(done.by_key)
    for key in done.forgotten:
        click.echo(f"No note needs the key '{key}' any more: take it out of the settings.")
    for session in done.unreadable:
        click.echo(f"The private notes of {session} do not open, and stay as they are.", err=True)
    if done.left:
        click.echo(f"{done.left} were being changed: run this again.", err=True)
    if done.unreadable or done.left:
        sys.exit(1)


async def _verify(database: Database) -> None:
    """Open every private note; ends the command with code 1 when some do not open."""
    counts = await count_by_key(database)
    failures = 0
    async for failure in unreadable_notes(database):
        failures += 1
        click.echo(str(failure), err=True)
    _print_counts(counts)
    if failures:
        click.echo(f"{failures} do not open.", err=True)
        sys.exit(1)
    click.echo("All of them open.")


def _print_counts(by_key: dict[str | None, int]) -> None:
    for key, count in by_key.items():
        kept = "plain text" if key is None else f"sealed with '{key}'"
        click.echo(f"{count} private notes: {kept}")
