"""Sessions counted, and what they brought in: of a list, of a month, of a service."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from models.enums import SessionStatus
from resolvers.rows import Money, ServiceRow, money


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

    def add_up(self, parts: "Iterable[Tally]") -> None:
        """Count the sessions of all parts."""
        for part in parts:
            for status, count in part.counts.items():
                self.counts[status] += count
            for currency, price_minor in part.revenue_minor.items():
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
    """The statistics of each client asked about, or under None those of everybody.

    Where all are of `only`, None stands for that client.
    """

    def __init__(self, only: str | None = None) -> None:
        self._only = only
        self._by_client: dict[str | None, StatisticsRow] = {}

    def of(self, client: str | None) -> StatisticsRow:
        """The statistics of `client`; all zero for one without sessions."""
        return self._by_client.setdefault(client or self._only, StatisticsRow())

    def all(self) -> Iterable[StatisticsRow]:
        """Every client's that has sessions."""
        return self._by_client.values()
