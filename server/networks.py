"""From which network a request comes: what limits count where nobody has signed in."""

from ipaddress import IPv6Address, ip_address, ip_network
from typing import Final

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
