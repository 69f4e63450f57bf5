"""Signing out, which practitioners and clients do alike."""

from resolvers.accounts import payloads
from schema.over import over, read
from schema.problems import UserError


@over(payloads.SignOutPayload, description="That the token has ended.")
class SignOutPayload:
    """Answer of signing out."""

    errors: list[UserError] = read("Always empty: whoever could ask has signed out.")
