"""The words of the record that come from a closed list."""

from enum import StrEnum
from typing import Final


class SessionStatus(StrEnum):
    """Where a session stands (the page, "Session Statuses")."""

    PENDING = "PENDING"
    CONFIRMED = "CONFIRMED"
    COMPLETED = "COMPLETED"
    CANCELLED = "CANCELLED"
    NO_SHOW = "NO_SHOW"


# The sessions that take time on a calendar: no two of them may overlap (product.md, Actions).
HOLDS_SLOT: Final = (SessionStatus.PENDING, SessionStatus.CONFIRMED, SessionStatus.COMPLETED)

# The sessions that are still to happen, or whose outcome nobody has noted yet.
OPEN: Final = (SessionStatus.PENDING, SessionStatus.CONFIRMED)


class OriginKind(StrEnum):
    """How a session came from another one."""

    DUPLICATE = "DUPLICATE"
    FOLLOW_UP = "FOLLOW_UP"


class Actor(StrEnum):
    """Who did something to a session."""

    PRACTITIONER = "PRACTITIONER"
    CLIENT = "CLIENT"
    SYSTEM = "SYSTEM"


class SessionEventKind(StrEnum):
    """What happened to a session."""

    BOOKED = "BOOKED"
    STATUS_CHANGED = "STATUS_CHANGED"
    RESCHEDULED = "RESCHEDULED"
    EDITED = "EDITED"
    CUSTOMER_NOTES_CHANGED = "CUSTOMER_NOTES_CHANGED"
    PRIVATE_NOTES_CHANGED = "PRIVATE_NOTES_CHANGED"
    CLIENT_DELETED = "CLIENT_DELETED"
    EMAIL_SENT = "EMAIL_SENT"
    IMPORTED = "IMPORTED"


class AccessTokenKind(StrEnum):
    """What a token opens (product.md, Access)."""

    PRACTITIONER = "PRACTITIONER"
    READ_ONLY = "READ_ONLY"
    CLIENT = "CLIENT"


class TokenOrigin(StrEnum):
    """How a token came to be."""

    SIGN_IN = "SIGN_IN"
    MADE = "MADE"


class ExportFormat(StrEnum):
    """What kind of file an export is (the page, "Exporting Session History")."""

    CSV = "CSV"
    PDF = "PDF"


class ExportState(StrEnum):
    """How far an export has come."""

    WAITING = "WAITING"
    RENDERING = "RENDERING"
    READY = "READY"
    FAILED = "FAILED"
    GONE = "GONE"


class ExportEventKind(StrEnum):
    """What happened to an export."""

    REQUESTED = "REQUESTED"
    DOWNLOADED = "DOWNLOADED"


class MailKind(StrEnum):
    """What a mail tells the client about a session."""

    CONFIRMED = "CONFIRMED"
    RESCHEDULED = "RESCHEDULED"
    CANCELLED = "CANCELLED"


class MailCarrier(StrEnum):
    """What took a mail: a mail server, or a directory of files where there is none."""

    SMTP = "SMTP"
    FILE = "FILE"


class MailState(StrEnum):
    """What has become of a mail."""

    WAITING = "WAITING"
    SENT = "SENT"
    KEPT = "KEPT"
    FAILED = "FAILED"
