"""`session-history serve`."""

import os

import click
import uvicorn

from server import demo
from server.commands.demo_practice import demo_token
from server.commands.running import checked_settings, opened, run
from server.settings import PREFIX, Settings
from server.transport import LONGEST_BODY


@click.command()
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
    run(_open_once(settings))
    address = f"http://{settings.host}:{settings.port}"
    if with_demo:
        token = run(demo_token(settings))
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


async def _open_once(settings: Settings) -> None:
    async with opened(settings):
        pass  # what is wrong is told here, before there are workers to tell it each
