"""A way to PostgreSQL that tests can close."""

import asyncio
from contextlib import suppress
from pathlib import Path
from urllib.parse import parse_qs, urlsplit


class Gateway:
    """A socket in front of PostgreSQL's, which can be taken away with all that is connected.

    While it is shut it hangs up on whoever comes, and `knocked` says that somebody did.
    """

    def __init__(self, url: str, folder: Path) -> None:
        host = parse_qs(urlsplit(url).query)["host"][0]
        self.url = url.replace(host, str(folder))
        self.is_shut = False
        self.knocked = asyncio.Event()
        self._name = ".s.PGSQL.5432"
        self._behind, self._path = Path(host) / self._name, folder / self._name
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()

    async def open(self) -> None:
        self._server = await asyncio.start_unix_server(self._pass_on, self._path)

    async def close(self) -> None:
        if self._server is not None:
            self._server.close()
            self._path.unlink(missing_ok=True)  # Python 3.13 does it itself
        for writer in self._writers:
            writer.transport.abort()
        self._writers.clear()

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.is_shut:
            writer.transport.abort()
            self.knocked.set()
            return
        behind_reader, behind_writer = await asyncio.open_unix_connection(self._behind)
        self._writers |= {writer, behind_writer}
        await asyncio.gather(_copy(reader, behind_writer), _copy(behind_reader, writer))


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError):
        while piece := await reader.read(65_536):
            writer.write(piece)
            await writer.drain()
    writer.close()
