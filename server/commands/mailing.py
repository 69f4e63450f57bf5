"""`session-history deliver` and `session-history mail`."""

import asyncio
import signal

import click

from models.enums import MailState
from resolvers.mailing.overview import latest_mails
from resolvers.mailing.retrying import retry_mails
from server.commands.running import checked_settings, now, opened, run
from server.logs import configure_logs
from server.mailer import Mailer, post_of


@click.command()
@click.option("--once", is_flag=True, help="Try what is due, and end.")
def deliver(*, once: bool) -> None:
    """Send mail until stopped: apart from the servers, which SESSION_HISTORY_DELIVER=false keeps
    from it, or beside them.
    """
    settings = checked_settings()
    configure_logs(settings.log_level)

    async def send() -> int:
        async with opened(settings) as database:
            mailer = Mailer(database, post_of(settings), clock=now)
            if once:
                return await mailer.send_what_is_due()
            running = asyncio.create_task(mailer.run())
            for stop in (signal.SIGINT, signal.SIGTERM):
                asyncio.get_running_loop().add_signal_handler(stop, running.cancel)
            await asyncio.gather(running, return_exceptions=True)
            return 0

    tried = run(send())
    if once:
        click.echo(f"Tried {tried} mails.")


@click.group()
def mail() -> None:
    """See what became of mail, and have it tried again."""


@mail.command("list")
@click.option(
    "--state",
    type=click.Choice([one.value for one in MailState], case_sensitive=False),
    default=MailState.FAILED.value,
    help="Of which mails; those that failed by default.",
)
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, help="How many at most.")
def list_mails(state: str, limit: int) -> None:
    """Print the latest mails, one a line: id, when it was written, kind, attempts, last error."""
    settings = checked_settings()

    async def read() -> list[str]:
        async with opened(settings) as database:
            found = await latest_mails(database, MailState(state), limit=limit)
            return ["\t".join(str(one or "") for one in line) for line in found]

    click.echo("\n".join(run(read())))


@mail.command("retry")
@click.argument("ids", nargs=-1)
@click.option("--all", "every", is_flag=True, help="All that wait or have failed.")
def retry(ids: tuple[str, ...], *, every: bool) -> None:
    """Have mails tried again at once, by their IDS."""
    if bool(ids) is every:
        raise click.UsageError("Name the mails, or give --all.")
    settings = checked_settings()

    async def again() -> int:
        async with opened(settings) as database:
            return await retry_mails(database, None if every else ids, now=now())

    click.echo(f"{run(again())} mails will be tried again.")
