"""What was imported before: which record each row of a source became."""

from collections.abc import Collection
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from models.database import Connection
from models.identifiers import Kind
from resolvers.importing.additions import Record

# Served by the primary key: practitioner, source, kind and digest.
_RECORDS: Final = (
    "SELECT imported_row.row_digest, imported_row.record_id FROM imported_row "
    "WHERE imported_row.practitioner_id = $1 AND imported_row.source = $2 "
    "AND imported_row.kind = $3 AND {any_digest}"
)
_CLIENTS: Final = (
    "SELECT imported_row.row_digest, client.id FROM imported_row LEFT JOIN client "
    "ON client.practitioner_id = imported_row.practitioner_id "
    "AND client.id = imported_row.record_id "
    "WHERE imported_row.practitioner_id = $1 AND imported_row.source = $2 "
    "AND imported_row.kind = $3 AND {any_digest}"
)


def digest_of(text: str) -> str:
    """What is kept of an id at its source, which may be personal (an email address)."""
    return sha256(text.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Memory:
    """The memory of one source, in one practitioner's record; `now` dates what is added to it."""

    practitioner_id: str
    source: str
    now: str

    async def records(
        self, connection: Connection, kind: Kind, digests: Collection[str]
    ) -> dict[str, str]:
        """The id of the record that each of `digests` became, of those that became one."""
        rows = await self._recalled(connection, _RECORDS, kind, digests)
        return dict(rows)

    async def clients(
        self, connection: Connection, digests: Collection[str]
    ) -> dict[str, str | None]:
        """The client that each of `digests` became; None for one who has been deleted since."""
        rows = await self._recalled(connection, _CLIENTS, Kind.CLIENT, digests)
        return dict(rows)

    async def _recalled(
        self, connection: Connection, sql: str, kind: Kind, digests: Collection[str]
    ) -> list[tuple[str, str]]:
        if not digests:
            return []
        parameters = [
            self.practitioner_id,
            self.source,
            kind.value,
            connection.list_parameter(list(digests)),
        ]
        statement = sql.format(any_digest=connection.any_of("imported_row.row_digest", "$4"))
        return [(row[0], row[1]) for row in await connection.fetch(statement, parameters)]

    def remember(self, kind: Kind, digest: str, record_id: str) -> Record:
        """The row to keep, so that `digest` is found to have become this record."""
        return {
            "practitioner_id": self.practitioner_id,
            "source": self.source,
            "kind": kind.value,
            "row_digest": digest,
            "record_id": record_id,
            "created_at": self.now,
        }
