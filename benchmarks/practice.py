"""The practice that every server answers from: one SQLite file, and who is in it."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final, Self

import orjson

_MANIFEST: Final = "practice.json"


@dataclass(frozen=True, slots=True)
class Practice:
    """A practitioner, a token of theirs, and their clients."""

    database: Path
    practitioner_id: str
    token: str
    clients: list[str]
    sessions: int

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
        written = {name: value for name, value in asdict(self).items() if name != "database"}
        (self.folder / _MANIFEST).write_bytes(orjson.dumps(written))

    @property
    def folder(self) -> Path:
        """Where all of it is."""
        return self.database.parent


def database_in(folder: Path) -> Path:
    """The database of the practice in `folder`."""
    return folder / "practice.db"
