"""Money: an integer of minor units and an ISO 4217 currency; never a float."""

from decimal import Decimal
from functools import lru_cache
from typing import Final

from iso4217 import Currency

# What a BIGINT holds is far more; this is where a price stops being one (10^12 minor units).
MOST_MINOR: Final = 1_000_000_000_000

CURRENCIES: Final = frozenset(
    currency.code for currency in Currency if currency.exponent is not None
)


@lru_cache(maxsize=256)
def minor_digits(currency: str) -> int:
    """How many digits of `currency` stand behind the decimal point: 2 for EUR, 0 for JPY."""
    return int(Currency(currency).exponent or 0)


def amount_text(amount_minor: int, currency: str) -> str:
    """Minor units as the decimal text that is sent: 4990 EUR is `49.90`, 500 JPY is `500`."""
    digits = minor_digits(currency)
    if digits == 0:
        return str(amount_minor)
    sign, units = ("-", -amount_minor) if amount_minor < 0 else ("", amount_minor)
    whole, part = divmod(units, 10**digits)
    return f"{sign}{whole}.{part:0{digits}d}"


def to_minor(amount: Decimal, currency: str) -> int:
    """A decimal amount in minor units.

    Raises:
        ValueError: the amount has more digits than the currency, is negative or absurdly large.
    """
    units = amount.scaleb(minor_digits(currency))
    if units != units.to_integral_value():
        raise ValueError(f"{currency} has {minor_digits(currency)} digits after the point")
    if not 0 <= units <= MOST_MINOR:
        raise ValueError("a price lies between 0 and 10,000,000,000")
    return int(units)
