"""Loads together what the fields of an operation ask for one by one."""

import asyncio
from collections.abc import Awaitable
from typing import Any

from strawberry.dataloader import DataLoader


class Loader(DataLoader[Any, Any]):
    """A loader in which whoever stops waiting stops alone.

    graphql-core (3.3.2) cancels the siblings of a field that failed, and a cancelled task cancels
    the future that it waits for. Others wait for the same one: the whole operation was lost.
    """

    def load(self, key: Any) -> Awaitable[Any]:
        """What there is for a key; asked for once, however many wait."""
        return asyncio.shield(super().load(key))
