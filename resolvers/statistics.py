"""Statistics over exactly the sessions that a filter lists (product.md, Session history)."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import chain
from typing import Any, Final, Self

import orjson
from strawberry import UNSET

from models.enums import SessionStatus
from models.instants import from_text, to_text
from resolvers.conditions import Conditions
from resolvers.context import Context, Info, context_of
from resolvers.days import months
from resolvers.loading import Loader
from resolvers.lookahead import selected
from resolvers.practice import read_services
from resolvers.rows import ClientRow
from resolvers.session_filter import IS_OPEN, Filter, canonical_filter, conditions_of
from resolvers.tallies import MonthRow, ServiceTally, StatisticsFound, StatisticsRow

# Which statuses a field counts, besides all of them together.
_COUNTED: Final[Mapping[str, tuple[SessionStatus, ...]]] = {
    "total": (),
    "pending": (SessionStatus.PENDING,),
    "confirmed": (SessionStatus.CONFIRMED,),
    "completed": (SessionStatus.COMPLETED,),
    "cancelled": (SessionStatus.CANCELLED,),
    "noShow": (SessionStatus.NO_SHOW,),
    "cancellationRate": (SessionStatus.CANCELLED,),
    "noShowRate": (SessionStatus.NO_SHOW,),
}
_ENDS: Final = frozenset({"firstSessionAt", "lastSessionAt"})


@dataclass(frozen=True, slots=True)
class StatisticsParts:
    """Which parts are selected: nothing else is reckoned.

    `counts` are the statuses that are counted, besides all of them together; None where nothing
    is. `ends` are the first and the last session, between which months are looked for as well.
    """

    counts: frozenset[SessionStatus] | None
    revenue: bool
    upcoming: bool
    ends: bool
    by_month: bool
    by_service: bool

    @classmethod
    def of(cls, fields: frozenset[str]) -> Self:
        """The parts among the selected fields."""
        by_month, counted = "byMonth" in fields, fields & _COUNTED.keys()
        return cls(
            counts=frozenset(chain.from_iterable(map(_COUNTED.__getitem__, counted)))
            if counted
            else None,
            revenue="revenue" in fields,
            upcoming="upcoming" in fields,
            ends=by_month or not fields.isdisjoint(_ENDS),
            by_month=by_month,
            by_service="byService" in fields,
        )

    @property
    def sums_follow(self) -> bool:
        """Whether all sessions are counted by months or services anyway."""
        return self.by_month or self.by_service

    @property
    def counts_all(self) -> bool:
        """Whether all sessions together are to be counted."""
        return self.counts is not None and not self.sums_follow

    @property
    def sums_all(self) -> bool:
        """Whether the revenue of all sessions together is to be reckoned."""
        return self.revenue and not self.sums_follow

    @property
    def of_all(self) -> bool:
        """Whether anything of all sessions together is to be read."""
        return self.counts_all or self.sums_all or self.upcoming or self.ends


def client_statistics(root: Any, info: Info, filter: Filter = UNSET) -> Any:  # noqa: A002
    """The statistics of one client; those of other clients in the same answer come with them."""
    context = context_of(info)
    parts = StatisticsParts.of(selected(info))

    async def load(clients: list[str]) -> list[StatisticsRow]:
        where = await conditions_of(context, filter, clients=list(clients))
        if len(clients) > 1:
            where.among("session.client_id", clients)
        only = clients[0] if len(clients) == 1 else None
        found = await read_statistics(context, where, parts, per_client=True, only=only)
        return [found.of(client) for client in clients]

    client: ClientRow = root
    key = ("statistics", canonical_filter(filter), parts)
    return context.loader(key, lambda: Loader(load)).load(client.id)


async def read_statistics(
    context: Context,
    where: Conditions,
    parts: StatisticsParts,
    *,
    per_client: bool,
    only: str | None = None,
) -> StatisticsFound:
    """The statistics of the sessions that `where` allows: one statement for each part.

    `only` is the client that they all are of, if it is one: then there is nothing to group. What
    months or services count, all together need not be counted again.
    ix_session_history has all that is asked of a session here, unless the filter asks for more.
    """
    found, grouped = StatisticsFound(only), per_client and only is None
    if parts.by_service:
        await _read_by_service(context, where.copy(), found, grouped=grouped)
    if parts.of_all:
        await _read_totals(context, where.copy(), parts, found, grouped=grouped)
    if parts.by_month:
        await _read_by_month(context, where, found, grouped=grouped)
    if parts.sums_follow:
        for statistics in found.all():
            statistics.add_up(statistics.by_service or statistics.by_month)
    return found


def _grouped(*columns: str, grouped: bool) -> tuple[str, str]:
    """What to select in front and what to group by; without clients NULL stands in their place."""
    if not grouped:
        return ", ".join(["NULL", *columns]), ", ".join(columns)
    return ", ".join(["session.client_id", *columns]), ", ".join(["session.client_id", *columns])


def _count(condition: str) -> str:
    return f"count(*) FILTER (WHERE {condition})"


_NOT_ASKED_FOR: Final = ""


class _Counted:
    """Sessions counted: all of them, and those of each of these statuses.

    Each status costs a comparison for every row, so what is left of all is not counted.
    """

    def __init__(self, statuses: Iterable[SessionStatus]) -> None:
        self._statuses = [one for one in SessionStatus if one in statuses]
        are_all = len(self._statuses) == len(SessionStatus)
        self._rest = self._statuses.pop() if are_all else _NOT_ASKED_FOR
        self.columns = (
            "count(*)",
            *(_count(f"session.status = '{one.value}'") for one in self._statuses),
        )

    def of(self, values: Iterator[int]) -> dict[str, int]:
        """What was counted, by status, taken from the values of a row."""
        total = next(values)
        found: dict[str, int] = dict(zip(self._statuses, values, strict=False))
        found[self._rest] = total - sum(found.values())
        return found


_SUM: Final = "CAST(sum(session.price_minor) AS BIGINT)"
_SUMS: Final = f"count(*), {_SUM}"
_IS_COMPLETED: Final = f"session.status = '{SessionStatus.COMPLETED.value}'"
_SUM_COMPLETED: Final = f"CAST(sum(session.price_minor) FILTER (WHERE {_IS_COMPLETED}) AS BIGINT)"
_IN_THE_MONTH: Final = "session.starts_at >= month.from_at AND session.starts_at < month.until_at"
# One text, since SQLite sorts to group, and what it sorts by costs by the column.
_KIND: Final = "session.service_id || session.currency || session.status"
_CURRENCY_LENGTH: Final = 3


async def _read_totals(
    context: Context,
    where: Conditions,
    parts: StatisticsParts,
    found: StatisticsFound,
    *,
    grouped: bool,
) -> None:
    """One pass over the index, and none for what stands at its ends."""
    of_all, currency = where.copy(), context.principal.currency
    columns = ["session.client_id" if grouped else "NULL"]
    counted = _Counted(parts.counts or ())
    if parts.counts_all:
        columns += counted.columns
    if parts.sums_all:
        columns += [_SUM_COMPLETED, _in_another(where, currency)]
    passes = grouped or parts.counts_all or parts.sums_all
    if parts.ends:
        ends = "min(session.starts_at)", "max(session.starts_at)"
        columns += ends if grouped else [_apart(end, where) for end in ends]
    if parts.upcoming:
        # No session is longer than a day, and an index is by when they start.
        upcoming = (
            f"{IS_OPEN} AND session.ends_at > {where.bind(context.now_text)} "
            f"AND session.starts_at > {where.bind(context.day_ago_text)}"
        )
        columns.append(_count(upcoming) if grouped else _apart("count(*)", where, upcoming))
    of_what = f" FROM session WHERE {where.sql}" if passes else ""
    group = " GROUP BY session.client_id" if grouped else ""
    rows = await context.connection.fetch_brief(
        f"SELECT {', '.join(columns)}{of_what}{group}", where.parameters
    )
    are_mixed = False
    for client, *values in rows:
        statistics, value = found.of(client), iter(values)
        if parts.counts_all:
            statistics.counts.update(counted.of(value))
        if parts.sums_all:
            sum_minor, in_another = next(value), next(value)
            if in_another:
                are_mixed = True
            elif sum_minor is not None:
                statistics.revenue_minor[currency] = sum_minor
        if parts.ends:
            statistics.first_session_at, statistics.last_session_at = next(value), next(value)
        if parts.upcoming:
            statistics.upcoming = next(value)
    if are_mixed:
        await _read_revenues(context, of_all, found, grouped=grouped)


def _in_another(where: Conditions, currency: str) -> str:
    """How many sessions have a price in another currency than the practitioner's.

    As long as there are none, a sum of prices is one of money.
    """
    return _count(f"session.currency <> {where.bind(currency)}")


def _apart(value: str, where: Conditions, condition: str = "TRUE") -> str:
    """A value of the sessions that `where` allows, found for itself: most need not look at all."""
    return f"(SELECT {value} FROM session WHERE {where.sql} AND {condition})"


async def _read_revenues(
    context: Context, where: Conditions, found: StatisticsFound, *, grouped: bool
) -> None:
    """By currency, for those few who had prices in another one, or in several."""
    where.add(_IS_COMPLETED)
    front, group = _grouped("session.currency", grouped=grouped)
    rows = await context.connection.fetch(
        f"SELECT {front}, {_SUM} FROM session WHERE {where.sql} GROUP BY {group}",
        where.parameters,
    )
    for client, currency, sum_minor in rows:
        found.of(client).revenue_minor[currency] = sum_minor


async def _read_by_service(
    context: Context, where: Conditions, found: StatisticsFound, *, grouped: bool
) -> None:
    front, group = _grouped(_KIND, grouped=grouped)
    rows = await context.connection.fetch_brief(
        f"SELECT {front}, {_SUMS} FROM session WHERE {where.sql} GROUP BY {group}",
        where.parameters,
    )
    services = await read_services(context)
    tallies: dict[tuple[str | None, str], ServiceTally] = defaultdict(ServiceTally)
    for client, kind, count, price_minor in rows:
        service, currency, status = _parts_of(kind)
        tallies[client, service].add(status, currency, count, price_minor)
    places = {service.id: place for place, service in enumerate(services)}
    for (client, service), tally in sorted(tallies.items(), key=lambda item: places[item[0][1]]):
        tally.service = services[places[service]]
        found.of(client).by_service.append(tally)


def _parts_of(kind: str) -> tuple[str, str, str]:
    """Service, currency and status; no status ends like another."""
    (status,) = (status.value for status in SessionStatus if kind.endswith(status.value))
    before = kind.removesuffix(status)
    return before[:-_CURRENCY_LENGTH], before[-_CURRENCY_LENGTH:], status


async def _read_by_month(
    context: Context, where: Conditions, found: StatisticsFound, *, grouped: bool
) -> None:
    ends = [
        (row.first_session_at, row.last_session_at)
        for row in found.all()
        if row.first_session_at is not None and row.last_session_at is not None
    ]
    if not ends:
        return
    first, last = min(first for first, _ in ends), max(last for _, last in ends)
    spans = [
        [str(month), to_text(start), to_text(end)]
        for month, start, end in months(from_text(first), from_text(last), context.zone())
    ]
    listed = where.bind(orjson.dumps(spans).decode())
    if not grouped:
        of_one = await _read_months_of_one(context, where, listed)
        if of_one is not None:
            found.of(None).by_month = of_one
            return
    front, group = _grouped("month.label", "session.currency", "session.status", grouped=grouped)
    rows = await context.connection.fetch(
        f"SELECT {front}, {_SUMS} FROM {context.connection.spans(listed)} AS month "
        f"CROSS JOIN session WHERE {_IN_THE_MONTH} AND {where.sql} GROUP BY {group}",
        where.parameters,
    )
    tallies: dict[tuple[str | None, str], MonthRow] = {}
    for client, label, currency, status, count, price_minor in rows:
        month = tallies.setdefault((client, label), MonthRow(month=date.fromisoformat(label)))
        month.add(status, currency, count, price_minor)
    for (client, _), month in sorted(tallies.items(), key=lambda item: item[1].month):
        found.of(client).by_month.append(month)


async def _read_months_of_one(
    context: Context, where: Conditions, listed: str
) -> list[MonthRow] | None:
    """One pass over each month's part of the index; None: not all prices are in one currency.

    Grouped by month, SQLite would sort all of it.
    """
    counted, currency, where = _Counted(SessionStatus), context.principal.currency, where.copy()
    # PostgreSQL's json_array leaves nulls out, and SQLite's does not.
    values = *counted.columns, _in_another(where, currency), f"coalesce({_SUM_COMPLETED}, 0)"
    rows = await context.connection.fetch_brief(
        f"SELECT month.label, (SELECT json_array({', '.join(values)}) FROM session "
        f"WHERE {_IN_THE_MONTH} AND {where.sql}) "
        f"FROM {context.connection.spans(listed)} AS month ORDER BY month.label",
        where.parameters,
    )
    found = []
    for label, text in rows:
        *counts, in_another, sum_minor = orjson.loads(text)
        if in_another:
            return None
        month = MonthRow(month=date.fromisoformat(label))
        month.counts.update(counted.of(iter(counts)))
        if month.completed:
            month.revenue_minor[currency] = sum_minor
        if month.total:
            found.append(month)
    return found
