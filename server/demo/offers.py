"""What the practice offers: its services, and the calendars they are on."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Offer:
    """A service. `old_price_minor` is what it cost before prices rose; `retired` ended later."""

    name: str
    duration_minutes: int
    price_minor: int
    old_price_minor: int
    currency: str = "EUR"
    retired: bool = False


OFFERS: Final = {
    "first": Offer("First conversation", 30, 0, 0),
    "coaching": Offer("Coaching session", 50, 95_00, 88_00),
    "extended": Offer("Extended session", 80, 145_00, 135_00),
    "abroad": Offer("Coaching online (USD)", 50, 115_00, 105_00, currency="USD"),
    "couple": Offer("Session for two", 90, 165_00, 165_00),
    "telephone": Offer("Telephone check-in", 25, 42_00, 42_00, retired=True),
}
PRICES_ROSE_WEEKS_AGO: Final = 80
RETIRED_WEEKS_AGO: Final = 61

AT_PRACTICE: Final = "Practice"
ONLINE: Final = "Online"
CALENDARS: Final = {AT_PRACTICE: "#2f6f4f", ONLINE: "#3b5b92"}
