"""What is kept: the tables, the engines under them, and the transactions around them."""

from models.access import AccessToken
from models.calendar_feed import CalendarFeed
from models.delivery import IdempotencyKey, ImportedRow, OutboxMessage
from models.export import Export, ExportEvent
from models.outside_identity import OutsideIdentity
from models.practice import Calendar, Client, Practitioner, Service
from models.session import Session, SessionEvent

__all__ = [
    "AccessToken",
    "Calendar",
    "CalendarFeed",
    "Client",
    "Export",
    "ExportEvent",
    "IdempotencyKey",
    "ImportedRow",
    "OutboxMessage",
    "OutsideIdentity",
    "Practitioner",
    "Service",
    "Session",
    "SessionEvent",
]
