"""The services and calendars that a file names: one for each name, however it is written."""

from collections.abc import Iterable
from typing import Final

from models.database import Connection
from models.folding import fold
from models.identifiers import Kind, new_id
from resolvers.importing.additions import Additions
from resolvers.importing.memory import Memory, digest_of

_NAMES: Final = {
    # A practice has few of them; served by ix_service_name and ix_calendar_name.
    Kind.SERVICE: (
        "SELECT id, name FROM service WHERE practitioner_id = $1 ORDER BY active, id DESC"
    ),
    Kind.CALENDAR: ("SELECT id, name FROM calendar WHERE practitioner_id = $1 ORDER BY id DESC"),
}


class Names:
    """Ids by name, for services or for calendars.

    What an earlier import made of a name counts before what is called so now, so that a service
    can be renamed and later files still find it.
    """

    def __init__(self, memory: Memory, kind: Kind) -> None:
        self._memory = memory
        self._kind = kind
        self._ids: dict[str, str] = {}

    def id_of(self, name: str) -> str:
        """The id for a name met before."""
        return self._ids[fold(name)]

    async def meet(
        self, connection: Connection, names: Iterable[str], additions: Additions
    ) -> list[tuple[str, str]]:
        """Find these folded names; the new ones, each with the id that it is to have."""
        unmet = {digest_of(name): name for name in names if name not in self._ids}
        if not unmet:
            return []
        remembered = await self._memory.records(connection, self._kind, unmet.keys())
        present, by_name = await self._read(connection)
        added = []
        for digest, name in unmet.items():
            known = remembered.get(digest)
            record_id = known if known in present else by_name.get(name)
            if record_id is None:
                record_id = new_id(self._kind)
                added.append((name, record_id))
            self._ids[name] = record_id
            if known is None:
                additions.remembered.append(self._memory.remember(self._kind, digest, record_id))
        return added

    async def _read(self, connection: Connection) -> tuple[set[str], dict[str, str]]:
        rows = await connection.fetch(_NAMES[self._kind], [self._memory.practitioner_id])
        # Of several with one name the oldest counts, and of services one that is not retired.
        return {row[0] for row in rows}, {fold(row[1]): row[0] for row in rows}
