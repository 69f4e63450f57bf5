"""Rows 11 and 13 to 22: values that are none, or that one of the engines could not hold."""

from typing import Final

from tests.acts import document_of
from tests.e2e.hostile.attempts import (
    ANSWERED,
    BAD_INPUT,
    BAD_REQUEST,
    BY_ID,
    INVALID_INPUT,
    NOT_THERE,
    Attempt,
    asked,
    booked,
    done,
    listed,
    sent,
)

INSTANTS: Final[dict[int, list[object]]] = {
    16: [
        "2026-06-01",
        "2026-06-01T10:00:00",
        "2026-W23-1T10:00:00Z",
        "2026-06-01T24:00:00Z",
        "2026-06-01 10:00:00Z",
        1_780_000_000,
    ],
    17: [
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-12:00",
        "2201-01-01T00:00:00Z",
        "1969-12-31T23:59:59Z",
    ],
    # Hours that clocks in Berlin skip and show twice: without an offset neither is an instant.
    18: ["2026-03-29T02:30:00", "2026-03-29T02:30:00 Europe/Berlin"],
    19: ["2026-10-25T02:30:00", "2026-10-25T02:30:00[Europe/Berlin]"],
}
ZONES: Final = ["../../etc/passwd", "UTC\0", "Mars/Phobos", "/etc/localtime", "", 1]
NEVER_IDS: Final = ["' or 1=1 --", "\0", "", "9" * 5_000, "ses_" + "z" * 26]

ROWS: Final[dict[int, dict[str, Attempt]]] = {
    11: {
        "in a query": asked(f"{{ session(id: {'9' * 5_000}) {{ id }} }}", BAD_INPUT),
        "in a mutation": asked(
            "mutation { cancelSession(input: {id: %s}) { errors { __typename } } }" % ("9" * 5_000),
            NOT_THERE,
        ),
        **{f"{one!r:.20}": asked(BY_ID.format("session"), BAD_INPUT, id=one) for one in NEVER_IDS},
    },
    13: {
        "100,000 values": listed(BAD_INPUT, 400, filter={"serviceIds": [0] * 100_000}),
        "201 values": asked(
            document_of("updateSessionStatuses"),
            BAD_INPUT,
            400,
            input={"ids": ["<session>"] * 201, "status": "CANCELLED"},
        ),
    },
    14: {
        "in a search": listed(BAD_INPUT, filter={"text": "a\0b"}),
        "in an id": asked(BY_ID.format("client"), BAD_INPUT, id="cli_\0"),
        "in notes": booked(INVALID_INPUT, customerNotes="a\0b"),
        "in private notes": booked(INVALID_INPUT, privateNotes="a\0b"),
        "in a key": booked(INVALID_INPUT, idempotencyKey="a\0b"),
        "in a name": done("createClient", INVALID_INPUT, name="a\0b"),
    },
    15: {
        "half a character in JSON": sent(
            b'{"query": "query ($t: String) { __typename }", "variables": {"t": "\\ud800"}}'
        ),
        "half a character in a document": asked(
            '{ sessions(filter: {text: "\\ud800"}) { totalCount } }', "GRAPHQL_PARSE_FAILED", 400
        ),
        "a byte too much": booked(INVALID_INPUT, privateNotes="x" * (64 * 1024 + 1)),
        "a byte too much in Greek": booked(INVALID_INPUT, customerNotes="λ" * (32 * 1024) + "x"),
    },
    **{
        row: {repr(value): booked(BAD_INPUT, 400, startsAt=value) for value in values}
        for row, values in INSTANTS.items()
    },
    20: {
        **{f"{z!r} in a filter": listed(BAD_INPUT, 400, filter={"timeZone": z}) for z in ZONES},
        **{
            f"{z!r} in a profile": done("createClient", BAD_INPUT, 400, name="Ada", timeZone=z)
            for z in ZONES
        },
    },
    21: {
        **{
            f"{minutes} minutes": booked(INVALID_INPUT, durationMinutes=minutes)
            for minutes in (0, -1, 1_441, 10**9)
        },
        "10^10 minutes": booked(BAD_REQUEST, 400, durationMinutes=10**10),
        **{
            f"a price of {amount}": booked(
                outcome, status, price={"amount": amount, "currency": "EUR"}
            )
            for amount, outcome, status in (
                ("-1", INVALID_INPUT, 200),
                ("0.001", INVALID_INPUT, 200),
                ("9" * 12, INVALID_INPUT, 200),
                ("1" + "0" * 18, BAD_INPUT, 400),
                ("1e3", BAD_INPUT, 400),
            )
        },
    },
    22: {
        "first: -1": listed(BAD_INPUT, first=-1),
        "first: 101": listed(BAD_INPUT, first=101),
        "last: -1": listed(BAD_INPUT, last=-1),
        "first and last": listed(BAD_INPUT, first=1, last=1),
        "first: 0": listed(ANSWERED, first=0),
    },
}
