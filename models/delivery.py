"""What makes a change safe to retry and sure to be told: idempotency keys and the outbox."""

from tortoise import fields

from models.base import Owned
from models.enums import MailCarrier, MailKind
from models.fields import InstantField, id_of, own_id
from models.identifiers import Kind


class OutboxMessage(Owned):
    """A mail that a change owes a client, written with the change and sent afterwards.

    `payload` is what mail/letter.py writes: the session as the change left it and, once the mail
    was sent, whom it was from and for. A worker that sends it has it until `claimed_until`, and
    `attempts` tells that worker from others who had it before.
    """

    id = own_id(Kind.OUTBOX_MESSAGE)
    kind = fields.CharEnumField(MailKind, max_length=32, description="")
    session_id = id_of(null=True)
    session_version = fields.IntField(default=0)
    client_id = id_of(null=True)
    payload = fields.TextField()
    available_at = InstantField()
    attempts = fields.IntField(default=0)
    claimed_until = InstantField(null=True)
    message_id = fields.TextField(null=True)
    last_error = fields.TextField(null=True)
    carried_by = fields.CharEnumField(MailCarrier, max_length=16, null=True, description="")
    sent_at = InstantField(null=True)
    failed_at = InstantField(null=True)

    class Meta:
        table = "outbox_message"


class IdempotencyKey(Owned):
    """A key that a caller sent with a mutation, and what it made; kept with the change itself.

    The database knows it by (practitioner_id, actor, key); `actor` is the token's holder.
    """

    key = fields.CharField(max_length=255, primary_key=True)
    actor = fields.CharField(max_length=64)
    operation = fields.CharField(max_length=64)
    fingerprint = fields.CharField(max_length=64)
    result = fields.TextField()
    expires_at = InstantField()

    class Meta:
        table = "idempotency_key"


class ImportedRow(Owned):
    """What a row of an import became, so that importing it again adds nothing.

    The database knows it by (practitioner_id, source, kind, row_digest). The digest is the SHA-256
    of the row's id at its source, which may be personal (an email address); it outlives the record
    itself, so that a client who was deleted does not come back with the next import.
    """

    row_digest = fields.CharField(max_length=64, primary_key=True)
    source = fields.CharField(max_length=64)
    kind = fields.CharField(max_length=3)
    record_id = id_of()

    class Meta:
        table = "imported_row"
