"""Who may read and do what: a rule for every field of both schemas (product.md, Access).

A field of a root type has a line in `ROOTS`: who gets which outcome, and an example of its
arguments, in which `$client` and the like stand for ids of the record that is asked about. A field
of any other type has its place in `BELOW`. A field without a rule fails test_role_matrix.py.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, TypeAlias


class Caller(StrEnum):
    """Whoever may turn up at either address; the record is that of `OWNER`, about `CLIENT`."""

    OWNER = "owner"
    READ_ONLY = "app that only reads"
    OTHER_PRACTITIONER = "other practitioner"
    CLIENT = "client"
    OTHER_CLIENT = "other client of the owner"
    CLIENT_ELSEWHERE = "client of another practitioner"
    STRANGER = "stranger"


class Outcome(StrEnum):
    """What comes of a root field."""

    DONE = "answered, without an error"
    PROBLEM = "nothing done, and a payload that says why"
    NOT_FOUND = "as if there were no such thing"
    BAD_INPUT = "an argument that names nothing"
    FORBIDDEN = "a token that does not open this"
    UNAUTHENTICATED = "no token"


Rule: TypeAlias = dict[Caller, Outcome]

_PRACTITIONERS: Final = (Caller.OWNER, Caller.READ_ONLY, Caller.OTHER_PRACTITIONER)
_CLIENTS: Final = (Caller.CLIENT, Caller.OTHER_CLIENT, Caller.CLIENT_ELSEWHERE)


def _only(*callers: Caller) -> Rule:
    rule = dict.fromkeys(Caller, Outcome.FORBIDDEN) | dict.fromkeys(callers, Outcome.DONE)
    return rule | {Caller.STRANGER: Outcome.UNAUTHENTICATED}


# At /graphql.
READ: Final = _only(*_PRACTITIONERS)
READ_BY_ID: Final = READ | {Caller.OTHER_PRACTITIONER: Outcome.NOT_FOUND}
READ_BY_FILTER: Final = READ | {Caller.OTHER_PRACTITIONER: Outcome.BAD_INPUT}
CREATE: Final = READ | {Caller.READ_ONLY: Outcome.FORBIDDEN}
CHANGE: Final = CREATE | {Caller.OTHER_PRACTITIONER: Outcome.NOT_FOUND}
# At /portal/graphql.
OWN: Final = _only(*_CLIENTS)
OWN_BY_ID: Final = OWN | {
    Caller.OTHER_CLIENT: Outcome.NOT_FOUND,
    Caller.CLIENT_ELSEWHERE: Outcome.NOT_FOUND,
}


# Whoever they are, they may try; what they try in the examples does not succeed.
TRY: Final[Rule] = dict.fromkeys(Caller, Outcome.PROBLEM)
COME_IN: Final[Rule] = dict.fromkeys(Caller, Outcome.DONE)
TRY_OWN: Final = CREATE | {
    Caller.OWNER: Outcome.PROBLEM,
    Caller.OTHER_PRACTITIONER: Outcome.PROBLEM,
}


class Below(StrEnum):
    """Who reads a field of an object that they got to."""

    ALL = "whoever got to the object"
    MANAGERS = "whoever got to the object, which the practitioner's own tokens alone do"
    HOLDER = "whoever got to the object, which the token that made it alone does"
    OWNER = "only the practitioner's own tokens; others get null and FORBIDDEN"
    WRITERS = "whoever wrote: it is in answers to mutations only"
    LISTENERS = "whoever listens: it is told when something changes"


@dataclass(frozen=True)
class Root:
    """The rule of a root field, and an example of its arguments."""

    rule: Rule
    given: dict[str, Any]


def root(rule: Rule, **given: Any) -> Root:
    return Root(rule, given)


_LATER: Final = "2026-06-20T08:00:00Z"

ROOTS: Final[dict[str, dict[str, Root]]] = {
    "graphql": {
        "Query.viewer": root(READ),
        "Query.node": root(READ_BY_ID, id="$session"),
        "Query.client": root(READ_BY_ID, id="$client"),
        "Query.clients": root(READ),
        "Query.session": root(READ_BY_ID, id="$session"),
        "Query.sessions": root(
            READ_BY_FILTER, filter={"serviceIds": ["$service"], "calendarIds": ["$calendar"]}
        ),
        "Query.services": root(READ),
        "Query.calendars": root(READ),
        "Query.accessTokens": root(CREATE, includeEnded=True),
        "Query.export": root(
            READ | dict.fromkeys((Caller.READ_ONLY, Caller.OTHER_PRACTITIONER), Outcome.NOT_FOUND),
            id="$export",
        ),
        "Query.exportEvents": root(READ),
        "Query.mails": root(READ),
        "Query.calendarFeeds": root(CREATE),
        "Mutation.createCalendarFeed": root(CHANGE, input={"calendarId": "$calendar"}),
        "Mutation.revokeCalendarFeed": root(CHANGE, id="$feed"),
        "Mutation.retryMail": root(CHANGE, id="$mail"),
        "Mutation.exportSessionHistory": root(
            READ | {Caller.OTHER_PRACTITIONER: Outcome.NOT_FOUND},
            input={"clientId": "$client", "format": "CSV"},
        ),
        "Mutation.bookSession": root(
            CHANGE,
            input={
                "clientId": "$client",
                "serviceId": "$service",
                "calendarId": "$calendar",
                "startsAt": _LATER,
            },
        ),
        "Mutation.updateSession": root(
            CHANGE,
            input={
                "id": "$session",
                "serviceId": "$service",
                "calendarId": "$calendar",
                "durationMinutes": 40,
            },
        ),
        "Mutation.updateSessionStatus": root(
            CHANGE, input={"id": "$session", "status": "CONFIRMED"}
        ),
        "Mutation.updateSessionStatuses": root(
            CHANGE, input={"ids": ["$session"], "status": "CONFIRMED"}
        ),
        "Mutation.updateSessionNotes": root(
            CHANGE, input={"id": "$session", "privateNotes": "Other"}
        ),
        "Mutation.rescheduleSession": root(
            CHANGE, input={"id": "$session", "startsAt": _LATER, "calendarId": "$calendar"}
        ),
        "Mutation.cancelSession": root(CHANGE, input={"id": "$session"}),
        "Mutation.duplicateSession": root(CHANGE, input={"id": "$session", "startsAt": _LATER}),
        "Mutation.bookFollowUp": root(
            CHANGE,
            input={
                "id": "$session",
                "startsAt": _LATER,
                "serviceId": "$service",
                "calendarId": "$calendar",
            },
        ),
        "Mutation.createClient": root(CREATE, input={"name": "New"}),
        "Mutation.updateClient": root(CHANGE, input={"id": "$client", "name": "New"}),
        "Mutation.deleteClient": root(CHANGE, id="$client"),
        "Mutation.createService": root(
            CREATE,
            input={
                "name": "New",
                "durationMinutes": 50,
                "price": {"amount": "1.00", "currency": "EUR"},
            },
        ),
        "Mutation.updateService": root(CHANGE, input={"id": "$service", "name": "New"}),
        "Mutation.createCalendar": root(CREATE, input={"name": "New"}),
        "Mutation.updateCalendar": root(CHANGE, input={"id": "$calendar", "name": "New"}),
        "Mutation.signUp": root(
            COME_IN,
            input={
                "name": "New",
                "email": "@new",
                "password": "several words of no relation",
                "timeZone": "UTC",
                "currency": "EUR",
            },
        ),
        "Mutation.signIn": root(TRY, input={"email": "nobody@example.com", "password": "x"}),
        "Mutation.signOut": root(READ),
        "Mutation.changePassword": root(
            TRY_OWN,
            input={"currentPassword": "x", "newPassword": "several words of no relation"},
        ),
        "Mutation.createAccessToken": root(
            CHANGE, input={"label": "Phone", "kind": "CLIENT", "clientId": "$client"}
        ),
        "Mutation.revokeAccessToken": root(CHANGE, id="$token"),
        "Subscription.sessionChanged": root(READ_BY_ID, clientId="$client"),
    },
    "portal": {
        "Query.viewer": root(OWN),
        "Query.session": root(OWN_BY_ID, id="$session"),
        "Mutation.confirmSession": root(OWN_BY_ID, input={"id": "$session"}),
        "Mutation.cancelSession": root(OWN_BY_ID, input={"id": "$session", "reason": "Ill"}),
        "Mutation.signOut": root(OWN),
    },
}

_PAGE: Final = "hasNextPage hasPreviousPage startCursor endCursor"

BELOW: Final[dict[str, dict[Below, dict[str, str]]]] = {
    "graphql": {
        Below.ALL: {
            "Practitioner": "id name email timeZone currency",
            "Client": "id name email phone timeZone createdAt sessions stats lastSession "
            "nextSession",
            "ClientConnection": "edges nodes pageInfo totalCount",
            "ClientEdge": "cursor node",
            "Service": "id name durationMinutes price active",
            "Calendar": "id name color timeZone",
            "Session": "id startsAt endsAt durationMinutes status service calendar client "
            "clientName price notesPreview customerNotes cancellation origin rescheduledCount "
            "followUps availableActions events version createdAt updatedAt",
            "SessionConnection": "edges nodes pageInfo totalCount stats",
            "SessionEdge": "cursor node",
            "Cancellation": "at reason by noticeHours",
            "SessionOrigin": "kind session",
            "AvailableAction": "action allowed reason",
            "SessionEvent": "id at kind actor changes reason",
            "FieldChange": "field from to",
            "SessionStats": "total pending confirmed completed cancelled noShow upcoming "
            "cancellationRate noShowRate revenue firstSessionAt lastSessionAt byMonth byService",
            "MonthlyStats": "month total completed cancelled noShow revenue",
            "ServiceStats": "service total completed cancelled noShow revenue",
            "Money": "amount currency",
            "PageInfo": _PAGE,
            "ExportEventConnection": "edges nodes pageInfo totalCount",
            "ExportEventEdge": "cursor node",
            "ExportEvent": "id at kind client format sessionCount includesPrivateNotes tokenLabel",
            "MailConnection": "edges nodes pageInfo totalCount",
            "MailEdge": "cursor node",
            "Mail": "id kind state session client to subject text attempts lastError createdAt "
            "nextAttemptAt sentAt failedAt",
        },
        Below.MANAGERS: {
            "AccessToken": "id label kind origin client createdAt lastUsedAt expiresAt revokedAt "
            "isCurrent",
            "CalendarFeed": "id calendar createdAt lastFetchedAt",
        },
        Below.HOLDER: {
            "SessionHistoryExport": "id url fileName format sessionCount expiresAt state progress",
        },
        Below.OWNER: {"Session": "privateNotes"},
        Below.LISTENERS: {"SessionChange": "kind session missed"},
        Below.WRITERS: {
            "SessionPayload": "session errors",
            "BulkStatusPayload": "results",
            "ClientPayload": "client errors",
            "DeleteClientPayload": "deletedClientId keptSessions errors",
            "ServicePayload": "service errors",
            "CalendarPayload": "calendar errors",
            "ExportPayload": "export errors",
            "MailPayload": "mail errors",
            "CalendarFeedPayload": "url feed errors",
            "InvalidInputError": "message path",
            "NotFoundError": "message path id",
            "StatusNotAllowedError": "message path from to",
            "ActionNotAllowedError": "message path action status",
            "SlotTakenError": "message path sessions nearestFree",
            "StaleVersionError": "message path current",
            "IdempotencyMismatchError": "message path",
            "SignInPayload": "token expiresAt viewer errors",
            "SignOutPayload": "errors",
            "ChangePasswordPayload": "endedTokens errors",
            "AccessTokenPayload": "token accessToken errors",
            "InvalidCredentialsError": "message path",
            "EmailTakenError": "message path",
        },
    },
    "portal": {
        Below.ALL: {
            "Client": "id name email timeZone practitionerName sessions nextSession completedCount",
            "Session": "id startsAt endsAt durationMinutes timeZone status serviceName price "
            "customerNotes cancellationReason version",
            "SessionConnection": "edges nodes pageInfo totalCount",
            "SessionEdge": "cursor node",
            "Money": "amount currency",
            "PageInfo": _PAGE,
        },
        Below.WRITERS: {
            "SessionPayload": "session errors",
            "SignOutPayload": "errors",
            "InvalidInputError": "message path",
            "NotFoundError": "message path id",
            "StatusNotAllowedError": "message path from to",
            "StaleVersionError": "message path current",
        },
    },
}

# How whoever may write comes to see each problem there is.
_TAKEN: Final = {
    "name": "New",
    "email": "@owner",
    "password": "several words of no relation",
    "timeZone": "UTC",
    "currency": "EUR",
}
_REPEATED: Final = {"name": "Other", "idempotencyKey": "the same key"}
PROBLEMS: Final[dict[str, list[tuple[str, dict[str, Any]]]]] = {
    "graphql": [
        ("createClient", {"input": {"name": ""}}),
        ("cancelSession", {"input": {"id": "x"}}),
        ("updateSessionStatus", {"input": {"id": "$session", "status": "COMPLETED"}}),
        ("rescheduleSession", {"input": {"id": "$cancelled", "startsAt": _LATER}}),
        (
            "rescheduleSession",
            {
                "input": {
                    "id": "$session",
                    "startsAt": "2026-05-08T12:00:00Z",
                    "calendarId": "$calendar",
                }
            },
        ),
        ("cancelSession", {"input": {"id": "$session", "expectedVersion": 9}}),
        ("createCalendar", {"input": _REPEATED}),
        ("signUp", {"input": _TAKEN}),
    ],
    "portal": [
        ("cancelSession", {"input": {"id": "$session", "reason": "\0"}}),
        ("cancelSession", {"input": {"id": "x"}}),
        ("confirmSession", {"input": {"id": "$cancelled"}}),
        ("cancelSession", {"input": {"id": "$session", "expectedVersion": 9}}),
    ],
}


def coordinates(api: str, *places: Below) -> set[str]:
    """The fields below the roots that have one of these rules, as `Type.field`."""
    return {
        f"{kind}.{field}"
        for place in places
        for kind, fields in BELOW[api].get(place, {}).items()
        for field in fields.split()
    }
