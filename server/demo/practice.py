"""The practice itself: who runs it, what it offers, and the calendars it keeps."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Final

from models.identifiers import Kind, seeded_id
from server.demo.appointments import PAST
from server.demo.habits import BERLIN
from server.demo.offers import CALENDARS, OFFERS, PRICES_ROSE_WEEKS_AGO, RETIRED_WEEKS_AGO
from server.demo.rows import PlannedCalendar, PlannedPractitioner, PlannedService
from server.demo.times import milliseconds

DEMO_EMAIL: Final = "demo@example.com"

# The practice opened this long before its first session, so that the session could be booked.
_OPENED_BEFORE: Final = timedelta(days=120)


@dataclass(frozen=True, slots=True)
class Practice:
    """What every session refers to; services by their key in OFFERS, calendars by their name."""

    practitioner: PlannedPractitioner
    services: dict[str, PlannedService]
    calendars: dict[str, PlannedCalendar]
    prices_rose_at: datetime


def open_practice(*, random: Random, now: datetime) -> Practice:
    """The practice as it stands at `now`, without clients."""
    opened_at = now - PAST - _OPENED_BEFORE
    prices_rose_at = now - timedelta(weeks=PRICES_ROSE_WEEKS_AGO)
    retired_at = now - timedelta(weeks=RETIRED_WEEKS_AGO)
    at_ms = milliseconds(opened_at)
    services = {}
    for key, offer in OFFERS.items():
        changes = [prices_rose_at] if offer.price_minor != offer.old_price_minor else []
        changes += [retired_at] if offer.retired else []
        services[key] = PlannedService(
            id=seeded_id(Kind.SERVICE, random, at_ms=at_ms),
            name=offer.name,
            duration_minutes=offer.duration_minutes,
            price_minor=offer.price_minor,
            currency=offer.currency,
            active=not offer.retired,
            created_at=opened_at,
            updated_at=max(changes, default=opened_at),
            version=1 + len(changes),
        )
    calendars = {
        name: PlannedCalendar(
            id=seeded_id(Kind.CALENDAR, random, at_ms=at_ms),
            name=name,
            color=color,
            time_zone=BERLIN,
            created_at=opened_at,
            updated_at=opened_at,
        )
        for name, color in CALENDARS.items()
    }
    practitioner = PlannedPractitioner(
        id=seeded_id(Kind.PRACTITIONER, random, at_ms=at_ms),
        name="Dr. Marta Lindqvist",
        email=DEMO_EMAIL,
        time_zone=BERLIN,
        currency="EUR",
        created_at=opened_at,
        updated_at=opened_at,
    )
    return Practice(practitioner, services, calendars, prices_rose_at)
