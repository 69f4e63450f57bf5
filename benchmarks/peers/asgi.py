"""Serves a peer that is a Python module: `create_app(database, practitioner_id)` makes its app.

python -m benchmarks.peers.asgi MODULE DATABASE PRACTITIONER PORT
"""

import sys
from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec

import uvicorn

from benchmarks.peers.peer import Command, Tell
from benchmarks.practice import Practice


def served(module: str, engine: str = "sqlite") -> Command:
    """How the peer in `module` is started."""

    def command(practice: Practice, port: int) -> list[str]:
        data = [practice.address(engine), practice.practitioner_id, str(port)]
        return [sys.executable, "-m", "benchmarks.peers.asgi", module, *data]

    return command


def needs(package: str) -> Callable[[Tell], str | None]:
    """What is missing where `package` is not installed."""

    def missing(_tell: Tell) -> str | None:
        found = find_spec(package) is not None
        return None if found else f"{package} is not installed here, which `make bench` does"

    return missing


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
