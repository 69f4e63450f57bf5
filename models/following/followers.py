"""Those in this process who follow a practitioner's trail, and what tells them how it grows.

While there is anybody, a task looks at the trail whenever it is woken, and from time to time. What
it finds goes to each follower's backlog. Why so: docs/decisions/0018-the-trail-is-what-is-told.md.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Final, TypeAlias

from models.commits import told_of_commits
from models.enums import SessionEventKind
from models.following.backlog import FOLDS_AT, MOST, Backlog, Told
from models.following.trail import Entry, Found, clients_there, end_of_trail, latest, read_trail
from models.unavailable import is_unavailable

if TYPE_CHECKING:
    from models.database import Database

logger = logging.getLogger("session_history.following")

# In a burst of commits, looks are this far apart: each then finds several.
_BETWEEN_LOOKS_SECONDS: Final = 0.01
_AFTER_A_FAILURE_SECONDS: Final = 0.5

_Scope: TypeAlias = tuple[str, str | None]
_Latest: TypeAlias = tuple[str, str | None] | None


class Follower:
    """Whoever follows all of a practitioner's sessions, or those of one client."""

    def __init__(self, practitioner_id: str, client_id: str | None, backlog: Backlog) -> None:
        self.practitioner_id = practitioner_id
        self.client_id = client_id
        self._backlog = backlog
        self._arrived = asyncio.Event()
        self._is_over = False
        # Once a client is deleted, nothing tells which sessions were theirs.
        self._known_session_id: str | None = None

    async def told(self, at_most: int) -> list[Told]:
        """Wait for changes, and take some; none when there will be no more."""
        while not self._backlog and not self._is_over:
            self._arrived.clear()
            await self._arrived.wait()
        return self._backlog.take(at_most)

    def know(self, session_id: str) -> None:
        """Remember a session that this is about."""
        self._known_session_id = session_id

    def tell(self, entry: Entry) -> None:
        """Tell of an entry, if it is about what is followed."""
        if self.client_id is None or self.client_id == entry.client_id:
            self._known_session_id = entry.session_id
            self._backlog.add(entry.id, entry.session_id, entry.kind)
            self._arrived.set()

    def miss(self, instead: _Latest) -> None:
        """Tell that something may have been missed: with what waits, or a session to show instead.

        Where there is no session at all, nothing can have been missed.
        """
        if not self._backlog and instead is not None:
            session_id, kind = instead
            self._backlog.add("instead", session_id, kind or SessionEventKind.BOOKED.value)
        if self._backlog:
            self._backlog.miss()
            self._arrived.set()

    def end(self) -> None:
        """The client is deleted: the last that there is to be told."""
        if self._known_session_id is not None:
            kind = SessionEventKind.CLIENT_DELETED.value
            self._backlog.add("the end", self._known_session_id, kind)
        self._is_over = True
        self._arrived.set()


class Followers:
    """All who follow in this process, in one database."""

    def __init__(self, database: "Database", *, folds_at: int = FOLDS_AT, most: int = MOST) -> None:
        self._database = database
        self._folds_at = folds_at
        self._most = most
        self._of: dict[str, set[Follower]] = {}
        self._position: str | None = None
        # Nobody begins to follow while somebody looks: the look would not be for them, and the
        # next one begins where it ended.
        self._looking = asyncio.Lock()
        self._current: asyncio.Task[None] | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    def __len__(self) -> int:
        return sum(map(len, self._of.values()))

    @property
    def is_at_rest(self) -> bool:
        """Whether nobody follows, and nothing is left of those who did."""
        return not self._of and not self._tasks

    @asynccontextmanager
    async def following(
        self, practitioner_id: str, client_id: str | None = None
    ) -> AsyncIterator[Follower]:
        """Follow from here on, until the block ends."""
        backlog = Backlog(folds_at=self._folds_at, most=self._most)
        follower = Follower(practitioner_id, client_id, backlog)
        async with self._looking:
            await self._begin(follower)
        try:
            yield follower
        finally:
            others = self._of[practitioner_id]
            others.discard(follower)
            if not others:
                del self._of[practitioner_id]

    async def close(self) -> None:
        """Look no longer: the database is about to be closed."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._position = self._current = None

    async def _begin(self, follower: Follower) -> None:
        if self._position is None:
            self._position = await end_of_trail(self._database)
        if follower.client_id is not None:
            known = await latest(self._database, follower.practitioner_id, follower.client_id)
            if known is not None:
                follower.know(known[0])
            elif await self._gone([follower]):
                follower.end()
        self._of.setdefault(follower.practitioner_id, set()).add(follower)
        if self._current is None:
            self._current = asyncio.create_task(self._look_always())
            self._tasks.add(self._current)
            self._current.add_done_callback(self._tasks.discard)

    async def _look_always(self) -> None:
        every_seconds = self._database.trail.look_every_seconds
        failed = False
        with told_of_commits() as woken:
            async with self._database.listening(woken.set):
                while True:
                    if not failed:
                        with suppress(TimeoutError):
                            async with asyncio.timeout(every_seconds):
                                await woken.wait()
                    woken.clear()
                    async with self._looking:
                        if not self._of:
                            self._position = self._current = None
                            return
                        failed = not await self._look_or_log(failed_before=failed)
                    await asyncio.sleep(
                        _AFTER_A_FAILURE_SECONDS if failed else _BETWEEN_LOOKS_SECONDS
                    )

    async def _look_or_log(self, *, failed_before: bool) -> bool:
        try:
            await self._look()
        except Exception as error:
            if not failed_before:
                away = is_unavailable(error)
                logger.warning("changes wait to be told", exc_info=None if away else error)
            return False
        return True

    async def _look(self) -> None:
        assert self._position is not None  # noqa: S101 - there is one while anybody follows
        found = await read_trail(
            self._database, self._position, list(self._of), most_each=self._most
        )
        if found.entries or found.is_elsewhere:
            missing, gone = self._who_misses(found), await self._gone(self._who_may_end(found))
            instead = await self._latest(missing)
            for entry in found.entries:
                for follower in self._of.get(entry.practitioner_id, ()):
                    follower.tell(entry)
            for follower in gone:
                follower.end()
            for follower in missing:
                follower.miss(instead[follower.practitioner_id, follower.client_id])
        self._position = found.position

    def _who_misses(self, found: Found) -> list[Follower]:
        return [
            one for one in self._all() if found.is_elsewhere or one.practitioner_id in found.cut
        ]

    def _who_may_end(self, found: Found) -> list[Follower]:
        deleting = {
            entry.practitioner_id
            for entry in found.entries
            if entry.kind == SessionEventKind.CLIENT_DELETED
        } | found.cut
        return [one for one in self._all() if found.is_elsewhere or one.practitioner_id in deleting]

    async def _gone(self, followers: Iterable[Follower]) -> list[Follower]:
        """Those among them whose client is not there any more."""
        clients: dict[str, set[str]] = {}
        followed = [(one, one.client_id) for one in followers if one.client_id is not None]
        for follower, client_id in followed:
            clients.setdefault(follower.practitioner_id, set()).add(client_id)
        there = {
            practitioner_id: await clients_there(self._database, practitioner_id, ids)
            for practitioner_id, ids in clients.items()
        }
        return [one for one, client_id in followed if client_id not in there[one.practitioner_id]]

    async def _latest(self, followers: Iterable[Follower]) -> dict[_Scope, _Latest]:
        scopes = {(one.practitioner_id, one.client_id) for one in followers}
        return {scope: await latest(self._database, *scope) for scope in scopes}

    def _all(self) -> Iterable[Follower]:
        return (one for followers in self._of.values() for one in followers)
