"""The scalars of the API, as strict as the contract: what is ambiguous is refused.

Strawberry's own accept NaN, `20260101` and times without an offset (0.341.2).
"""

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from typing import Any, Final, NewType
from zoneinfo import available_timezones

import strawberry
from graphql import GraphQLError
from strawberry.types.scalar import ScalarDefinition

from models.instants import EARLIEST, LATEST, to_text
from models.money import CURRENCIES

TimeZone = NewType("TimeZone", str)
CurrencyCode = NewType("CurrencyCode", str)

_DATE: Final = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_INSTANT: Final = re.compile(
    r"\d{4}-\d\d-\d\d[Tt](?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,9})?(?:[Zz]|[+-]\d\d:\d\d)",
    re.ASCII,
)
_DECIMAL: Final = re.compile(r"-?\d{1,12}(?:\.\d{1,4})?", re.ASCII)


def _refusal(scalar: str, value: object, wanted: str) -> GraphQLError:
    return GraphQLError(
        f"{scalar} cannot be {str(value)[:60]!r}: {wanted}.", extensions={"code": "BAD_USER_INPUT"}
    )


def parse_date(value: Any) -> date:
    """A calendar day, `YYYY-MM-DD`, from 1970 to 2200."""
    if isinstance(value, str) and _DATE.fullmatch(value):
        try:
            day = date.fromisoformat(value)
        except ValueError:
            pass
        else:
            if EARLIEST.date() <= day <= LATEST.date():
                return day
    raise _refusal("Date", value, "write it as 2026-05-01, between 1970 and 2200")


def parse_instant(value: Any) -> datetime:
    """An instant, RFC 3339 with an offset, from 1970 to 2200; fractions of a second are dropped."""
    if isinstance(value, str) and _INSTANT.fullmatch(value):
        try:
            at = datetime.fromisoformat(value.upper()).astimezone(UTC)
        except (ValueError, OverflowError):
            pass
        else:
            if EARLIEST <= at <= LATEST:
                return at.replace(microsecond=0)
    raise _refusal(
        "DateTime", value, "write it with an offset, as 2026-05-01T09:00:00Z, from 1970 to 2200"
    )


def parse_decimal(value: Any) -> Decimal:
    """An exact amount, as a string of digits."""
    if isinstance(value, str) and _DECIMAL.fullmatch(value):
        return Decimal(value)
    raise _refusal("Decimal", value, 'write it as a string of digits, as "49.90"')


@cache
def _time_zones() -> frozenset[str]:
    return frozenset(available_timezones())


def parse_time_zone(value: Any) -> TimeZone:
    """A name of the IANA time zone database."""
    if isinstance(value, str) and value in _time_zones():
        return TimeZone(value)
    raise _refusal("TimeZone", value, "write an IANA name, as Europe/Berlin")


def parse_currency(value: Any) -> CurrencyCode:
    """A currency of ISO 4217."""
    if isinstance(value, str) and value in CURRENCIES:
        return CurrencyCode(value)
    raise _refusal("CurrencyCode", value, "write an ISO 4217 code, as EUR")


def _instant_text(value: Any) -> str:
    return value if isinstance(value, str) else to_text(value)


# Nearly all instants of an answer come as text from the database (`execution.leaves`).
_instant_text.keeps_text = True  # type: ignore[attr-defined]


SCALARS: Final[dict[object, ScalarDefinition]] = {
    date: strawberry.scalar(
        name="Date",
        description="A calendar day, written `2026-05-01`; from 1970 to 2200.",
        specified_by_url="https://scalars.graphql.org/andimarek/local-date.html",
        serialize=str,
        parse_value=parse_date,
    ),
    datetime: strawberry.scalar(
        name="DateTime",
        description="An instant, written as RFC 3339 has it. Sent in UTC and in whole seconds, as "
        "`2026-05-01T09:00:00Z`; accepted with any offset, fractions of a second being dropped. A "
        "value without an offset is refused. From 1970 to 2200.",
        specified_by_url="https://scalars.graphql.org/andimarek/date-time.html",
        serialize=_instant_text,
        parse_value=parse_instant,
    ),
    Decimal: strawberry.scalar(
        name="Decimal",
        description='An exact decimal number, sent and accepted as a string of digits: `"49.90"`. '
        "Never a float; no exponent.",
        serialize=str,
        parse_value=parse_decimal,
    ),
    TimeZone: strawberry.scalar(
        name="TimeZone",
        description="A name of the IANA time zone database, as `Europe/Berlin`.",
        specified_by_url="https://www.iana.org/time-zones",
        serialize=str,
        parse_value=parse_time_zone,
    ),
    CurrencyCode: strawberry.scalar(
        name="CurrencyCode",
        description="A currency of ISO 4217, as `EUR`.",
        specified_by_url="https://www.iso.org/iso-4217-currency-codes.html",
        serialize=str,
        parse_value=parse_currency,
    ),
}
