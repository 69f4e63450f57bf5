"""Addresses in the head of a mail: one each, whatever stands in it or in the name before it.

Python's own header registry loses the quotes of a name that it has to fold, so that a comma in it
ends one address and begins another (CPython gh-121284, in 3.11 and 3.12). So these are encoded
here, and folded by `email.header`, which only ever sees the name.
"""

import re
from email.header import Header
from email.policy import Policy
from typing import Final

from mail.wording import one_line

# An addr-spec without quoting (RFC 5321, 4.1.2): nothing in it can end it, or begin another.
_ADDRESS: Final = re.compile(r"([^\s@,;:<>()\[\]\\\"]{1,64})@([^\s@,;:<>()\[\]\\\"]{1,255})")
_PLAIN_NAME: Final = re.compile(r"[A-Za-z0-9!#$%&'*+/^_`{|}~ -]{1,60}")
# A longer name than this says no more, and only makes room for tricks.
_LONGEST_NAME: Final = 200


class BadAddress(ValueError):
    """Not one address; the message does not repeat it."""

    def __init__(self) -> None:
        super().__init__("This is not one email address.")


def one_address(text: str) -> str:
    """An address as a mail server takes it; a domain in another script as its `xn--` form.

    Raises:
        BadAddress: it is none, or several, or holds what could begin another.
    """
    found = _ADDRESS.fullmatch(text)
    if found is None or not text.isprintable():
        raise BadAddress
    local, domain = found.groups()
    if not domain.isascii():
        try:
            domain = domain.encode("idna").decode()
        except UnicodeError:
            raise BadAddress from None
    return f"{local}@{domain}"


def domain_of(address: str) -> str:
    """What stands behind the `@`."""
    return address.rpartition("@")[2]


class Mailbox(str):
    """A header with one name and one address. What `email` stores as it is, and has folded."""

    __slots__ = ("address", "name")

    name: str
    """Of the header: by this `email.policy` tells that it need not parse it."""
    address: str

    @classmethod
    def of(cls, header: str, person: str, address: str) -> "Mailbox":
        """The header `header` for a person.

        Raises:
            BadAddress: not one address.
        """
        address = one_address(address)
        mailbox = cls(f"{_encoded(header, person)}<{address}>")
        mailbox.name, mailbox.address = header, address
        return mailbox

    def fold(self, *, policy: Policy) -> str:
        """The whole header, as it is sent."""
        return f"{self.name}: {self}{policy.linesep}"


def _encoded(header: str, person: str) -> str:
    name = one_line(person)[:_LONGEST_NAME].strip()
    if not name:
        return ""
    if _PLAIN_NAME.fullmatch(name):
        return f"{name} "
    encoded = Header(name, "utf-8", header_name=header, maxlinelen=75).encode(linesep="\r\n")
    return f"{encoded}\r\n "
