"""A practice whose practitioner signs in at an identity provider, and a server's view of both."""

import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial

import httpx
import pytest

from models.enums import AccessTokenKind
from resolvers.accounts.outside_identities import Identity, link_identity
from resolvers.accounts.policy import AccessPolicy
from resolvers.errors import Unauthenticated
from server.callers import Callers
from server.identity_provider.key_cache import KeyCache
from server.identity_provider.provider import IdentityProvider
from server.identity_provider.published_keys import published_keys
from tests.identity_provider import AUDIENCE, Provider, running_provider
from tests.practice import NOW, Practice


@dataclass
class Door:
    """What a server makes of tokens, at a time and with a monotonic clock of the test's own."""

    practice: Practice
    tls: ssl.SSLContext
    issuer: str
    jwks_url: str | None = None
    read_only_scope: str | None = None
    timeout_seconds: float = 5
    now: datetime = NOW
    seconds: float = 0

    def __post_init__(self) -> None:
        fetch = partial(
            published_keys,
            self.issuer,
            self.jwks_url,
            tls=self.tls,
            timeout_seconds=self.timeout_seconds,
        )
        provider = IdentityProvider(
            issuer=self.issuer,
            audience=AUDIENCE,
            keys=KeyCache(fetch, monotonic=lambda: self.seconds),
            read_only_scope=self.read_only_scope,
        )
        self.callers = Callers(
            lambda: self.practice.database,
            policy=AccessPolicy(),
            provider=provider,
            clock=lambda: self.now,
        )

    async def opens(self, token: str) -> AccessTokenKind | None:
        """With which rights `token` opens the practice; None when it does not."""
        context = await self.callers.context(token)
        try:
            principal = context.principal
        except Unauthenticated:
            return None
        assert principal.practitioner_id == self.practice.practitioner.id
        return principal.kind


@pytest.fixture(scope="session")
def tls() -> ssl.SSLContext:
    return httpx.create_ssl_context()


@pytest.fixture
def provider() -> Iterator[Provider]:
    with running_provider() as running:
        yield running


@pytest.fixture
async def linked(practice: Practice, provider: Provider) -> Practice:
    """A practice whose practitioner the provider knows."""
    identity = Identity(provider.issuer, provider.subject)
    await link_identity(practice.database, practice.practitioner.id, identity, now=NOW)
    return practice


@pytest.fixture
def door(linked: Practice, provider: Provider, tls: ssl.SSLContext) -> Door:
    return Door(linked, tls, provider.issuer)
