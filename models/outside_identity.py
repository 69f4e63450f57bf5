"""Outside identities: who signs in at an identity provider."""

from tortoise import fields

from models.base import Owned
from models.fields import own_id
from models.identifiers import Kind


class OutsideIdentity(Owned):
    """What an identity provider calls a practitioner: its `iss` and `sub` (OpenID Connect 5.7)."""

    id = own_id(Kind.OUTSIDE_IDENTITY)
    issuer = fields.CharField(max_length=500)
    subject = fields.CharField(max_length=255)

    class Meta:
        table = "outside_identity"
