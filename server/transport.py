"""What all ways into this process share: who asks, how much at once, and for how long."""

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Final

from server.turns import Places, Turns

# Bytes of a body over HTTP, and of a message in a socket.
LONGEST_BODY: Final = 256 * 1024


@dataclass(frozen=True, slots=True)
class Transport:
    """Bounds of HTTP, WebSockets and event streams; one for all schemas of a process."""

    allowed_origins: Collection[str] = ()
    public_url: str | None = None
    operation_seconds: float = 30
    recheck_seconds: float = 30
    greeting_seconds: float = 5
    turns: Turns = field(default_factory=Turns)
    streams_of_caller: Places = field(default_factory=lambda: Places(20))
    downloads_of_practice: Places = field(default_factory=lambda: Places(10))
    sockets_of_caller: Places = field(default_factory=lambda: Places(5))
    sockets_of_network: Places = field(default_factory=lambda: Places(20))
