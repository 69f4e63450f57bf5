"""When each client comes: their rhythm laid over the practitioner's agenda."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random
from typing import Final

from server.demo.agenda import HOURS, Agenda, Slot, is_working_day
from server.demo.habits import BERLIN, Habit, Person
from server.demo.offers import AT_PRACTICE, OFFERS, ONLINE, RETIRED_WEEKS_AGO
from server.demo.times import local_day

# A little less than three years and two months, whatever years and months `now` lies in.
PAST: Final = timedelta(days=3 * 365)
AHEAD: Final = timedelta(days=59)

_WEEKLY_DAYS: Final = ((0, 3), (1, 4))


@dataclass(frozen=True, slots=True)
class Appointment:
    """A slot that a client has; `service` is a key of OFFERS."""

    slot: Slot
    starts_at: datetime
    service: str
    calendar: str
    is_first: bool

    @property
    def duration_minutes(self) -> int:
        """How long it lasts."""
        return OFFERS[self.service].duration_minutes

    @property
    def ends_at(self) -> datetime:
        """When it is over."""
        return self.starts_at + timedelta(minutes=self.duration_minutes)


def appointments(
    person: Person, agenda: Agenda, *, random: Random, now: datetime
) -> list[Appointment]:
    """The slots of one client, earliest first; they are taken in the agenda."""
    is_online = person.time_zone != BERLIN or random.random() < 0.25
    calendar = ONLINE if is_online else AT_PRACTICE
    found: list[Appointment] = []
    for wish in _wishes(person.comes, HOURS[person.time_zone], random=random, today=local_day(now)):
        service = _service(person.comes, wish, random, is_first=not found, today=local_day(now))
        duration = OFFERS[service].duration_minutes
        slot = agenda.nearest(wish, duration_minutes=duration, time_zone=person.time_zone)
        if slot is None:
            continue
        made = Appointment(slot, slot.starts_at, service, calendar, is_first=not found)
        if made.starts_at >= now - PAST and made.ends_at <= now + AHEAD:
            agenda.take(slot, duration_minutes=duration)
            found.append(made)
    return sorted(found, key=lambda made: made.starts_at)


def _wishes(habit: Habit, hours: tuple[int, int], *, random: Random, today: date) -> Iterator[Slot]:
    opens, closes = hours
    minute = random.randrange(opens, closes - 60, 30)
    weekdays = random.choice(_WEEKLY_DAYS) if habit.times_a_week == 2 else (random.randrange(5),)
    # Not all who come every other week come in the same one.
    first_week = random.randrange(habit.every_weeks) - habit.since
    monday = today + timedelta(weeks=first_week, days=-today.weekday())
    last = today + AHEAD if habit.until is None else today - timedelta(weeks=habit.until)
    while monday <= last:
        for weekday in weekdays:
            # Who comes seldom comes less regularly.
            shift = random.choice((-1, 0, 0, 0, 1)) if habit.every_weeks > 2 else 0
            day = monday + timedelta(days=min(max(weekday + shift, 0), 4))
            if day <= last and (is_working_day(day) or habit.every_weeks > 1):
                yield Slot(day, minute)
        monday += timedelta(weeks=habit.every_weeks)


def _service(habit: Habit, wish: Slot, random: Random, *, is_first: bool, today: date) -> str:
    if is_first:
        return "first"
    if habit.service != "coaching":
        return habit.service
    roll = random.random()
    # A week before it was retired at the latest, because the slot may be some days after the wish.
    if roll < 0.12 and wish.day < today - timedelta(weeks=RETIRED_WEEKS_AGO + 1):
        return "telephone"
    return "couple" if 0.12 <= roll < 0.15 else "coaching"


def undecided(dates: list[Appointment], *, random: Random, now: datetime) -> set[Slot]:
    """A handful of the latest sessions that are over: nobody has noted yet how they went."""
    over = sorted((one for one in dates if is_settled(one, now)), key=lambda one: one.starts_at)
    return {one.slot for one in random.sample(over[-15:], k=6)}


def is_settled(appointment: Appointment, now: datetime) -> bool:
    """Whether it has been over for so long that its outcome may be known."""
    return appointment.ends_at + timedelta(hours=1) <= now
