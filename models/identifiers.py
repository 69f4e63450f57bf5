"""Ids: opaque text that says what it names, stored exactly as it is sent.

An id is a prefix for its kind and 26 letters of Crockford's base 32: 48 bits of milliseconds, then
80 random bits, as in a ULID. So ids made later sort later, which keeps indexes compact, and a page
of rows needs no encoding at all. See docs/decisions/0002-ids-are-stored-as-sent.md.
"""

import os
import re
import threading
import time
from enum import StrEnum
from random import Random
from typing import Final

_ALPHABET: Final = "0123456789abcdefghjkmnpqrstvwxyz"
_RANDOM_BITS: Final = 80
_LENGTH: Final = 26
_SHAPE: Final = re.compile(r"([a-z]{3})_[0-7][0-9a-hjkmnp-tv-z]{25}")


class Kind(StrEnum):
    """What an id names; the value is the id's prefix."""

    PRACTITIONER = "prc"
    CLIENT = "cli"
    SERVICE = "srv"
    CALENDAR = "cal"
    SESSION = "ses"
    SESSION_EVENT = "evt"
    ACCESS_TOKEN = "tok"  # noqa: S105 - a prefix, not a secret
    OUTBOX_MESSAGE = "msg"
    OUTSIDE_IDENTITY = "oid"
    EXPORT = "exp"
    EXPORT_EVENT = "xev"
    CALENDAR_FEED = "fed"


_BY_PREFIX: Final = {kind.value: kind for kind in Kind}


class _Clock:
    """Hands out rising 128-bit numbers: within a millisecond each is the last one plus one."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._last = 0

    def next(self) -> int:
        number = (time.time_ns() // 1_000_000 << _RANDOM_BITS) | int.from_bytes(os.urandom(10))
        with self._lock:
            if number >> _RANDOM_BITS <= self._last >> _RANDOM_BITS:
                number = self._last + 1
            self._last = number
        return number


_clock = _Clock()


def _written(kind: Kind, number: int) -> str:
    letters = [_ALPHABET[number >> shift & 31] for shift in range(5 * (_LENGTH - 1), -1, -5)]
    return f"{kind}_{''.join(letters)}"


def new_id(kind: Kind) -> str:
    """A new id of this kind; later ids of one process sort after earlier ones."""
    return _written(kind, _clock.next())


def seeded_id(kind: Kind, random: Random, *, at_ms: int) -> str:
    """An id that depends on nothing but `random` and a time in milliseconds since 1970."""
    return _written(kind, at_ms << _RANDOM_BITS | random.getrandbits(_RANDOM_BITS))


def kind_of(identifier: str) -> Kind | None:
    """What `identifier` names, or None when it is not one of our ids."""
    shape = _SHAPE.fullmatch(identifier)
    return None if shape is None else _BY_PREFIX.get(shape[1])
