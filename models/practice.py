"""The practice: who keeps the record, and the clients, services and calendars in it."""

from tortoise import fields
from tortoise.models import Model

from models.base import Owned
from models.fields import InstantField, own_id
from models.identifiers import Kind


class Practitioner(Model):
    """The account that owns everything else. `email_folded` is what sign-in compares."""

    id = own_id(Kind.PRACTITIONER)
    name = fields.TextField()
    email = fields.TextField()
    email_folded = fields.TextField()
    password_hash = fields.TextField()
    time_zone = fields.TextField()
    currency = fields.CharField(max_length=3)
    created_at = InstantField()
    updated_at = InstantField()
    version = fields.IntField(default=1)

    class Meta:
        table = "practitioner"


class Client(Owned):
    """Somebody who has sessions. `search_text` and `sort_name` are folded (models/folding.py)."""

    id = own_id(Kind.CLIENT)
    name = fields.TextField()
    email = fields.TextField(null=True)
    phone = fields.TextField(null=True)
    time_zone = fields.TextField()
    search_text = fields.TextField()
    sort_name = fields.TextField()
    updated_at = InstantField()
    version = fields.IntField(default=1)

    class Meta:
        table = "client"


class Service(Owned):
    """A type of session, with the duration (minutes) and price (minor units) it starts from."""

    id = own_id(Kind.SERVICE)
    name = fields.TextField()
    sort_name = fields.TextField()
    duration_minutes = fields.IntField()
    price_minor = fields.BigIntField()
    currency = fields.CharField(max_length=3)
    active = fields.BooleanField(default=True)
    updated_at = InstantField()
    version = fields.IntField(default=1)

    class Meta:
        table = "service"


class Calendar(Owned):
    """Where sessions take their slots. `color` is `#rrggbb`."""

    id = own_id(Kind.CALENDAR)
    name = fields.TextField()
    sort_name = fields.TextField()
    color = fields.TextField(null=True)
    time_zone = fields.TextField()
    updated_at = InstantField()
    version = fields.IntField(default=1)

    class Meta:
        table = "calendar"
