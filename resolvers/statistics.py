"""Statistics over exactly the sessions that a filter lists (product.md, Session history)."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
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
from resolvers.rows import ClientRow, Money, ServiceRow, money
from resolvers.session_filter import IS_OPEN, Filter, canonical_filter, conditions_of

_COUNTS: Final = frozenset(
    {
        *("total", "pending", "confirmed", "completed", "cancelled", "noShow"),
        *("cancellationRate", "noShowRate"),
    }
)
_ENDS: Final = frozenset({"firstSessionAt", "lastSessionAt"})


@dataclass(frozen=True, slots=True)
class StatisticsParts:
    """Which parts are selected: nothing else is reckoned.

    `ends` are the first and the last session, between which months are looked for as well.
    """

    counts: bool
    revenue: bool
    upcoming: bool
    ends: bool
    by_month: bool
    by_service: bool

    @classmethod
    def of(cls, fields: frozenset[str]) -> Self:
        """The parts among the selected fields."""
        by_month = "byMonth" in fields
        return cls(
            counts=not fields.isdisjoint(_COUNTS),
            revenue="revenue" in fields,
            upcoming="upcoming" in fields,
            ends=by_month or not fields.isdisjoint(_ENDS),
            by_month=by_month,
            by_service="byService" in fields,
        )

    @property
    def of_all(self) -> bool:
        """Whether anything of all the sessions together is selected."""
        return self.counts or self.revenue or self.upcoming or self.ends


@dataclass(slots=True)
class Tally:
    """Sessions counted by status, and what the completed ones brought in."""

    counts: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    revenue_minor: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    def add(self, status: str, currency: str, count: int, price_minor: int) -> None:
        """Count sessions that share a status and a currency."""
        self.counts[status] += count
        if status == SessionStatus.COMPLETED:
            self.revenue_minor[currency] += price_minor

    @property
    def total(self) -> int:
        """All of them."""
        return sum(self.counts.values())

    @property
    def pending(self) -> int:
        """Awaiting confirmation."""
        return self.counts[SessionStatus.PENDING]

    @property
    def confirmed(self) -> int:
        """Confirmed."""
        return self.counts[SessionStatus.CONFIRMED]

    @property
    def completed(self) -> int:
        """Took place."""
        return self.counts[SessionStatus.COMPLETED]

    @property
    def cancelled(self) -> int:
        """Cancelled."""
        return self.counts[SessionStatus.CANCELLED]

    @property
    def no_show(self) -> int:
        """The client did not attend."""
        return self.counts[SessionStatus.NO_SHOW]

    @property
    def revenue(self) -> list[Money]:
        """The prices of the completed sessions, one per currency; cancelling refunds nothing."""
        return [money(self.revenue_minor[code], code) for code in sorted(self.revenue_minor)]

    def rate(self, part: int) -> float | None:
        """`part` in percent of all; None where there is nothing to divide by."""
        return part * 100 / self.total if self.total else None


@dataclass(slots=True)
class MonthRow(Tally):
    """One month."""

    month: date = date.min


@dataclass(slots=True)
class ServiceTally(Tally):
    """One service; `service` is set once the services are read."""

    service: ServiceRow | None = None


@dataclass(slots=True)
class StatisticsRow(Tally):
    """The statistics of one list of sessions."""

    upcoming: int = 0
    first_session_at: str | None = None
    last_session_at: str | None = None
    by_month: list[MonthRow] = field(default_factory=list)
    by_service: list[ServiceTally] = field(default_factory=list)

    @property
    def cancellation_rate(self) -> float | None:
        """Cancelled over all, in percent."""
        return self.rate(self.cancelled)

    @property
    def no_show_rate(self) -> float | None:
        """No-shows over all, in percent."""
        return self.rate(self.no_show)


class StatisticsFound:
    """The statistics of each client asked about, or under None those of everybody."""

    def __init__(self) -> None:
        self._by_client: dict[str | None, StatisticsRow] = {}

    def of(self, client: str | None) -> StatisticsRow:
        """The statistics of `client`; all zero for one without sessions."""
        return self._by_client.setdefault(client, StatisticsRow())

    def all(self) -> Iterable[StatisticsRow]:
        """Every client's that has sessions."""
        return self._by_client.values()

    @property
    def only(self) -> StatisticsRow | None:
        """The statistics, if they are of one client or of everybody; else None."""
        (first, *others) = self._by_client.values()
        return None if others else first


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
    """The statistics of the sessions that `where` allows: one statement, and one for each part.

    `only` is the client that they all are of, if it is one: then there is nothing to group.
    ix_session_history has all that is asked of a session here, unless the filter asks for more.
    """
    found = StatisticsFound()
    if parts.of_all:
        await _read_totals(context, where.copy(), parts, found, per_client=per_client, only=only)
    if parts.by_service:
        await _read_by_service(context, where.copy(), found, per_client=per_client)
    if parts.by_month:
        await _read_by_month(context, where, found, per_client=per_client)
    return found


def _grouped(*columns: str, per_client: bool) -> tuple[str, str]:
    """What to select in front and what to group by; without clients NULL stands in their place."""
    by = [*columns, "session.currency", "session.status"]
    if not per_client:
        return ", ".join(["NULL", *by]), ", ".join(by)
    return ", ".join(["session.client_id", *by]), ", ".join(["session.client_id", *by])


def _count(condition: str) -> str:
    return f"count(*) FILTER (WHERE {condition})"


_COUNT_EACH: Final = tuple(_count(f"session.status = '{status.value}'") for status in SessionStatus)
# Each costs a comparison for every row, so one follows from the rest.
_THE_OTHER, *_ALL_BUT_ONE = SessionStatus
_COUNT_ALL_BUT_ONE: Final = (
    "count(*)",
    *(_count(f"session.status = '{status.value}'") for status in _ALL_BUT_ONE),
)
_SUM: Final = "CAST(sum(session.price_minor) AS BIGINT)"
_SUMS: Final = f"count(*), {_SUM}"
_IS_COMPLETED: Final = f"session.status = '{SessionStatus.COMPLETED.value}'"
# The first currency and the last: as long as they are the same, the sum is one of money.
_REVENUE: Final = (
    f"CAST(sum(session.price_minor) FILTER (WHERE {_IS_COMPLETED}) AS BIGINT)",
    f"min(session.currency) FILTER (WHERE {_IS_COMPLETED})",
    f"max(session.currency) FILTER (WHERE {_IS_COMPLETED})",
)
# The same, as long as all sessions are alike in it: a condition less to look at for every row.
_REVENUE_IF_ALIKE: Final = (_REVENUE[0], "min(session.currency)", "max(session.currency)")
# PostgreSQL's json_array leaves nulls out, and SQLite's does not.
_SUM_OR_NONE, *_CURRENCIES = _REVENUE
_MONTH: Final = ", ".join(
    [
        *_COUNT_EACH,
        f"coalesce({_SUM_OR_NONE}, 0)",
        *(f"coalesce({currency}, '')" for currency in _CURRENCIES),
    ]
)
_IN_THE_MONTH: Final = "session.starts_at >= month.from_at AND session.starts_at < month.until_at"


async def _read_totals(
    context: Context,
    where: Conditions,
    parts: StatisticsParts,
    found: StatisticsFound,
    *,
    per_client: bool,
    only: str | None,
) -> None:
    """One pass over the index. Grouped by status and currency, SQLite would sort what it read."""
    of_all = where.copy()
    grouped = per_client and only is None
    columns = ["session.client_id" if grouped else "NULL"]
    if parts.counts:
        columns += _COUNT_ALL_BUT_ONE
    if parts.revenue:
        columns += _REVENUE_IF_ALIKE
    if parts.ends:
        columns += ["min(session.starts_at)", "max(session.starts_at)"]
    if parts.upcoming:
        columns.append(_count(f"{IS_OPEN} AND session.ends_at > {where.bind(context.now_text)}"))
    group = " GROUP BY session.client_id" if grouped else ""
    rows = await context.connection.fetch_brief(
        f"SELECT {', '.join(columns)} FROM session WHERE {where.sql}{group}", where.parameters
    )
    are_mixed = False
    for client, *values in rows:
        statistics, value = found.of(client if grouped else only), iter(values)
        if parts.counts:
            total = next(value)
            counts = {status.value: next(value) for status in _ALL_BUT_ONE}
            counts[_THE_OTHER.value] = total - sum(counts.values())
            statistics.counts.update(counts)
        if parts.revenue:
            sum_minor, currency, other = next(value), next(value), next(value)
            if currency != other:
                are_mixed = True
            elif sum_minor is not None:
                statistics.revenue_minor[currency] = sum_minor
        if parts.ends:
            statistics.first_session_at, statistics.last_session_at = next(value), next(value)
        if parts.upcoming:
            statistics.upcoming = next(value)
    if are_mixed:
        await _read_revenues(context, of_all, found, per_client=per_client)


async def _read_revenues(
    context: Context, where: Conditions, found: StatisticsFound, *, per_client: bool
) -> None:
    """By currency, for those few who had prices in several."""
    where.add(_IS_COMPLETED)
    front, group = _grouped(per_client=per_client)
    rows = await context.connection.fetch(
        f"SELECT {front}, {_SUM} FROM session WHERE {where.sql} GROUP BY {group}",
        where.parameters,
    )
    for client, currency, _, sum_minor in rows:
        found.of(client).revenue_minor[currency] = sum_minor


async def _read_by_service(
    context: Context, where: Conditions, found: StatisticsFound, *, per_client: bool
) -> None:
    front, group = _grouped("session.service_id", per_client=per_client)
    rows = await context.connection.fetch(
        f"SELECT {front}, {_SUMS} FROM session WHERE {where.sql} GROUP BY {group}",
        where.parameters,
    )
    services = await read_services(context)
    tallies: dict[tuple[str | None, str], ServiceTally] = defaultdict(ServiceTally)
    for client, service, currency, status, count, price_minor in rows:
        tallies[client, service].add(status, currency, count, price_minor)
    places = {service.id: place for place, service in enumerate(services)}
    for (client, service), tally in sorted(tallies.items(), key=lambda item: places[item[0][1]]):
        tally.service = services[places[service]]
        found.of(client).by_service.append(tally)


async def _read_by_month(
    context: Context, where: Conditions, found: StatisticsFound, *, per_client: bool
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
    only = found.only
    if only is not None and await _read_months_of_one(context, where, only, listed):
        return
    front, group = _grouped("month.label", per_client=per_client)
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
    context: Context, where: Conditions, statistics: StatisticsRow, listed: str
) -> bool:
    """One pass over each month's part of the index; False: prices are in several currencies.

    Grouped by month, SQLite would sort all of it.
    """
    rows = await context.connection.fetch(
        f"SELECT month.label, (SELECT json_array({_MONTH}) FROM session "
        f"WHERE {_IN_THE_MONTH} AND {where.sql}) "
        f"FROM {context.connection.spans(listed)} AS month ORDER BY month.label",
        where.parameters,
    )
    found = []
    for label, text in rows:
        *counts, sum_minor, currency, other = orjson.loads(text)
        if currency != other:
            return False
        month = MonthRow(month=date.fromisoformat(label))
        month.counts.update(zip(SessionStatus, counts, strict=True))
        if currency:
            month.revenue_minor[currency] = sum_minor
        if month.total:
            found.append(month)
    statistics.by_month = found
    return True
