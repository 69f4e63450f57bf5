"""The session and its audit trail."""

from tortoise import fields

from models.base import Owned
from models.enums import Actor, OriginKind, SessionEventKind, SessionStatus
from models.fields import InstantField, id_of, own_id
from models.identifiers import Kind


class Session(Owned):
    """One appointment, past, present or future.

    `client_id` is null once the client is deleted. `ends_at` always is `starts_at` plus
    `duration_minutes`; the database checks it. `customer_notes_folded` is what searches compare;
    private notes have no such twin, because they are sealed (models/private_notes.py) with the key
    that `private_notes_key` names, or plain text where it names none. `overlap_allowed` says that
    whoever put the session where it is allowed it to overlap.
    """

    id = own_id(Kind.SESSION)
    client_id = id_of(null=True)
    service_id = id_of()
    calendar_id = id_of()
    starts_at = InstantField()
    ends_at = InstantField()
    duration_minutes = fields.IntField()
    status = fields.CharEnumField(SessionStatus, max_length=16, description="")
    overlap_allowed = fields.BooleanField(default=False)
    price_minor = fields.BigIntField()
    currency = fields.CharField(max_length=3)
    customer_notes = fields.TextField(null=True)
    customer_notes_folded = fields.TextField(null=True)
    private_notes = fields.TextField(null=True)
    private_notes_key = fields.TextField(null=True)
    cancelled_at = InstantField(null=True)
    cancelled_by = fields.CharEnumField(Actor, max_length=16, null=True, description="")
    cancellation_reason = fields.TextField(null=True)
    origin_kind = fields.CharEnumField(OriginKind, max_length=16, null=True, description="")
    origin_id = id_of(null=True)
    rescheduled_count = fields.IntField(default=0)
    updated_at = InstantField()
    version = fields.IntField(default=1)

    class Meta:
        table = "session"


class SessionEvent(Owned):
    """One entry of a session's audit trail; the database refuses to change or delete it.

    `changes` is a JSON list of [field, from, to]; private notes stand in it by name only.
    `session_version` is the version that the change made.
    """

    id = own_id(Kind.SESSION_EVENT)
    session_id = id_of()
    session_version = fields.IntField()
    kind = fields.CharEnumField(SessionEventKind, max_length=32, description="")
    actor = fields.CharEnumField(Actor, max_length=16, description="")
    changes = fields.TextField()
    reason = fields.TextField(null=True)

    class Meta:
        table = "session_event"
