"""A directory of `.eml` files, where there is no mail server: mail programs open them."""

import asyncio
import os
from pathlib import Path

from mail.carrier import Message, NotAccepted
from models.enums import MailCarrier


class Directory:
    """Writes each mail to a file of its own, whole or not at all."""

    kind = MailCarrier.FILE

    def __init__(self, path: Path) -> None:
        self._path = path

    async def carry(self, message: Message) -> None:
        """Write it; what is written again replaces itself.

        Raises:
            NotAccepted: the directory takes no files.
        """
        try:
            await asyncio.to_thread(self._write, message)
        except OSError as error:
            raise NotAccepted(
                f"The directory for mail takes no files: {error.strerror or 'it failed'}."
            ) from error

    def _write(self, message: Message) -> None:
        # For nobody but whom the server runs as: names, addresses and notes are in them.
        self._path.mkdir(mode=0o700, parents=True, exist_ok=True)
        name = message.message_id.partition("@")[0]
        part = self._path / f".{name}.part"
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(message.content)
            file.flush()
            os.fsync(file.fileno())
        part.replace(self._path / f"{name}.eml")
