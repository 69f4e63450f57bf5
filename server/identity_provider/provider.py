"""The identity provider that the settings name: whom a token of its stands for."""

import logging
from datetime import datetime
from functools import partial
from typing import Any

import httpx
import jwt

from models.database import Database
from models.enums import AccessTokenKind
from resolvers.accounts.outside_identities import Identity, is_subject, principal_of_identity
from resolvers.principal import Principal
from server.identity_provider.key_cache import KeyCache
from server.identity_provider.published_keys import published_keys
from server.identity_provider.verification import named_key, verified_claims

logger = logging.getLogger("session_history.identity_provider")


class IdentityProvider:
    """Accepts the tokens of one issuer that are meant for us.

    Why a token is refused is for the log, never for whoever sent it; the token itself for neither.
    """

    def __init__(
        self, *, issuer: str, audience: str, keys: KeyCache, read_only_scope: str | None = None
    ) -> None:
        self._issuer = issuer
        self._audience = audience
        self._keys = keys
        self._read_only_scope = read_only_scope

    async def principal_of(
        self, database: Database, token: str, *, now: datetime
    ) -> Principal | None:
        """Whom a token stands for; None when it is not valid, or of somebody unknown here."""
        try:
            claims = await self._claims(token, now=now)
            kind = self._kind(claims)
        except jwt.PyJWTError as refusal:
            # The class alone: messages of PyJWT repeat what the token says.
            logger.info(
                "a token was refused",
                extra={"issuer": self._issuer, "reason": type(refusal).__name__},
            )
            return None
        identity = Identity(self._issuer, claims["sub"])
        principal = await principal_of_identity(database, identity, kind=kind)
        if principal is None:
            logger.info("a token's subject is unknown here", extra={"issuer": self._issuer})
        return principal

    async def _claims(self, token: str, *, now: datetime) -> dict[str, Any]:
        kid, algorithm = named_key(token)
        key = await self._keys.find(kid, algorithm)
        if key is None:
            raise jwt.InvalidKeyError("no such key")
        claims = verified_claims(token, key, issuer=self._issuer, audience=self._audience, now=now)
        if not is_subject(claims["sub"]):
            raise jwt.InvalidTokenError("a subject that names nobody")
        return claims

    def _kind(self, claims: dict[str, Any]) -> AccessTokenKind:
        if self._read_only_scope is None or self._read_only_scope not in _scopes(claims):
            return AccessTokenKind.PRACTITIONER
        return AccessTokenKind.READ_ONLY


def _scopes(claims: dict[str, Any]) -> set[str]:
    """Scopes are one text (RFC 8693, 4.2), or a list; some providers call the claim `scp`."""
    found: set[str] = set()
    for name in ("scope", "scp"):
        given = claims.get(name, [])
        listed = given.split() if isinstance(given, str) else given
        if not isinstance(listed, list) or not all(isinstance(one, str) for one in listed):
            raise jwt.InvalidTokenError(f"{name} is neither text nor a list of it")
        found.update(listed)
    return found


def identity_provider(
    *, issuer: str, audience: str, jwks_url: str | None, read_only_scope: str | None
) -> IdentityProvider:
    """The provider of this issuer, whose keys are fetched when its first token arrives."""
    # Made once: reading the machine's certificates takes 35 ms, during which nothing else runs.
    tls = httpx.create_ssl_context()
    return IdentityProvider(
        issuer=issuer,
        audience=audience,
        keys=KeyCache(partial(published_keys, issuer, jwks_url, tls=tls)),
        read_only_scope=read_only_scope,
    )
