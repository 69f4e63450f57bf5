"""Which sessions an export is of, and how they are written: kept until its link is followed."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final, Self

import orjson

from resolvers.given import canonical, is_given
from resolvers.scalars import TimeZone
from resolvers.session_filter import SessionFilter, SessionPeriod, SessionSort
from resolvers.words import SessionStatus

# What is not text in a filter.
_READ: Final[Mapping[str, Callable[[Any], Any]]] = {
    "period": SessionPeriod,
    "statuses": lambda values: [SessionStatus(value) for value in values],
    "from_": date.fromisoformat,
    "to": date.fromisoformat,
}


@dataclass(frozen=True, slots=True)
class HistoryAsked:
    """The history of one client, filtered and sorted as a list of it would be.

    `time_zone` is the one that the file speaks in; the days of a filter that names no other are
    meant in it as well.
    """

    client_id: str
    filter: SessionFilter | None
    sort: SessionSort
    time_zone: TimeZone
    with_private_notes: bool

    @classmethod
    def of(
        cls,
        client_id: str,
        filter_: object,
        *,
        sort: SessionSort,
        time_zone: TimeZone,
        with_private_notes: bool,
    ) -> Self:
        """What was asked for, with every default filled in."""
        wanted = filter_ if isinstance(filter_, SessionFilter) else None
        if wanted is not None and not is_given(wanted.time_zone):
            wanted = replace(wanted, time_zone=time_zone)
        return cls(client_id, wanted, sort, time_zone, with_private_notes)

    @classmethod
    def from_text(cls, text: str) -> Self:
        """What `to_text` wrote."""
        kept = orjson.loads(text)
        parts = {
            name: _READ[name](value) if name in _READ else value
            for name, value in (kept["filter"] or {}).items()
        }
        return cls(
            client_id=kept["client_id"],
            filter=SessionFilter(**parts) if parts else None,
            sort=SessionSort(kept["sort"]),
            time_zone=TimeZone(kept["time_zone"]),
            with_private_notes=kept["with_private_notes"],
        )

    def to_text(self) -> str:
        """All of it as text."""
        filter_text = canonical(self.filter)
        return orjson.dumps(
            {
                "client_id": self.client_id,
                "filter": orjson.loads(filter_text) if filter_text else None,
                "sort": self.sort,
                "time_zone": self.time_zone,
                "with_private_notes": self.with_private_notes,
            }
        ).decode()
