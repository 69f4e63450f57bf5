"""Fetching the keys that an identity provider publishes.

Only hosts that the settings name are ever asked: never one that a token names (`jku`, `x5u`), nor
one that the provider's own answer leads to, be it by a redirect or in its discovery document.
"""

import asyncio
import ssl
from typing import Any, Final

import httpx
import orjson

from server.identity_provider.addresses import discovery_address, have_one_origin
from server.identity_provider.key_set import KeySet, usable_keys

_TIMEOUT_SECONDS: Final = 5
_LARGEST_BYTES: Final = 64 * 1024
# Uncompressed, so that what is counted is what there is.
_HEADERS: Final = {"Accept": "application/json", "Accept-Encoding": "identity"}


class ProviderFailed(Exception):
    """The identity provider did not tell its keys; the message says why."""


async def published_keys(
    issuer: str,
    jwks_url: str | None,
    *,
    tls: ssl.SSLContext,
    timeout_seconds: float = _TIMEOUT_SECONDS,
) -> KeySet:
    """The keys of `issuer`, from `jwks_url` or from where its discovery document says.

    Raises:
        ProviderFailed: there was no whole answer in time, or none that can be used.
    """
    try:
        async with (
            # Over all of it: httpx's own timeout begins anew with every byte that arrives.
            asyncio.timeout(timeout_seconds),
            httpx.AsyncClient(
                verify=tls, headers=_HEADERS, timeout=timeout_seconds, follow_redirects=False
            ) as client,
        ):
            document = await _document(client, jwks_url or await _discovered(client, issuer))
    except (TimeoutError, httpx.TimeoutException):
        raise ProviderFailed(f"no answer within {timeout_seconds} seconds") from None
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise ProviderFailed(f"{type(error).__name__}: {error!s:.300}") from error
    published = document.get("keys")
    if not isinstance(published, list):
        raise ProviderFailed("the key set has no list of keys")
    return usable_keys(published)


async def _discovered(client: httpx.AsyncClient, issuer: str) -> str:
    document = await _document(client, discovery_address(issuer))
    if document.get("issuer") != issuer:
        raise ProviderFailed("the discovery document is another issuer's")
    address = document.get("jwks_uri")
    try:
        if isinstance(address, str) and have_one_origin(address, issuer):
            return address
    except ValueError:
        pass
    raise ProviderFailed(
        "the discovery document names no jwks_uri at the issuer's own host; "
        "if the keys are elsewhere, SESSION_HISTORY_OIDC_JWKS_URL says where"
    )


async def _document(client: httpx.AsyncClient, address: str) -> dict[str, Any]:
    body = bytearray()
    async with client.stream("GET", address) as response:
        if response.status_code != httpx.codes.OK:
            raise ProviderFailed(f"{address} answered {response.status_code}")
        async for chunk in response.aiter_raw():
            body += chunk
            if len(body) > _LARGEST_BYTES:
                raise ProviderFailed(f"{address} answered more than {_LARGEST_BYTES} bytes")
    try:
        document = orjson.loads(body)
    except ValueError:
        document = None
    if not isinstance(document, dict):
        raise ProviderFailed(f"{address} answered no JSON object")
    return document
