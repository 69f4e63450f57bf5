"""What all ways into this process share: who asks, how much at once, and for how long."""

from collections.abc import Collection
from dataclasses import dataclass, field

from server.turns import Places, Turns


@dataclass(frozen=True, slots=True)
class Transport:
    """Bounds of HTTP, WebSockets and event streams; one for all schemas of a process."""

    allowed_origins: Collection[str] = ()
    operation_seconds: float = 30
    recheck_seconds: float = 30
    turns: Turns = field(default_factory=Turns)
    streams_of_caller: Places = field(default_factory=lambda: Places(20))
    sockets_of_caller: Places = field(default_factory=lambda: Places(5))
    sockets_of_network: Places = field(default_factory=lambda: Places(20))
