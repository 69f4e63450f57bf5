"""Ours: the server as it is started by anybody."""

import sys
from collections.abc import Mapping
from typing import Final

from benchmarks.peers.peer import Peer
from benchmarks.practice import Practice


def _command(_practice: Practice, port: int) -> list[str]:
    return [sys.executable, "-m", "server", "serve", "--port", str(port)]


def _environment(practice: Practice) -> Mapping[str, str]:
    return {
        "SESSION_HISTORY_DATABASE_URL": f"sqlite:///{practice.database}",
        # Nobody here writes a line for each request.
        "SESSION_HISTORY_LOG_LEVEL": "WARNING",
        # One practitioner asks all of it, more than any front end would be let.
        "SESSION_HISTORY_RATE_CAPACITY": "0",
    }


OURS: Final = Peer(
    name="ours",
    is_what="`session-history serve`; looks the token up for every request",
    command=_command,
    environment=_environment,
)
