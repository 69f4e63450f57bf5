"""Addresses of an identity provider: which ones we would ever send a request to."""

from ipaddress import ip_address
from typing import Final
from urllib.parse import SplitResult, urlsplit

_NEVER: Final = frozenset(" @#\\")


def issuer_address(text: str) -> str:
    """`text`, if it can be an issuer (OpenID Connect Discovery 1.0, 2).

    Raises:
        ValueError: it is no https address, or has parts that an issuer has not.
    """
    if len(text) > 500 or _parts(text).query:
        raise ValueError("an issuer has no query and at most 500 characters")
    return text


def keys_address(text: str) -> str:
    """`text`, if keys may be fetched from there.

    Raises:
        ValueError: it is no https address.
    """
    _parts(text)
    return text


def discovery_address(issuer: str) -> str:
    """Where an issuer publishes where its keys are (OpenID Connect Discovery 1.0, 4.1)."""
    return f"{issuer.removesuffix('/')}/.well-known/openid-configuration"


def have_one_origin(one: str, other: str) -> bool:
    """Whether two addresses are of one scheme, host and port.

    Raises:
        ValueError: one of them is no https address.
    """
    return _origin(_parts(one)) == _origin(_parts(other))


def _parts(text: str) -> SplitResult:
    # urlsplit drops tabs and line breaks wherever they are, so they are looked for first.
    if not text.isprintable() or _NEVER.intersection(text):
        raise ValueError("an address has no spaces, no sign-in and no '#' in it")
    parts = urlsplit(text)
    host = parts.hostname
    if not host or parts.port == 0:
        raise ValueError("give an address as https://id.example.com")
    if parts.scheme != "https" and not (parts.scheme == "http" and _is_this_machine(host)):
        raise ValueError("keys are fetched by https alone; by http only from this machine itself")
    return parts


def _origin(parts: SplitResult) -> tuple[str, str | None, int]:
    return parts.scheme, parts.hostname, parts.port or (443 if parts.scheme == "https" else 80)


def _is_this_machine(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
