"""From entries to the rows that are kept."""

from datetime import datetime

from models.enums import Actor, SessionEventKind, SessionStatus
from models.folding import fold, search_text, sort_key
from models.identifiers import Kind, new_id
from models.instants import to_text
from models.private_notes import kept_notes
from models.sealing import Keyring
from resolvers.importing.additions import Record
from resolvers.importing.entry import ClientEntry, Entry


def new_client(client: ClientEntry, *, client_id: str, owner_id: str, now: str) -> Record:
    """The client that a row is the first to name."""
    return {
        "id": client_id,
        "practitioner_id": owner_id,
        "name": client.name,
        "email": client.email,
        "phone": client.phone,
        "time_zone": client.time_zone,
        "search_text": search_text(client.name, client.email, client.phone),
        "sort_name": sort_key(client.name),
        "created_at": now,
        "updated_at": now,
        "version": 1,
    }


def new_service(entry: Entry, *, service_id: str, owner_id: str, now: str) -> Record:
    """The service that an entry is the first to name; later bookings start from its values."""
    return {
        "id": service_id,
        "practitioner_id": owner_id,
        "name": entry.service,
        "sort_name": sort_key(entry.service),
        "duration_minutes": entry.duration_minutes,
        "price_minor": entry.price_minor,
        "currency": entry.currency,
        "active": True,
        "created_at": now,
        "updated_at": now,
        "version": 1,
    }


def new_calendar(
    entry: Entry, *, calendar_id: str, owner_id: str, time_zone: str, now: str
) -> Record:
    """The calendar that an entry is the first to name."""
    return {
        "id": calendar_id,
        "practitioner_id": owner_id,
        "name": entry.calendar,
        "sort_name": sort_key(entry.calendar),
        "color": None,
        "time_zone": time_zone,
        "created_at": now,
        "updated_at": now,
        "version": 1,
    }


def new_session(
    entry: Entry,
    keyring: Keyring,
    *,
    session_id: str,
    owner_id: str,
    client_id: str | None,
    service_id: str,
    calendar_id: str,
    overlap_allowed: bool,
    now: str,
) -> Record:
    """The session of an entry, made when it was booked, as far as that is known."""
    notes = entry.customer_notes
    cancelled = entry.status is SessionStatus.CANCELLED
    return {
        "id": session_id,
        "practitioner_id": owner_id,
        "client_id": client_id,
        "service_id": service_id,
        "calendar_id": calendar_id,
        "starts_at": to_text(entry.starts_at),
        "ends_at": to_text(entry.ends_at),
        "duration_minutes": entry.duration_minutes,
        "status": entry.status.value,
        "overlap_allowed": overlap_allowed,
        "price_minor": entry.price_minor,
        "currency": entry.currency,
        "customer_notes": notes,
        "customer_notes_folded": None if notes is None else fold(notes),
        **kept_notes(keyring, entry.private_notes, practitioner_id=owner_id, session_id=session_id),
        "cancelled_at": _text_or_none(entry.cancelled_at),
        "cancelled_by": Actor.PRACTITIONER.value if cancelled else None,
        "cancellation_reason": entry.cancellation_reason,
        "rescheduled_count": 0,
        "created_at": _text_or_none(entry.booked_at) or now,
        "updated_at": now,
        "version": 1,
    }


def imported_event(*, session_id: str, owner_id: str, now: str) -> Record:
    """The first entry of a session's trail."""
    return {
        "id": new_id(Kind.SESSION_EVENT),
        "practitioner_id": owner_id,
        "session_id": session_id,
        "session_version": 1,
        "kind": SessionEventKind.IMPORTED.value,
        "actor": Actor.SYSTEM.value,
        "changes": "[]",
        "created_at": now,
    }


def _text_or_none(at: datetime | None) -> str | None:
    return None if at is None else to_text(at)
