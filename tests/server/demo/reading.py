"""What tests read out of a plan."""

from collections import defaultdict
from itertools import pairwise

from models.enums import HOLDS_SLOT
from server.demo.rows import Plan, PlannedEvent, PlannedSession


def trails(plan: Plan) -> list[tuple[PlannedSession, list[PlannedEvent]]]:
    """Each session with its events, as they are listed."""
    listed: defaultdict[str, list[PlannedEvent]] = defaultdict(list)
    for event in plan.events:
        listed[event.session_id].append(event)
    return [(session, listed[session.id]) for session in plan.sessions]


def sessions_of(plan: Plan, client_id: str | None) -> list[PlannedSession]:
    """The sessions of one client; None is the deleted one."""
    return [session for session in plan.sessions if session.client_id == client_id]


def overlaps(plan: Plan) -> list[tuple[PlannedSession, PlannedSession]]:
    """Sessions that hold their slots and overlap the next on the same calendar."""
    return [
        (one, following)
        for calendar in plan.calendars
        for one, following in pairwise(
            session
            for session in plan.sessions
            if session.calendar_id == calendar.id and session.status in HOLDS_SLOT
        )
        if following.starts_at < one.ends_at
    ]
