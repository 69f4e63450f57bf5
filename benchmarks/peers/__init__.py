"""The servers that are measured, in the order of the table."""

from typing import Final

from benchmarks.peers.asgi import served
from benchmarks.peers.ours import OURS
from benchmarks.peers.peer import Peer

FLOOR: Final = Peer(
    name="floor",
    is_what="one hand-written statement and orjson; no GraphQL, no token",
    command=served("benchmarks.peers.floor"),
)
STOCK: Final = Peer(
    name="stock",
    is_what="Strawberry over Tortoise: relations prefetched, async resolvers; no token",
    command=served("benchmarks.peers.stock"),
)
PEERS: Final = (FLOOR, STOCK, OURS)
