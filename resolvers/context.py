"""What one operation is answered with: who asks, when, and of which database."""

from collections.abc import Callable, Hashable
from datetime import datetime, timedelta
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

import strawberry
from strawberry.dataloader import DataLoader

from models.database import Database
from models.instants import to_text
from resolvers.errors import Unauthenticated
from resolvers.principal import Principal

Loader: TypeAlias = DataLoader[Any, Any]


class Context:
    """Lives for one operation. `now` is read once, so that all of an answer agrees about it."""

    def __init__(self, *, database: Database, principal: Principal | None, now: datetime) -> None:
        self.database = database
        self.now = now
        self.now_text = to_text(now)
        self.day_ago_text = to_text(now - timedelta(days=1))
        self._principal = principal
        self._loaders: dict[Hashable, Loader] = {}

    @property
    def principal(self) -> Principal:
        """Who is asking.

        Raises:
            Unauthenticated: nobody who may.
        """
        if self._principal is None:
            raise Unauthenticated
        return self._principal

    def zone(self, name: str | None = None) -> ZoneInfo:
        """The named time zone; the practitioner's own by default."""
        return ZoneInfo(name) if name is not None else self.principal.zone

    def loader(self, key: Hashable, make: Callable[[], Loader]) -> Loader:
        """The loader that batches this kind of look-up within the operation."""
        found = self._loaders.get(key)
        if found is None:
            found = self._loaders[key] = make()
        return found


Info: TypeAlias = strawberry.Info[Context, None]


def context_of(info: Info) -> Context:
    """The context of the operation that a field belongs to."""
    return info.context
