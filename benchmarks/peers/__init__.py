"""The servers that are measured, in the order of the table."""

from typing import Final

from benchmarks.peers.asgi import served
from benchmarks.peers.node import on_node
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
MERCURIUS_LOADERS: Final = on_node(
    "mercurius-loaders.mjs",
    name="mercurius",
    is_what="Mercurius with graphql-jit on better-sqlite3, a loader for each relation; no token",
    engine="sqlite",
)
MERCURIUS_JOINED: Final = on_node(
    "mercurius-joined.mjs",
    name="mercurius, joined",
    is_what="the same with the floor's statement instead of loaders, and no look-up of the client",
    engine="sqlite",
)
PEERS: Final = (FLOOR, OURS, STOCK, MERCURIUS_LOADERS, MERCURIUS_JOINED)
