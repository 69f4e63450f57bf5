"""Long files over HTTP whose reader stops, or goes away, or may not read on."""

import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import httpx
import pytest

from models import Session
from tests.e2e.conftest import Raced, Reached
from tests.e2e.exporting import Exporting, exporting, logged, path_of
from tests.e2e.test_exports import delete_client, revoke
from tests.practice import Practice
from tests.resolvers.exporting.taking import rows_of
from tests.resolvers.exporting.test_history import sessions
from tests.resolvers.test_history_against_a_model import kept

# Two chunks, of which the first is more than the buffers between two sockets hold.
SESSIONS: Final = 320
LONG: Final = "We talked about the week. " * 1500
SMALL_BUFFER: Final = [(socket.SOL_SOCKET, socket.SO_RCVBUF, 64 * 1024)]


async def a_long_history(practice: Practice) -> str:
    """A client with a dozen megabytes of notes."""
    client, _ = await kept(practice, sessions(SESSIONS))
    of_theirs = Session.filter(practitioner_id=practice.practitioner.id, client_id=client.id)
    await of_theirs.update(customer_notes=LONG)
    return str(client.id)


@pytest.fixture
def own(reached: Reached) -> Iterator[Exporting]:
    """Somebody with a long history, on a server of little patience."""
    with exporting(reached.address, reached.url, a_long_history) as somebody:
        yield somebody


@contextmanager
def reading(own: Exporting, export: dict[str, Any]) -> Iterator[Iterator[bytes]]:
    """A download of which the first piece was read, and no more is until somebody asks."""
    transport = httpx.HTTPTransport(socket_options=SMALL_BUFFER, verify=False)  # no TLS here
    with (
        httpx.Client(base_url=own.http.base_url, transport=transport, timeout=60) as client,
        client.stream("GET", path_of(export)) as response,
    ):
        assert response.status_code == httpx.codes.OK
        pieces = response.iter_raw()
        assert next(pieces)
        yield pieces


def cut_off(pieces: Iterator[bytes]) -> int:
    """How many bytes still come of a download that is cut off."""
    read = 0
    with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
        for piece in pieces:
            read += len(piece)
    return read


def ended(export: dict[str, Any], log: Path) -> str:
    """What the server has written, once it is through with a download."""
    return logged(log, f'"path": "/exports/{export["id"]}", "status": 200')


@pytest.mark.parametrize("raced", ["1"], indirect=True, ids=["one worker"])
@pytest.mark.parametrize("end", [revoke, delete_client], ids=["revoked", "deleted"])
def test_half_a_file_never_looks_whole(
    raced: Raced, end: Callable[[Exporting, dict[str, Any]], None]
) -> None:
    """Its last chunk is missing, which every client of HTTP notices (RFC 9112, 8)."""
    with exporting(raced.address, raced.url, a_long_history) as own:
        export = own.export()
        with reading(own, export) as pieces:
            end(own, export)
            cut_off(pieces)
        after = own.follow(export)

    assert after.status_code in {403, 410}
    assert "Traceback" not in ended(export, raced.log)


def test_a_reader_who_stops_is_cut_off_and_nobody_waits_for_them(
    own: Exporting, reached: Reached
) -> None:
    export = own.export()
    with reading(own, export) as pieces:
        written = ended(export, reached.log)  # which it is without a byte more being read
        read = cut_off(pieces)

    again = own.follow(export)

    assert "Traceback" not in written
    assert read < len(again.content)
    assert len(rows_of(again.content)) == SESSIONS


def test_readers_who_go_away_leave_their_places(own: Exporting, reached: Reached) -> None:
    """There are ten of them for each practice."""
    exports = [own.export() for _ in range(11)]
    for export in exports:
        with reading(own, export):
            pass
    for export in exports:
        written = ended(export, reached.log)

    assert own.follow(exports[0]).status_code == httpx.codes.OK
    assert "Traceback" not in written


@pytest.mark.parametrize("engine", ["sqlite"])
def test_a_reader_who_is_slow_reads_to_the_end(own: Exporting) -> None:
    """Though a piece of the file takes them longer than somebody may read nothing of it.

    No database has a part in this.
    """
    export, read = own.export(), 0
    with reading(own, export) as pieces:
        for number, piece in enumerate(pieces):
            read += len(piece)
            if number % 2:
                time.sleep(0.02)

    assert read > SESSIONS * len(LONG)
