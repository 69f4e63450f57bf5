"""Statistics over a list of sessions."""

from datetime import date, datetime

from resolvers import tallies
from schema.node import Money
from schema.over import over, read
from schema.practice import Service

_REVENUE = (
    "What the Completed sessions brought in: the sum of their prices, one amount per currency, "
    "by currency code; empty when nothing was. Cancelling never implies a refund."
)


@over(tallies.MonthRow, name="MonthlyStats", description="The sessions of one month.")
class MonthlyStats:
    """By the practitioner's months."""

    month: date = read("The first day of the month, in the practitioner's time zone.")
    total: int = read("How many sessions start in it.")
    completed: int = read("How many of them are Completed.")
    cancelled: int = read("How many of them are Cancelled.")
    no_show: int = read("How many of them are No Show.")
    revenue: list[Money] = read(_REVENUE)


@over(tallies.ServiceTally, name="ServiceStats", description="The sessions of one service.")
class ServiceStats:
    """By service."""

    service: Service = read("The service.")
    total: int = read("How many sessions are of it.")
    completed: int = read("How many of them are Completed.")
    cancelled: int = read("How many of them are Cancelled.")
    no_show: int = read("How many of them are No Show.")
    revenue: list[Money] = read(_REVENUE)


@over(
    tallies.StatisticsRow,
    name="SessionStats",
    description="Statistics over exactly the sessions that the same filter lists.",
)
class SessionStats:
    """The page's "Session Statistics", and more."""

    total: int = read("How many sessions there are.")
    pending: int = read("How many are Pending.")
    confirmed: int = read("How many are Confirmed.")
    completed: int = read("How many are Completed.")
    cancelled: int = read("How many are Cancelled.")
    no_show: int = read("How many are No Show.")
    upcoming: int = read("How many are Pending or Confirmed, and not over.")
    cancellation_rate: float | None = read(
        "`cancelled` over `total`, in percent; null when `total` is 0."
    )
    no_show_rate: float | None = read("`noShow` over `total`, in percent; null when `total` is 0.")
    revenue: list[Money] = read(_REVENUE)
    first_session_at: datetime | None = read("When the earliest session starts; null without any.")
    last_session_at: datetime | None = read("When the latest session starts; null without any.")
    by_month: list[MonthlyStats] = read(
        "The same by month, oldest first; a month without sessions is left out."
    )
    by_service: list[ServiceStats] = read(
        "The same by service, by name; a service without sessions is left out."
    )
