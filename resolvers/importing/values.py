"""The values of a row, each read from its text. A refusal never quotes the text: cells that slip
into the wrong column may be notes, and notes must not stand in a report.
"""

import re
from decimal import Decimal
from typing import Final

from graphql import GraphQLError

from models.money import CURRENCIES
from resolvers.checks import LONGEST_NAME, LONGEST_REASON, LONGEST_SESSION, MOST_NOTES_BYTES
from resolvers.scalars import parse_time_zone

LONGEST_PHONE: Final = 50

_MINUTES: Final = re.compile(r"\d{1,4}", re.ASCII)
_POINT: Final = re.compile(r"(?:\d{1,15}|\d{1,3}(?:,\d{3}){1,4})(?:\.\d{1,6})?", re.ASCII)
_COMMA: Final = re.compile(r"(?:\d{1,15}|\d{1,3}(?:\.\d{3}){1,4})(?:,\d{1,6})?", re.ASCII)


class BadValue(ValueError):
    """A text that is not what its field needs; the message goes on after the column's name."""


def name_from(text: str) -> str:
    """A name of 1 to 200 characters, on one line."""
    name = " ".join(text.split())
    if not 1 <= len(name) <= LONGEST_NAME:
        raise BadValue(f"must have 1 to {LONGEST_NAME} characters")
    return name


def email_from(text: str) -> str:
    """An email address, checked for its shape only."""
    email = text.strip()
    if not 3 <= len(email) <= 320 or "@" not in email[1:-1] or email.split() != [email]:
        raise BadValue("is not an email address")
    return email


def phone_from(text: str) -> str:
    """A telephone number, as it was written."""
    phone = " ".join(text.split())
    if len(phone) > LONGEST_PHONE:
        raise BadValue(f"must have at most {LONGEST_PHONE} characters")
    return phone


def time_zone_from(text: str) -> str:
    """A name of the IANA time zone database."""
    try:
        return parse_time_zone(text.strip())
    except GraphQLError:
        raise BadValue("is not a name of the IANA time zone database, as Europe/Berlin") from None


def minutes_from(text: str) -> int:
    """A duration, in minutes."""
    if _MINUTES.fullmatch(text.strip()) is None:
        raise BadValue("is not a whole number of minutes")
    return checked_minutes(int(text))


def checked_minutes(minutes: int) -> int:
    """`minutes`, if a session can last so long."""
    if not 1 <= minutes <= LONGEST_SESSION:
        raise BadValue(f"a session lasts 1 to {LONGEST_SESSION} minutes")
    return minutes


def price_from(text: str, *, decimal_comma: bool = False) -> Decimal:
    """An amount of money, with or without separators between thousands."""
    amount = text.strip()
    if (_COMMA if decimal_comma else _POINT).fullmatch(amount) is None:
        raise BadValue(f"is not an amount, as {'49,90' if decimal_comma else '49.90'}")
    if decimal_comma:
        amount = amount.replace(".", "").replace(",", ".")
    return Decimal(amount.replace(",", ""))


def currency_from(text: str) -> str:
    """A currency of ISO 4217."""
    currency = text.strip().upper()
    if currency not in CURRENCIES:
        raise BadValue("is not a currency code of ISO 4217, as EUR")
    return currency


def notes_from(text: str) -> str:
    """Notes, exactly as they stand in the file."""
    if len(text.encode()) > MOST_NOTES_BYTES:
        raise BadValue(f"is longer than {MOST_NOTES_BYTES:,} bytes")
    return text


def reason_from(text: str) -> str:
    """Why a session was cancelled."""
    reason = text.strip()
    if len(reason) > LONGEST_REASON:
        raise BadValue(f"must have at most {LONGEST_REASON:,} characters")
    return reason
