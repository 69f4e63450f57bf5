"""Access tokens: who may ask."""

from tortoise import fields

from models.base import Owned
from models.enums import AccessTokenKind, TokenOrigin
from models.fields import InstantField, id_of, own_id
from models.identifiers import Kind


class AccessToken(Owned):
    """A bearer token, known by the SHA-256 of its secret; the secret itself is never kept.

    One that came of signing in ends when it was not used for `idle_minutes`, which is at
    `idle_until`, and at `expires_at` in any case.
    """

    id = own_id(Kind.ACCESS_TOKEN)
    kind = fields.CharEnumField(AccessTokenKind, max_length=16, description="")
    origin = fields.CharEnumField(
        TokenOrigin, max_length=16, default=TokenOrigin.MADE, description=""
    )
    client_id = id_of(null=True)
    label = fields.TextField()
    secret_hash = fields.CharField(max_length=64)
    last_used_at = InstantField(null=True)
    idle_minutes = fields.IntField(null=True)
    idle_until = InstantField(null=True)
    expires_at = InstantField(null=True)
    revoked_at = InstantField(null=True)

    class Meta:
        table = "access_token"
