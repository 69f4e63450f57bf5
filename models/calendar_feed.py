"""Links that show a calendar to whoever has them."""

from tortoise import fields

from models.base import Owned
from models.fields import InstantField, id_of, own_id
from models.identifiers import Kind


class CalendarFeed(Owned):
    """A link to one calendar, known by the SHA-256 of its secret; the secret is never kept.

    Revoking it deletes the row.
    """

    id = own_id(Kind.CALENDAR_FEED)
    calendar_id = id_of()
    secret_hash = fields.CharField(max_length=64)
    last_fetched_at = InstantField(null=True)

    class Meta:
        table = "calendar_feed"
