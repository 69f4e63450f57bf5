"""`session-history import`: a history brought along from another product."""

import sys
from collections.abc import Callable
from contextlib import nullcontext
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import click

from models.database import Database
from resolvers.errors import NotFound
from resolvers.importing import (
    BadMapping,
    ImportReport,
    Mapping,
    RecordChanged,
    RowOutcome,
    count_rows,
    import_csv,
    load_mapping,
    shipped_mappings,
)
from resolvers.rows import DELETED_CLIENT
from server.commands.running import checked_settings, known_practitioner, now, opened, run

_PROBLEMS_SHOWN: Final = 50


@click.command("import")
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
    mapping = _read_mapping(mapping_name)
    settings = checked_settings()

    async def work() -> ImportReport:
        async with opened(settings) as database:
            return await _import_into(database, email, file, mapping, dry_run=dry_run, now=now())

    _print_report(run(work()), dry_run=dry_run)


def _read_mapping(path_or_name: str) -> Mapping:
    """The mapping of the command; a wrong one ends it with a sentence that names the key."""
    try:
        return load_mapping(path_or_name)
    except BadMapping as error:
        known = ", ".join(shipped_mappings())
        raise click.ClickException(f"{error}\nMappings that come with us: {known}") from None


async def _import_into(
    database: Database, email: str, file: Path, mapping: Mapping, *, dry_run: bool, now: datetime
) -> ImportReport:
    """Import, with a progress bar when somebody watches, and a line for each row of a dry run."""
    practitioner_id = await known_practitioner(database, email)
    with _progress(file, mapping, dry_run=dry_run) as bar:
        try:
            return await import_csv(
                database,
                practitioner_id,
                file,
                mapping,
                now=now,
                dry_run=dry_run,
                progress=_advancing(bar),
                on_row=_print_row if dry_run else None,
            )
        except (NotFound, RecordChanged, OSError) as error:
            raise click.ClickException(str(error)) from None


def _print_report(report: ImportReport, *, dry_run: bool) -> None:
    """What happened, or would have; ends the command with code 1 when the file has problems."""
    for problem in report.problems[:_PROBLEMS_SHOWN]:
        click.echo(str(problem), err=True)
    if report.problem_count > _PROBLEMS_SHOWN:
        click.echo(f"… and {report.problem_count - _PROBLEMS_SHOWN} more problems.", err=True)
    would = "would be " if dry_run else ""
    click.echo(
        f"{report.rows_read} rows read: {report.sessions_added} sessions {would}added, "
        f"{report.sessions_already_there} already there, {report.rows_bad} bad rows; "
        f"{report.clients_added} clients, {report.services_added} services and "
        f"{report.calendars_added} calendars {would}added."
    )
    if report.problem_count:
        click.echo("Nothing was written: mend the file and import it again.", err=True)
        sys.exit(1)


def _progress(file: Path, mapping: Mapping, *, dry_run: bool) -> Any:
    if dry_run or not sys.stderr.isatty():
        return nullcontext()
    return click.progressbar(length=count_rows(file, mapping), label="Importing", file=sys.stderr)


def _advancing(bar: Any) -> Callable[[int], None] | None:
    """The import tells how many rows it has read so far; the bar wants how many more."""
    if bar is None:
        return None
    return lambda read: bar.update(read - bar.pos)


def _print_row(outcome: RowOutcome) -> None:
    if outcome.session is None:
        told = "; ".join(str(problem) for problem in outcome.problems)
        click.echo(f"line {outcome.line}: {outcome.outcome}  {told}")
        return
    session = outcome.session
    click.echo(
        f"line {outcome.line}: {outcome.outcome}  {session.starts_at:%Y-%m-%d %H:%M %Z}  "
        f"{session.duration_minutes} min  {session.status}  {session.service}  "
        f"{session.client_name or DELETED_CLIENT}"
    )
