"""What a client may do to a session of theirs, and until when; pure, as resolvers/rules.py is.

Stricter than the practitioner's rules, whose record it is: a client confirms what awaits
confirmation until it is over, and cancels what still holds its slot until it starts.
"""

from datetime import datetime
from typing import Final

from models.enums import OPEN, SessionStatus
from resolvers.portal.rows import OwnSessionRow
from resolvers.rules import IN_WORDS, Verdict

_ALLOWED: Final = Verdict(allowed=True)


def may_confirm(session: OwnSessionRow, now: datetime) -> Verdict:
    """Whether the client may confirm a session."""
    status = SessionStatus(session.status)
    if status is SessionStatus.CONFIRMED:
        return Verdict(False, "The session is Confirmed already.", changes_nothing=True)
    if status is not SessionStatus.PENDING:
        return Verdict(False, f"A {IN_WORDS[status]} session cannot be confirmed.")
    if session.is_over(now):
        return Verdict(False, "The session is over and cannot be confirmed any more.")
    return _ALLOWED


def may_cancel(session: OwnSessionRow, now: datetime) -> Verdict:
    """Whether the client may cancel a session."""
    status = SessionStatus(session.status)
    if status is SessionStatus.CANCELLED:
        return Verdict(False, "The session is Cancelled already.", changes_nothing=True)
    if status not in OPEN:
        return Verdict(False, f"A {IN_WORDS[status]} session cannot be cancelled.")
    if session.has_started(now):
        return Verdict(False, "The session has started and cannot be cancelled any more.")
    return _ALLOWED
