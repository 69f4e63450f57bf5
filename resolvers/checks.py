"""What values of an input may be; each refusal names its field (product.md, Limits)."""

import re
import unicodedata
from datetime import datetime, timedelta
from typing import Final

from models.instants import LATEST
from models.money import to_minor
from resolvers.money_input import MoneyInput
from resolvers.problems import InvalidInput, Undone

LONGEST_NAME: Final = 200
LONGEST_REASON: Final = 2_000
MOST_NOTES_BYTES: Final = 64 * 1024
LONGEST_SESSION: Final = 24 * 60

# What may stand in a text of several lines although it is a control character.
_LINE_CONTROLS: Final = frozenset("\n\r\t")
_EMAIL: Final = re.compile(r"[^\s@,;<>()\"]+@[^\s@,;<>()\"]+\.[^\s@,;<>()\".]+")
_PHONE: Final = re.compile(r"[0-9+()./ #*x-]{1,50}", re.IGNORECASE)
_COLOR: Final = re.compile(r"#[0-9a-fA-F]{6}")


def duration(minutes: int, field: str = "durationMinutes") -> int:
    """A duration in minutes: 1 to 1440."""
    if not 1 <= minutes <= LONGEST_SESSION:
        raise Undone(
            InvalidInput(f"A session lasts 1 to {LONGEST_SESSION} minutes.", "input", field)
        )
    return minutes


def price(money: MoneyInput, field: str = "price") -> tuple[int, str]:
    """A price in minor units, and its currency."""
    try:
        return to_minor(money.amount, money.currency), money.currency
    except ValueError as error:
        raise Undone(
            InvalidInput(f"This is no price: {error}.", "input", field, "amount")
        ) from None


def fits(starts_at: datetime, minutes: int) -> datetime:
    """When a session ends that starts then."""
    ends_at = starts_at + timedelta(minutes=minutes)
    if ends_at > LATEST:
        raise Undone(InvalidInput("A session ends before the year 2201.", "input", "startsAt"))
    return ends_at


def notes(text: str | None, field: str) -> str | None:
    """Notes as they are kept: to the letter; None when there is nothing in them."""
    if text is None or not text.strip():
        return None
    _refuse_controls(text, field, _LINE_CONTROLS)
    if len(_encoded(text, field)) > MOST_NOTES_BYTES:
        raise Undone(InvalidInput(f"Notes have at most {MOST_NOTES_BYTES} bytes.", "input", field))
    return text


def reason(text: object) -> str | None:
    """A reason that somebody gave, if any."""
    if not isinstance(text, str) or not text.strip():
        return None
    _refuse_controls(text, "reason", _LINE_CONTROLS)
    _encoded(text, "reason")
    if len(text) > LONGEST_REASON:
        raise Undone(
            InvalidInput(f"A reason has at most {LONGEST_REASON} characters.", "input", "reason")
        )
    return text.strip()


def name(text: str, field: str = "name") -> str:
    """A name: one line of 1 to 200 characters."""
    _refuse_controls(text, field, frozenset())
    _encoded(text, field)
    trimmed = text.strip()
    if not 1 <= len(trimmed) <= LONGEST_NAME:
        raise Undone(InvalidInput(f"A name has 1 to {LONGEST_NAME} characters.", "input", field))
    return trimmed


def email(text: str | None) -> str | None:
    """One email address, or none."""
    if text is None or not text.strip():
        return None
    trimmed = text.strip()
    _encoded(trimmed, "email")
    if len(trimmed) > 320 or not _EMAIL.fullmatch(trimmed) or not trimmed.isprintable():
        raise Undone(InvalidInput("This is not one email address.", "input", "email"))
    return trimmed


def phone(text: str | None) -> str | None:
    """A phone number as people write it, or none."""
    if text is None or not text.strip():
        return None
    if not _PHONE.fullmatch(text.strip()):
        raise Undone(InvalidInput("This is not a phone number.", "input", "phone"))
    return text.strip()


def color(text: str | None) -> str | None:
    """A colour as `#rrggbb`, or none."""
    if text is None:
        return None
    if not _COLOR.fullmatch(text):
        raise Undone(InvalidInput("Write a colour as #rrggbb.", "input", "color"))
    return text.lower()


def _refuse_controls(text: str, field: str, allowed: frozenset[str]) -> None:
    if any(unicodedata.category(one) == "Cc" and one not in allowed for one in text):
        raise Undone(InvalidInput("Control characters cannot be kept.", "input", field))


def _encoded(text: str, field: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError:
        raise Undone(InvalidInput("Half a character cannot be kept.", "input", field)) from None
