"""Rows 23 to 27: cursors, other people's records, and names of columns."""

from typing import Final

from tests.e2e.hostile.attempts import (
    BAD_INPUT,
    BAD_REQUEST,
    BY_ID,
    FUTURE,
    INVALID,
    NOT_FOUND,
    NOT_THERE,
    Attempt,
    asked,
    asked_at_the_portal,
    booked,
    done,
    listed,
)
from tests.portal import document_of as document_of_portal

ROWS: Final[dict[int, dict[str, Attempt]]] = {
    23: {
        "garbage": listed(BAD_INPUT, after="bm90IGEgY3Vyc29y"),
        "no base64": listed(BAD_INPUT, before="%%%"),
        "a quarter of a megabyte": listed(BAD_INPUT, after="A" * 250_000),
    },
    24: {
        f"{whose} {kind} as {name}": asked(BY_ID.format(name), NOT_FOUND, id=f"<{whose} {kind}>")
        for whose in ("their", "no")
        for name, kind in (("client", "client"), ("session", "session"), ("node", "service"))
    }
    | {
        f"{whose} {kind} in a filter": listed(
            BAD_INPUT, filter={f"{kind}Ids": [f"<{whose} {kind}>"]}
        )
        for whose in ("their", "no")
        for kind in ("service", "calendar")
    },
    25: {
        **{
            f"booked with their {kind}": booked(NOT_THERE, 200, **{f"{kind}Id": f"<their {kind}>"})
            for kind in ("client", "service", "calendar")
        },
        **{
            f"{mutation} with their {field}": done(
                mutation,
                NOT_THERE,
                200,
                id="<session>",
                **{"startsAt": FUTURE, field: f"<their {field[:-2]}>"},
            )
            for mutation, field in (
                ("rescheduleSession", "calendarId"),
                ("bookFollowUp", "serviceId"),
                ("bookFollowUp", "calendarId"),
            )
        },
        "changed to their service": done(
            "updateSession", NOT_THERE, id="<session>", serviceId="<their service>"
        ),
    },
    26: {
        "private notes": asked_at_the_portal(
            "{ viewer { sessions { nodes { privateNotes } } } }", INVALID, 400
        ),
        "revenue": asked_at_the_portal("{ viewer { stats { revenue { amount } } } }", INVALID, 400),
        "the practice": asked_at_the_portal("{ clients { totalCount } }", INVALID, 400),
        "a practitioner's mutation": asked_at_the_portal(
            'mutation { deleteClient(id: "x") { deletedClientId } }', INVALID, 400
        ),
        "another client's session": asked_at_the_portal(
            BY_ID.format("session"), NOT_FOUND, id="<other client's session>"
        ),
        "cancelling another client's": asked_at_the_portal(
            document_of_portal("cancelSession"), NOT_THERE, input={"id": "<other client's session>"}
        ),
        "the practitioner's door": Attempt(
            {"query": "{ viewer { id } }"}, "FORBIDDEN", who="client"
        ),
    },
    27: {
        **{
            f"{sort} as a variable": listed(BAD_REQUEST, 400, sort=sort)
            for sort in ("id; drop table session", "user__password_hash")
        },
        "in the document": asked(
            "{ sessions(sort: user__password_hash) { totalCount } }", INVALID, 400
        ),
        "as text": asked('{ sessions(sort: "id") { totalCount } }', INVALID, 400),
        "a filter's key": listed(BAD_REQUEST, 400, filter={'x" or 1=1 --': 1}),
        "a column": listed(BAD_REQUEST, 400, filter={"practitioner_id": "<their client>"}),
    },
}
