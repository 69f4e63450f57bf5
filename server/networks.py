"""Where a request comes from, and where it reached us."""

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
    try:
        address = ip_address(client[0]) if client else None
    except ValueError:
        return _NOWHERE
    if isinstance(address, IPv6Address):
        mapped = address.ipv4_mapped
        return str(mapped or ip_network((int(address), 64), strict=False))
    return str(address) if address else _NOWHERE


def base_url_of(scope: Scope) -> str:
    """Where a request or socket reached us, as `https://history.example.com`.

    It is what the client, or a proxy that we trust, says of it: good for links in the answer to
    this very request, and for nothing that others see.
    """
    url = URL(scope=scope)
    scheme = {"ws": "http", "wss": "https"}.get(url.scheme, url.scheme)
    return f"{scheme}://{url.netloc}{scope.get('root_path', '')}"
