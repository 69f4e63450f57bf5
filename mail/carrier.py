"""Who takes a mail from us."""

from dataclasses import dataclass, field
from typing import Final, Literal, Protocol

from models.enums import MailCarrier

Security = Literal["starttls", "tls", "none"]

# Of a whole conversation, in time limits of one step: a server that answers each step at the last
# moment comes to an end, too.
_STEPS: Final = 3


@dataclass(frozen=True, slots=True)
class Message:
    """A mail, ready to be carried: one sender, one recipient."""

    message_id: str
    sender: str
    recipient: str
    content: bytes

    @property
    def needs_utf8(self) -> bool:
        """Whether an address is in another script before its `@` (RFC 6531)."""
        return not (self.sender + self.recipient).isascii()


class NotAccepted(Exception):
    """The mail was not taken; the message is for the practitioner, and names nobody.

    `is_final`: it will not be, however often it is tried.
    """

    def __init__(self, message: str, *, is_final: bool = False) -> None:
        super().__init__(message)
        self.is_final = is_final


class Carrier(Protocol):
    """A mail server, or what stands in for one."""

    @property
    def kind(self) -> MailCarrier:
        """Which of them."""

    async def carry(self, message: Message) -> None:
        """Hand over one mail; when this returns, it is the carrier's.

        Raises:
            NotAccepted: it is not, or nobody knows.
        """


@dataclass(frozen=True, slots=True)
class Post:
    """How mail leaves this server: by which carrier, from which address, in what time at most."""

    carrier: Carrier
    sender: str
    most_seconds: float


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where a mail server is and how it is spoken to; `seconds` is how long a step may take."""

    host: str
    port: int
    security: Security
    seconds: float
    user: str | None = None
    password: str | None = field(default=None, repr=False)

    @property
    def most_seconds(self) -> float:
        """How long a conversation may take."""
        return _STEPS * self.seconds
