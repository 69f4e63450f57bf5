"""Who is asking."""

from dataclasses import dataclass
from typing import Protocol
from zoneinfo import ZoneInfo

from models.enums import AccessTokenKind


class Tenant(Protocol):
    """Whoever may ask for something of one practitioner's record, and of nobody else's."""

    @property
    def practitioner_id(self) -> str:
        """Whose record it is."""


@dataclass(frozen=True, slots=True)
class ClientPrincipal:
    """A client who asks at the portal, for what is theirs in their practitioner's record."""

    practitioner_id: str
    practitioner_name: str
    client_id: str
    token_id: str


@dataclass(frozen=True, slots=True)
class Principal:
    """The holder of a valid access token, and the practitioner whose record it opens."""

    practitioner_id: str
    name: str
    email: str
    time_zone: str
    currency: str
    kind: AccessTokenKind
    token_id: str
    client_id: str | None = None
    idle_minutes: int | None = None
    use_is_to_be_noted: bool = False

    @property
    def may_read_private_notes(self) -> bool:
        """Only the practitioner's own tokens may (product.md, Access)."""
        return self.kind is AccessTokenKind.PRACTITIONER

    @property
    def may_write(self) -> bool:
        """A read-only token changes nothing."""
        return self.kind is AccessTokenKind.PRACTITIONER

    @property
    def zone(self) -> ZoneInfo:
        """Where this practitioner's days and months begin."""
        return ZoneInfo(self.time_zone)
