"""The clients that a file names: those who are in the record, and those who are new."""

from collections.abc import Iterable

from models.database import Connection
from models.identifiers import Kind, new_id
from resolvers.importing.additions import Additions
from resolvers.importing.entry import ClientEntry
from resolvers.importing.memory import Memory
from resolvers.importing.records import new_client


class Clients:
    """The clients met so far in a file: about 300 bytes for each."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self._ids: dict[str, str | None] = {}

    def id_of(self, client: ClientEntry) -> str | None:
        """The id of a client met before; None for one who has been deleted from the record."""
        return self._ids[client.digest]

    async def meet(
        self, connection: Connection, named: Iterable[ClientEntry], additions: Additions
    ) -> None:
        """Find these clients, and add those who are new.

        The first row that names a client says what their name, email and telephone number are.
        """
        unmet: dict[str, ClientEntry] = {}
        for client in named:
            if client.digest not in self._ids:
                unmet.setdefault(client.digest, client)
        self._ids |= await self._memory.clients(connection, unmet.keys())
        for digest, client in unmet.items():
            if digest in self._ids:
                continue
            client_id = self._ids[digest] = new_id(Kind.CLIENT)
            owner_id, now = self._memory.practitioner_id, self._memory.now
            additions.clients.append(
                new_client(client, client_id=client_id, owner_id=owner_id, now=now)
            )
            additions.remembered.append(self._memory.remember(Kind.CLIENT, digest, client_id))
