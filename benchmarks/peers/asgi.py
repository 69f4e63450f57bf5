"""Serves a peer that is a Python module: `create_app(database, practitioner_id)` makes its app.

python -m benchmarks.peers.asgi MODULE DATABASE PRACTITIONER PORT
"""

import sys
from importlib import import_module

import uvicorn

from benchmarks.peers.peer import Command
from benchmarks.practice import Practice


def served(module: str, engine: str = "sqlite") -> Command:
    """How the peer in `module` is started."""

    def command(practice: Practice, port: int) -> list[str]:
        data = [practice.address(engine), practice.practitioner_id, str(port)]
        return [sys.executable, "-m", "benchmarks.peers.asgi", module, *data]

    return command


def main(module: str, database: str, practitioner_id: str, port: str) -> None:
    """Serve until stopped, with the settings of server/commands/serve.py."""
    uvicorn.run(
        import_module(module).create_app(database, practitioner_id),
        host="127.0.0.1",
        port=int(port),
        access_log=False,
        log_config=None,
        server_header=False,
        ws="none",
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
