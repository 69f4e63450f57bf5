"""The practice that every server answers from: one SQLite file, and who is in it."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final, Self

import orjson

_MANIFEST: Final = "practice.json"
# Where it is, which may be somewhere else the next time.
_NOT_KEPT: Final = {"database", "postgres_url"}


@dataclass(frozen=True, slots=True)
class Practice:
    """A practitioner, a token of theirs, and their clients.

    `postgres_url` is where the same rows are in PostgreSQL, while that runs.
    """

    database: Path
    practitioner_id: str
    token: str
    clients: list[str]
    sessions: int
    postgres_url: str | None = None

    @classmethod
    def read(cls, folder: Path) -> Self:
        """The practice in `folder`.

        Raises:
            FileNotFoundError: there is none.
        """
        written = orjson.loads((folder / _MANIFEST).read_bytes())
        return cls(database=database_in(folder), **written)

    def write(self) -> None:
        """Put beside the database what it takes to `read` this again."""
        written = {name: value for name, value in asdict(self).items() if name not in _NOT_KEPT}
        (self.folder / _MANIFEST).write_bytes(orjson.dumps(written))

    def address(self, engine: str) -> str:
        """Where a server finds it: a file, or for PostgreSQL, once that runs, a connection URI."""
        if engine == "sqlite":
            return str(self.database)
        if self.postgres_url is None:
            raise ValueError("PostgreSQL does not run")
        return self.postgres_url

    @property
    def folder(self) -> Path:
        """Where all of it is."""
        return self.database.parent


def database_in(folder: Path) -> Path:
    """The database of the practice in `folder`."""
    return folder / "practice.db"
