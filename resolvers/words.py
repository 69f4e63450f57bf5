"""The enums of the record, as the API describes them.

Whatever declares a field, an argument or an input of one of them takes it from here: Strawberry
would otherwise make an enum without descriptions of it, at first sight.
"""

from models.enums import (
    AccessTokenKind,
    Actor,
    ExportEventKind,
    ExportFormat,
    ExportState,
    MailKind,
    MailState,
    OriginKind,
    SessionEventKind,
    SessionStatus,
    TokenOrigin,
)
from resolvers.described import described

__all__ = [
    "AccessTokenKind",
    "Actor",
    "ExportEventKind",
    "ExportFormat",
    "ExportState",
    "MailKind",
    "MailState",
    "OriginKind",
    "SessionEventKind",
    "SessionStatus",
    "TokenOrigin",
]

described(
    SessionStatus,
    "Where a session stands.",
    PENDING="Awaiting confirmation. Holds its slot.",
    CONFIRMED="Confirmed and scheduled. Holds its slot.",
    COMPLETED="The session took place. Holds its slot, and counts towards revenue.",
    CANCELLED="The session was cancelled. Its slot is free.",
    NO_SHOW="The client did not attend. Its slot is free.",
)
described(
    OriginKind,
    "How a session came from another one.",
    DUPLICATE="It was booked as the same again.",
    FOLLOW_UP="It was booked to follow the other.",
)
described(
    Actor,
    "Who did something to a session.",
    PRACTITIONER="The practitioner, or an app with a token of theirs.",
    CLIENT="The client, through the portal.",
    SYSTEM="The server itself: an import, or mail it delivered.",
)
described(
    SessionEventKind,
    "What happened to a session.",
    BOOKED="It was made.",
    STATUS_CHANGED="Its status changed.",
    RESCHEDULED="It was given a new start, duration or calendar.",
    EDITED="Its service, calendar, duration or price changed.",
    CUSTOMER_NOTES_CHANGED="The notes that the client sees changed.",
    PRIVATE_NOTES_CHANGED="The private notes changed; their text never stands in the trail.",
    CLIENT_DELETED="Its client was deleted.",
    EMAIL_SENT="A message about it was accepted by the mail server.",
    IMPORTED="It was brought along from another product.",
)
described(
    AccessTokenKind,
    "What an access token opens.",
    PRACTITIONER="Everything, as signing in does.",
    READ_ONLY="Everything but private notes, and no changes.",
    CLIENT="The portal, for one client: their own sessions, and confirming and cancelling them.",
)
described(
    TokenOrigin,
    "How an access token came to be.",
    SIGN_IN="Somebody signed in with email and password. It ends when it was not used for a time.",
    MADE="It was made for an app or a client.",
)
described(
    ExportFormat,
    "What kind of file an export is.",
    CSV="A table for spreadsheets and programs, of any length: UTF-8, RFC 4180. A cell that a "
    "spreadsheet would take for a formula, or that begins with an apostrophe, has an apostrophe "
    "put in front; programs take one off the front of a cell.",
    PDF="A document to hand on: statistics, and every session with its notes.",
)
described(
    ExportState,
    "How far an export has come.",
    WAITING="It will be made as soon as there is room; its link answers when it is ready.",
    RENDERING="It is being made; `progress` says how far.",
    READY="Its link opens.",
    FAILED="It could not be made. Ask for a new one; if that fails too, for a shorter period.",
    GONE="Its client was deleted, and the file with them.",
)
described(
    ExportEventKind,
    "What happened to an export.",
    REQUESTED="Somebody asked for it.",
    DOWNLOADED="Somebody followed its link.",
)
described(
    MailKind,
    "What a mail tells the client about a session.",
    CONFIRMED="It is confirmed.",
    RESCHEDULED="It has another time.",
    CANCELLED="It is cancelled.",
)
described(
    MailState,
    "What has become of a mail.",
    WAITING="It will be sent, or tried again at `nextAttemptAt`.",
    SENT="The mail server accepted it. Whether it was read, or came back later, nobody knows.",
    KEPT="There is no mail server: it was written to a file on the server, and went to nobody.",
    FAILED="It was not sent and will not be, unless `retryMail` asks for it; `lastError` says why.",
)
