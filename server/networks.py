"""Where a request comes from, and where it reached us."""

from functools import lru_cache
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Final

from starlette.datastructures import URL
from starlette.types import Scope

_NOWHERE: Final = "local"


def network_of(scope: Scope) -> str:
    """The IPv4 address, or the /64 of the IPv6 address, that a request or socket comes from.

    A provider hands out an IPv6 /64 to one customer, who can change addresses within it at will.
    Behind a proxy that we trust it is what the proxy says (uvicorn puts it there). `local` where
    there is no address, as with a Unix socket.
    """
    client = scope.get("client")
    return _network_of(client[0]) if client else _NOWHERE


@lru_cache(maxsize=1024)
def _network_of(host: str) -> str:
    try:
        address = ip_address(host)
    except ValueError:
        return _NOWHERE
    if isinstance(address, IPv6Address):
        mapped = address.ipv4_mapped
        return str(mapped or ip_network((int(address), 64), strict=False))
    return str(address)


def base_url_of(scope: Scope) -> str:
    """Where a request or socket reached us, as `https://history.example.com`.

    It is what the client, or a proxy that we trust, says of it: good for links in the answer to
    this very request, and for nothing that others see.
    """
    host = next((value for name, value in scope["headers"] if name == b"host"), None)
    server = scope.get("server")
    return _base_url_of(
        scope.get("scheme", "http"),
        tuple(server) if server else None,
        host,
        scope.get("root_path", ""),
    )


@lru_cache(maxsize=256)
def _base_url_of(
    scheme: str, server: tuple[str, int | None] | None, host: bytes | None, root_path: str
) -> str:
    headers = [] if host is None else [(b"host", host)]
    url = URL(scope={"scheme": scheme, "server": server, "headers": headers, "path": "/"})
    scheme = {"ws": "http", "wss": "https"}.get(url.scheme, url.scheme)
    return f"{scheme}://{url.netloc}{root_path}"
