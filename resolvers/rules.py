"""The rules of statuses and actions: one table, pure, asked by whoever acts and by whoever offers.

From product.md (Statuses, Actions): the practitioner may set any status, because it is their
record, with limits that keep the record true. A slot that is taken is no matter of these rules: it
depends on other sessions, and the caller may allow the overlap.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from models.enums import SessionStatus
from resolvers.described import described
from resolvers.rows import SessionRow


class SessionAction(StrEnum):
    """The page's actions, and the changes of status behind its dropdown."""

    CONFIRM = "CONFIRM"
    COMPLETE = "COMPLETE"
    MARK_NO_SHOW = "MARK_NO_SHOW"
    CANCEL = "CANCEL"
    REINSTATE = "REINSTATE"
    RESCHEDULE = "RESCHEDULE"
    EDIT = "EDIT"
    DUPLICATE = "DUPLICATE"
    BOOK_FOLLOW_UP = "BOOK_FOLLOW_UP"


described(
    SessionAction,
    "What can be done with a session.",
    CONFIRM="Set the status to Confirmed.",
    COMPLETE="Set the status to Completed.",
    MARK_NO_SHOW="Set the status to No Show.",
    CANCEL="Cancel, with an optional reason.",
    REINSTATE="Take a Cancelled or No Show session back, as Pending.",
    RESCHEDULE="Give the same session a new start, duration or calendar.",
    EDIT="Change service, calendar, duration or price.",
    DUPLICATE="Book the same again.",
    BOOK_FOLLOW_UP="Book a next session with the same client.",
)


@dataclass(frozen=True, slots=True)
class SessionFacts:
    """What the rules look at."""

    status: SessionStatus
    has_started: bool
    has_client: bool
    has_active_service: bool = True


def facts_of(session: SessionRow, now: datetime) -> SessionFacts:
    """What the rules look at, of a session as it is now."""
    return SessionFacts(
        status=SessionStatus(session.status),
        has_started=session.has_started(now),
        has_client=session.client is not None,
        has_active_service=session.service.active,
    )


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a rule says: allowed, or not and why. `changes_nothing`: it is so already."""

    allowed: bool
    reason: str | None = None
    changes_nothing: bool = False


_ALLOWED: Final = Verdict(allowed=True)
_NEEDS_START: Final = (SessionStatus.COMPLETED, SessionStatus.NO_SHOW)
_GAVE_UP_SLOT: Final = (SessionStatus.CANCELLED, SessionStatus.NO_SHOW)
IN_WORDS: Final = {
    SessionStatus.PENDING: "Pending",
    SessionStatus.CONFIRMED: "Confirmed",
    SessionStatus.COMPLETED: "Completed",
    SessionStatus.CANCELLED: "Cancelled",
    SessionStatus.NO_SHOW: "No Show",
}
_STATUS_SET_BY: Final = {
    SessionAction.CONFIRM: SessionStatus.CONFIRMED,
    SessionAction.COMPLETE: SessionStatus.COMPLETED,
    SessionAction.MARK_NO_SHOW: SessionStatus.NO_SHOW,
    SessionAction.CANCEL: SessionStatus.CANCELLED,
}


def may_become(facts: SessionFacts, status: SessionStatus) -> Verdict:
    """Whether a session may be given `status`."""
    if facts.status is status:
        return Verdict(False, f"The session is {IN_WORDS[status]} already.", changes_nothing=True)
    if status in _NEEDS_START and not facts.has_started:
        return Verdict(False, f"A session that has not started cannot be {IN_WORDS[status]}.")
    return _ALLOWED


def may_move_to(facts: SessionFacts, *, into_future: bool) -> Verdict:
    """Whether a session may be given a start in the future, or one that has passed."""
    if into_future and facts.status in _NEEDS_START:
        return Verdict(
            False,
            f"A {IN_WORDS[facts.status]} session may be corrected, but not moved into the future.",
        )
    return _ALLOWED


def may(action: SessionAction, facts: SessionFacts) -> Verdict:
    """Whether a session would accept `action` now."""
    if action in _STATUS_SET_BY:
        return may_become(facts, _STATUS_SET_BY[action])
    match action:
        case SessionAction.REINSTATE if facts.status not in _GAVE_UP_SLOT:
            return Verdict(False, "Only a Cancelled or No Show session can be reinstated.")
        case SessionAction.RESCHEDULE if facts.status is SessionStatus.CANCELLED:
            return Verdict(False, "A Cancelled session must be reinstated before it is moved.")
        case SessionAction.DUPLICATE | SessionAction.BOOK_FOLLOW_UP if not facts.has_client:
            return Verdict(False, "The client was deleted, so there is nobody to book it for.")
        case SessionAction.DUPLICATE if not facts.has_active_service:
            return Verdict(False, "The service is retired, so the same cannot be booked again.")
        case _:
            return _ALLOWED
