"""A peer's process: started, waited for, and stopped."""

import os
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Final

from benchmarks.peers.peer import Peer
from benchmarks.practice import Practice
from benchmarks.processor import pinned
from benchmarks.query import HISTORY, PATH, Question, body, headers
from server.settings import PREFIX

ROOT: Final = Path(__file__).parent.parent

_START_SECONDS: Final = 60
_OK: Final = 200


class NotServing(Exception):
    """A peer that does not answer; the message ends with what it wrote."""

    def __init__(self, name: str, log: str) -> None:
        super().__init__(f"{name} does not answer the query:\n{log}")


@dataclass(frozen=True, slots=True)
class Server:
    """A peer that is running."""

    peer: Peer
    port: int
    process_id: int
    practice: Practice

    @contextmanager
    def connection(self) -> Iterator[HTTPConnection]:
        """A connection for `ask`, kept open until the block ends."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            yield connection
        finally:
            connection.close()

    def body(self, client_id: str, question: Question) -> bytes:
        """A question about one client, as this server is asked it."""
        return body(client_id, self.peer.document(self.practice, question))

    def ask(self, connection: HTTPConnection, client_id: str) -> tuple[int, bytes]:
        """The status and the text of the answer about one client's page."""
        return self.send(connection, self.body(client_id, HISTORY))

    def send(self, connection: HTTPConnection, sent: bytes) -> tuple[int, bytes]:
        """The status and the text of the answer to a body."""
        connection.request("POST", PATH, sent, headers(self.practice))
        response = connection.getresponse()
        return response.status, response.read()


@contextmanager
def running(peer: Peer, practice: Practice, *, core: int | None, log: Path) -> Iterator[Server]:
    """The peer, answering, until the block ends.

    Raises:
        NotServing: it ended, or did not answer in time.
    """
    port = _free_port()
    with log.open("wb") as written, pinned(core):
        process = subprocess.Popen(  # noqa: S603 - commands of this folder
            peer.command(practice, port),
            env={**environment(), **peer.environment(practice)},
            # Not the checkout, where our server would read somebody's .env.
            cwd=practice.folder,
            stdout=written,
            stderr=subprocess.STDOUT,
        )
    try:
        server = Server(peer, port, process.pid, practice)
        if not _answers(server, process):
            raise NotServing(peer.name, log.read_text("utf-8", "replace"))
        yield server
    finally:
        process.terminate()
        process.wait(timeout=30)


def environment() -> dict[str, str]:
    """What every process runs with: this checkout's modules, and no settings of the machine's."""
    inherited = {name: text for name, text in os.environ.items() if not name.startswith(PREFIX)}
    return {**inherited, "PYTHONPATH": str(ROOT)}


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


def _answers(server: Server, process: "subprocess.Popen[bytes]") -> bool:
    until = time.monotonic() + _START_SECONDS
    while time.monotonic() < until and process.poll() is None:
        if _answers_now(server):
            return True
        time.sleep(0.05)
    return False


def _answers_now(server: Server) -> bool:
    try:
        with server.connection() as connection:
            status, _ = server.ask(connection, server.practice.clients[0])
    except (OSError, HTTPException):
        return False
    return status == _OK
