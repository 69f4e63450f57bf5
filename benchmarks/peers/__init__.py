"""The servers that are measured, in the order of the tables."""

from typing import Final

from benchmarks.peers.asgi import needs, served
from benchmarks.peers.node import on_node
from benchmarks.peers.ours import OURS, OURS_ON_POSTGRES
from benchmarks.peers.peer import Peer
from benchmarks.peers.postgraphile import POSTGRAPHILE

FLOOR: Final = Peer(
    name="floor",
    is_what="Starlette, one hand-written statement in the event loop, orjson; no GraphQL, no token",
    command=served("benchmarks.peers.floor"),
)
STOCK: Final = Peer(
    name="stock",
    is_what="Strawberry over Tortoise: relations prefetched, async resolvers; no token",
    command=served("benchmarks.peers.stock"),
)
TUNED: Final = Peer(
    name="stock, tuned",
    is_what="Strawberry with plain fields over the floor's statement, on Tortoise's connection",
    command=served("benchmarks.peers.tuned"),
)
ARIADNE: Final = Peer(
    name="ariadne",
    is_what="Ariadne with dictionaries of the floor's statement, on aiosqlite; no token",
    command=served("benchmarks.peers.ariadne_joined"),
    missing=needs("ariadne"),
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
YOGA: Final = on_node(
    "yoga-joined.mjs",
    name="yoga, joined",
    is_what="GraphQL Yoga with graphql-jit and the same resolvers",
    engine="sqlite",
)
FLOOR_ON_POSTGRES: Final = Peer(
    name="floor",
    is_what="Starlette, one hand-written statement through asyncpg, orjson; no GraphQL, no token",
    command=served("benchmarks.peers.floor_postgres", "postgresql"),
    engine="postgresql",
)
LOADERS_ON_POSTGRES: Final = on_node(
    "mercurius-pg-loaders.mjs",
    name="mercurius",
    is_what="Mercurius with graphql-jit on pg, a loader for each relation; no token",
    engine="postgresql",
)
MERCURIUS_ON_POSTGRES: Final = on_node(
    "mercurius-pg.mjs",
    name="mercurius, joined",
    is_what="the same with the floor's statement instead of loaders, and no look-up of the client",
    engine="postgresql",
)
ON_NODE: Final = (
    *(MERCURIUS_LOADERS, MERCURIUS_JOINED, YOGA),
    *(LOADERS_ON_POSTGRES, MERCURIUS_ON_POSTGRES, POSTGRAPHILE),
)
PEERS: Final = (
    *(FLOOR, OURS, STOCK, TUNED, ARIADNE, MERCURIUS_LOADERS, MERCURIUS_JOINED, YOGA),
    *(FLOOR_ON_POSTGRES, OURS_ON_POSTGRES),
    *(LOADERS_ON_POSTGRES, MERCURIUS_ON_POSTGRES, POSTGRAPHILE),
)
