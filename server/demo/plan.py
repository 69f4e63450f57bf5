"""The whole demo practice as a pure function of a seed and a time."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import chain
from operator import attrgetter
from random import Random

from models.identifiers import Kind, seeded_id
from models.instants import from_text, to_text
from server.demo.agenda import Agenda
from server.demo.appointments import Appointment, appointments, undecided
from server.demo.habits import Person
from server.demo.history import Surroundings, tell_history
from server.demo.people import CLIENTS, DELETED, DELETED_WEEKS_AGO
from server.demo.practice import open_practice
from server.demo.rows import Plan, PlannedClient, PlannedEvent, PlannedSession
from server.demo.times import between, milliseconds


def plan_practice(seed: int, now: datetime) -> Plan:
    """The demo practice as it stands at `now`; the same arguments give the same rows.

    Raises:
        ValueError: `now` has no offset.
    """
    random = Random(seed)  # noqa: S311 - to be repeated, not to be secret
    now = from_text(to_text(now))
    practice, agenda = open_practice(random=random, now=now), Agenda()
    dates = _dates(agenda, random=random, now=now)
    late = undecided(list(chain.from_iterable(dates.values())), random=random, now=now)
    around = Surroundings(practice, agenda, late, random, now)
    clients: list[PlannedClient] = []
    sessions: list[PlannedSession] = []
    events: list[PlannedEvent] = []
    for person in CLIENTS:
        told, trails = tell_history(around, person, dates[person])
        client = _client(person, told, random=random, now=now)
        clients.append(client)
        sessions += [replace(session, client_id=client.id) for session in told]
        events += trails
    left, trails = tell_history(
        around, DELETED, dates[DELETED], client_deleted_at=_deleted_at(random=random, now=now)
    )
    return Plan(
        practitioner=practice.practitioner,
        services=tuple(practice.services.values()),
        calendars=tuple(practice.calendars.values()),
        clients=tuple(clients),
        sessions=tuple(sorted((*sessions, *left), key=attrgetter("starts_at", "id"))),
        events=(*events, *trails),
    )


def _dates(agenda: Agenda, *, random: Random, now: datetime) -> dict[Person, list[Appointment]]:
    """Who comes when; those who come most often choose first, and so keep their hour."""

    def how_seldom(person: Person) -> float:
        return person.comes.every_weeks / person.comes.times_a_week

    return {
        person: appointments(person, agenda, random=random, now=now)
        for person in sorted((*CLIENTS, DELETED), key=how_seldom)
    }


def _client(
    person: Person, told: Sequence[PlannedSession], *, random: Random, now: datetime
) -> PlannedClient:
    """A profile, made shortly before the first booking."""
    first_at = min((session.created_at for session in told), default=now - timedelta(days=16))
    created_at = first_at - timedelta(seconds=random.randint(60, 3_600))
    return PlannedClient(
        id=seeded_id(Kind.CLIENT, random, at_ms=milliseconds(created_at)),
        name=person.name,
        email=person.email,
        phone=person.phone,
        time_zone=person.time_zone,
        created_at=created_at,
        updated_at=created_at,
    )


def _deleted_at(*, random: Random, now: datetime) -> datetime:
    at = now - timedelta(weeks=DELETED_WEEKS_AGO)
    return between(random, at, at + timedelta(days=1))
