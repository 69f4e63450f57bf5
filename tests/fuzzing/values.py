"""Values that somebody may send: those that are meant, those that only look so, and garbage."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any, Final

from models.identifiers import Kind, seeded_id

PRIVATE: Final = "between us"
"""Stands in every private note, so that it is seen wherever one gets to."""

# Half a surrogate pair is not among them: no transport lets one in (tests/e2e/test_any_request.py).
_CONTROLS: Final = ("\0", "before\0after", "\x1b[2J", "\r\nBcc: all@example.com")
_PATTERNS: Final = (
    "%",
    "_",
    "\\",
    "100%_\\",
    "' OR 1=1 --",
    '"; DROP TABLE session; --',
    "$1 {0} %s {{7*7}} ${x}",
    "[a-z]* (unclosed",
    "=HYPERLINK(1)",
    "<script>alert(1)</script>",
    "../../etc/passwd",
    "null",
)
_SCRIPTS: Final = (
    "\u202eevil",
    "\ufeff",
    "\u2028",
    "\ufffe",
    "Ǆungla straße ﬁn İstanbul",
    "a" + "\u0301" * 300,
    "🧑‍🤝‍🧑" * 30,
    "\U0010ffff",
)
_LENGTHS: Final = ("", " ", "x" * 201, "x" * 256, "x" * 2_001, "\uffff" * 5_000)
TEXTS: Final = (*_CONTROLS, *_PATTERNS, *_SCRIPTS, *_LENGTHS)
"""Texts that somebody else has stumbled over."""

_UNUSUAL: Final[Mapping[str, Sequence[Any]]] = {
    "String": TEXTS,
    "ID": (
        *TEXTS,
        "ses_",
        "ses_00000000000000000000000000 ",
        "SES_00000000000000000000000000",
        "cli_zzzzzzzzzzzzzzzzzzzzzzzzzz",
        0,
        2**63,
    ),
    "Int": (0, -1, 2**31 - 1, -(2**31), 2**31, 2**63, 10**30, 1.5, True, "1"),
    "Float": (0, -1, 1e308, 5e-324, -0.0, 10**30, "1"),
    "Boolean": (0, "true"),
    "DateTime": (
        "1970-01-01T00:00:00Z",
        "2200-12-31T23:59:59Z",
        "2200-12-31T23:59:59-14:00",
        "2026-02-30T10:00:00Z",
        "2026-05-01T24:00:00Z",
        "2026-05-01T09:00:60Z",
        "2026-05-01T09:00:00",
        "2026-05-01T09:00:00+99:99",
        "0001-01-01T00:00:00+14:00",
        "２０２６-05-01T09:00:00Z",
        "",
        0,
    ),
    "Date": ("1970-01-01", "2200-12-31", "2026-02-30", "20260501", "0000-00-00", "today", 0),
    "Decimal": ("0", "0.001", "999999999999.9999", "-1", "1e400", "NaN", "١٢", 1.5),
    "TimeZone": ("Etc/GMT+12", "Mars/Olympus", "../../etc/passwd", "europe/berlin", "", "UTC\0"),
    "CurrencyCode": ("JPY", "KWD", "XXX", "eur", "€", ""),
}
_USUAL: Final[Mapping[str, Sequence[Any]]] = {
    "String": ("Ada", "Bring a pen", "See you", "notes", "Ö"),
    "Int": (1, 2, 3, 10, 50),
    "Float": (0.5, 25, 100),
    "Boolean": (True, False),
    "DateTime": (
        "2026-05-14T12:00:00Z",
        "2026-05-13T09:30:00.5+02:00",
        "2026-06-01T09:00:00Z",
        "2026-10-25T02:30:00+01:00",
        "2026-03-29T02:30:00+01:00",
        "2027-01-01T00:00:00Z",
    ),
    "Date": ("2026-05-14", "2026-05-01", "2026-06-30", "2026-03-29", "2025-12-31"),
    "Decimal": ("49.90", "90", "0.5"),
    "TimeZone": ("Europe/Berlin", "Pacific/Apia", "UTC"),
    "CurrencyCode": ("EUR", "EUR", "USD"),
}
# What a field wants, whatever its type says.
_MEANT: Final[Mapping[str, Sequence[str]]] = {
    "email": ("ada@example.com", "ADA@example.com ", "new@example.com"),
    "phone": ("+49 30 1234", "0"),
    "color": ("#aabbcc",),
    "idempotencyKey": ("again", "and again", "once"),
    "password": ("correct horse battery", "wrong horse battery"),
    "currentPassword": ("correct horse battery", "wrong horse battery"),
    "newPassword": ("correct horse battery staple", "password1234"),
}


@dataclass
class Known:
    """What exists, for requests to name.

    Attributes:
        own: ids of whoever is asked about, by what they name: client, service, export, …
        foreign: ids of somebody else.
        cursors: some that were given out.
    """

    own: dict[str, list[str]] = field(default_factory=dict)
    foreign: list[str] = field(default_factory=list)
    cursors: list[str] = field(default_factory=list)

    def identifier(self, random: Random, kind: str) -> str:
        """An id, mostly of the kind that is wanted."""
        every = [one for some in self.own.values() for one in some]
        ways = (self.own.get(kind, every), every, self.foreign, [_unknown(random)])
        (chosen,) = random.choices(ways, weights=(12, 1, 2, 1))
        return random.choice(chosen)

    def cursor(self, random: Random) -> str:
        """A cursor that was given out, maybe damaged since."""
        found = random.choice(self.cursors)
        return random.choice((found, found, found[:-1], found.swapcase(), f"{found}A"))


def value_of(random: Random, scalar: str, name: str, owner: str, known: Known) -> Any:
    """A value for a scalar: of an argument or input field `name` of `owner`."""
    if random.random() < 0.06:
        return random.choice(_UNUSUAL[scalar])
    if scalar == "ID":
        return known.identifier(random, _kind(name, owner))
    if scalar == "String":
        return _text(random, name, known)
    return random.choice(_USUAL[scalar])


def _text(random: Random, name: str, known: Known) -> str:
    if name in {"after", "before"}:
        return known.cursor(random)
    if name in _MEANT:
        return random.choice(_MEANT[name])
    usual: str = random.choice(_USUAL["String"])
    text = _odd(random) + _odd(random) if random.random() < 0.4 else usual
    return f"{PRIVATE} {text}" if name == "privateNotes" else text


def _odd(random: Random) -> str:
    return random.choice(random.choice((_CONTROLS, _PATTERNS, _SCRIPTS, _LENGTHS)))


def _kind(name: str, owner: str) -> str:
    for named in (name.lower(), owner.lower()):
        for kind in ("client", "service", "calendar", "token", "export"):
            if kind in named:
                return kind
    return "any" if owner == "node" else "session"


def _unknown(random: Random) -> str:
    return seeded_id(random.choice(list(Kind)), random, at_ms=random.randrange(2**47))
