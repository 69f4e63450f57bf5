"""`session-history notes-keys`: making, changing and trying the keys of private notes."""

import sys
from datetime import datetime
from secrets import token_hex

import click

from models.database import Database
from models.notes_keys import count_by_key
from models.notes_rotation import NoKey, Rotation, count_others, rotate, unreadable_notes
from models.sealing import new_key


def generated_key(now: datetime) -> str:
    """A new key; its name says when it was made, so that of two the younger is known."""
    return new_key(f"{now:%Y-%m-%d}-{token_hex(2)}")


async def rotate_keys(database: Database) -> Rotation:
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


def print_rotation(done: Rotation) -> None:
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


async def verify_notes(database: Database) -> None:
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
