"""Live updates: tells of every change to a session while somebody listens."""

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, Iterator
from contextlib import contextmanager
from typing import Annotated, Final, NamedTuple, TypeAlias

import strawberry

from models.following.backlog import Told
from models.identifiers import Kind, kind_of
from models.unavailable import is_unavailable
from resolvers.context import Context, Info, context_of
from resolvers.errors import BadInput
from resolvers.loading import Loader
from resolvers.lookup import client
from resolvers.rows import SessionRow
from resolvers.sessions import read_sessions, session_conditions

# Of somebody who lags, so many are read in one statement; of others, whatever waits.
_READ_AT_ONCE: Final = 16
_FIRST_WAIT_SECONDS: Final = 0.1
_LONGEST_WAIT_SECONDS: Final = 2.0

ClientIdentifier: TypeAlias = Annotated[
    strawberry.ID | None,
    strawberry.argument(
        description="Tell of this client's sessions only. Without it: of all sessions."
    ),
]


class SessionChangeRow(NamedTuple):
    """A change that is told."""

    kind: str
    session: SessionRow
    missed: bool


async def session_changed(
    info: Info, client_id: ClientIdentifier = None
) -> AsyncGenerator[SessionChangeRow, None]:
    """What changes from now on.

    Raises:
        BadInput: not the id of a client.
        NotFound: no such client of this practitioner.
    """
    context = context_of(info)
    practitioner_id = context.principal.practitioner_id
    if client_id is not None:
        if kind_of(client_id) is not Kind.CLIENT:
            raise BadInput("clientId", f"is not the id of a client: '{client_id:.60}'.")
        await client(info, client_id)
    return _changes(context, practitioner_id, None if client_id is None else str(client_id))


async def _changes(
    context: Context, practitioner_id: str, client_id: str | None
) -> AsyncGenerator[SessionChangeRow, None]:
    # Begun in here, and not before it is returned: what never runs cannot be left behind.
    missed = False
    followers = context.database.followers
    with _sessions_of(context) as sessions:
        async with followers.following(practitioner_id, client_id) as follower:
            while told := await follower.told(_READ_AT_ONCE):
                for change, session in zip(told, await _read(sessions, told), strict=True):
                    missed = missed or change.missed
                    if session is None:
                        continue  # a backup was restored meanwhile, which does not have it
                    context.begin_anew()
                    yield SessionChangeRow(change.kind, session, missed)
                    missed = False


async def _read(sessions: Loader, told: list[Told]) -> list[SessionRow | None]:
    """The sessions as they are now, as soon as the database answers."""
    wait_seconds = _FIRST_WAIT_SECONDS
    while True:
        try:
            return list(await sessions.load_many(change.session_id for change in told))
        except Exception as error:
            if not is_unavailable(error):
                raise
        await asyncio.sleep(wait_seconds)
        wait_seconds = min(2 * wait_seconds, _LONGEST_WAIT_SECONDS)


_Key: TypeAlias = tuple[int, str, bool]

_readers: Final[dict[_Key, Loader]] = {}
_reading: Final[Counter[_Key]] = Counter()


@contextmanager
def _sessions_of(context: Context) -> Iterator[Loader]:
    """Sessions by id, read anew each time, and once for all who are told at the same moment.

    Shared by those who may read the same of one practitioner, while there are any.
    """
    principal = context.principal
    key = (id(context.database), principal.practitioner_id, principal.may_read_private_notes)
    if key not in _readers:
        # Of a context of its own: it outlives the operation that makes it.
        reading = Context(database=context.database, principal=principal, now=context.now)
        _readers[key] = _reader(reading)
    _reading[key] += 1
    try:
        yield _readers[key]
    finally:
        _reading[key] -= 1
        if not _reading[key]:
            del _reading[key], _readers[key]


def _reader(context: Context) -> Loader:
    async def load(ids: list[str]) -> list[SessionRow | None]:
        where = session_conditions(context)
        where.among("session.id", list(dict.fromkeys(ids)))
        there = {row.id: row for row in await read_sessions(context, where, order="session.id")}
        return [there.get(one) for one in ids]

    return Loader(load, cache=False)
