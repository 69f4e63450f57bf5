"""Exports: histories on their way out as a file, and the trail of who took them."""

from tortoise import fields

from models.base import Owned
from models.enums import AccessTokenKind, ExportEventKind, ExportFormat, ExportState
from models.fields import InstantField, id_of, own_id
from models.identifiers import Kind


class Export(Owned):
    """What somebody asked to have as a file, and how far it has come.

    `request` and `secret` are sealed with the key that `sealed_with` names, or plain text where it
    names none. A file that has to be made first is claimed by one worker until `claimed_until`.
    """

    id = own_id(Kind.EXPORT)
    client_id = id_of()
    holder_id = id_of()
    holder_kind = fields.CharEnumField(AccessTokenKind, max_length=16, description="")
    format = fields.CharEnumField(ExportFormat, max_length=16, description="")
    with_private_notes = fields.BooleanField()
    request = fields.TextField()
    secret = fields.TextField()
    sealed_with = fields.TextField(null=True)
    file_name = fields.TextField()
    session_count = fields.IntField()
    state = fields.CharEnumField(ExportState, max_length=16, description="")
    rendered_count = fields.IntField(default=0)
    attempts = fields.IntField(default=0)
    claimed_until = InstantField(null=True)
    byte_count = fields.BigIntField(null=True)
    expires_at = InstantField()

    class Meta:
        table = "export"


class ExportEvent(Owned):
    """One entry of the trail of exports; the database refuses to change or delete it."""

    id = own_id(Kind.EXPORT_EVENT)
    export_id = id_of()
    client_id = id_of()
    kind = fields.CharEnumField(ExportEventKind, max_length=16, description="")
    format = fields.CharEnumField(ExportFormat, max_length=16, description="")
    with_private_notes = fields.BooleanField()
    session_count = fields.IntField()
    holder_id = id_of()

    class Meta:
        table = "export_event"
