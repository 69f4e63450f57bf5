"""The command line: `session-history`."""

import click

from models.migrate import upgrade
from schema.build import practitioner_schema
from schema.portal.build import portal_schema
from server.commands.accounts import new_password, new_practitioner
from server.commands.demo_practice import fill_demo
from server.commands.identities import identity
from server.commands.importing import import_file
from server.commands.mailing import deliver, mail
from server.commands.notes_keys import notes_keys
from server.commands.running import checked_settings, run
from server.commands.serve import serve
from server.commands.tokens import token


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
def main() -> None:
    """The GraphQL server behind the session history of a practice.

    Settings come from environment variables SESSION_HISTORY_… and a .env file;
    docs/operations.md has the table of them. SESSION_HISTORY_DATABASE_URL picks the database: by
    default SQLite, right here.
    """


@click.command()
def migrate() -> None:
    """Bring the database's tables up to date; safe to repeat."""
    applied = run(upgrade(checked_settings().database_url))
    click.echo("\n".join(f"Applied {name}." for name in applied) or "Up to date.")


@click.command()
@click.option("--portal", is_flag=True, help="The one at /portal/graphql, for clients.")
def schema(*, portal: bool) -> None:
    """Print the schema at /graphql, in the schema definition language."""
    click.echo((portal_schema() if portal else practitioner_schema()).as_str())


for _command in (
    serve,
    migrate,
    fill_demo,
    new_practitioner,
    new_password,
    import_file,
    token,
    notes_keys,
    identity,
    deliver,
    mail,
    schema,
):
    main.add_command(_command)
