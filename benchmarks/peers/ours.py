"""Ours: the server as it is started by anybody."""

import sys
from collections.abc import Callable, Mapping
from typing import Final

from benchmarks.peers.peer import Peer
from benchmarks.practice import Practice


def _command(_practice: Practice, port: int) -> list[str]:
    return [sys.executable, "-m", "server", "serve", "--port", str(port)]


def _environment(engine: str) -> Callable[[Practice], Mapping[str, str]]:
    def environment(practice: Practice) -> Mapping[str, str]:
        address = practice.address(engine)
        return {
            "SESSION_HISTORY_DATABASE_URL": f"sqlite:///{address}"
            if engine == "sqlite"
            else address,
            # Nobody here writes a line for each request.
            "SESSION_HISTORY_LOG_LEVEL": "WARNING",
            # One practitioner asks all of it, more than any front end would be let.
            "SESSION_HISTORY_RATE_CAPACITY": "0",
        }

    return environment


def _ours(engine: str) -> Peer:
    return Peer(
        name="ours",
        is_what="`session-history serve`; looks the token up for every request",
        command=_command,
        environment=_environment(engine),
        engine=engine,
    )


OURS: Final = _ours("sqlite")
OURS_ON_POSTGRES: Final = _ours("postgresql")
