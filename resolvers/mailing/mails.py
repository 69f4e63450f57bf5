"""The list of mail: what was sent, what waits and what failed, with its words."""

from functools import cached_property
from typing import Annotated, Any, Final, TypeAlias

import strawberry
from strawberry import UNSET

from mail.letter import Letter, Parties, SessionAsOf, from_payload
from models.enums import MailCarrier, MailKind
from models.instants import from_text
from resolvers.conditions import Conditions
from resolvers.context import Context, Info, context_of
from resolvers.cursor import list_identity
from resolvers.lookahead import selected
from resolvers.mailing.claims import IS_OPEN
from resolvers.pages import (
    After,
    Before,
    First,
    Last,
    Listing,
    Order,
    PageArguments,
    page_of,
)
from resolvers.rows import ClientRow
from resolvers.sessions import session_loader
from resolvers.words import MailState

# The client and the practice as they are: what a mail that waits would say now.
_COLUMNS: Final = (
    "outbox_message.id, outbox_message.kind, outbox_message.session_id, outbox_message.payload, "
    "outbox_message.attempts, outbox_message.last_error, outbox_message.created_at, "
    "outbox_message.available_at, outbox_message.sent_at, outbox_message.failed_at, "
    "outbox_message.carried_by, outbox_message.message_id, client.id, client.name, client.email, "
    "client.phone, client.time_zone, client.created_at"
)
_OWN_FIELDS: Final = 12
# By ix_outbox_mails.
_NEWEST_FIRST: Final = Order(
    keys=("outbox_message.created_at", "outbox_message.id"),
    shape=(str, str),
    descending=True,
    of_row=lambda row: (row.created_at, row.id),
)
_OF_THE_PAGE: Final = frozenset({"edges", "nodes", "pageInfo"})
OF_STATE: Final = {
    MailState.WAITING: IS_OPEN,
    MailState.SENT: "outbox_message.sent_at IS NOT NULL AND outbox_message.carried_by = 'SMTP'",
    MailState.KEPT: "outbox_message.sent_at IS NOT NULL AND outbox_message.carried_by = 'FILE'",
    MailState.FAILED: "outbox_message.failed_at IS NOT NULL",
}

StateArgument: TypeAlias = Annotated[
    MailState | None,
    strawberry.argument(description="Only mails of which this has become; all of them by default."),
]


class MailRow:
    """A mail; its words are put together only when somebody asks for them."""

    id: str
    kind: str
    session_id: str
    client: ClientRow | None
    attempts: int
    last_error: str | None
    created_at: str
    sent_at: str | None
    failed_at: str | None

    def __init__(self, values: tuple[Any, ...], *, practice: str, practice_email: str) -> None:
        own, client = values[:_OWN_FIELDS], values[_OWN_FIELDS:]
        self.client = ClientRow(*client) if client[0] is not None else None
        self.id, self.kind, self.session_id, self._payload, self.attempts, self.last_error = own[:6]
        self.created_at, self._available_at, self.sent_at, self.failed_at = own[6:10]
        self._carried_by, self._message_id = own[10:]
        self._practice = practice
        self._practice_email = practice_email

    @property
    def state(self) -> str:
        """What has become of it."""
        if self.sent_at is not None:
            is_file = self._carried_by == MailCarrier.FILE
            return MailState.KEPT.value if is_file else MailState.SENT.value
        return MailState.WAITING.value if self.failed_at is None else MailState.FAILED.value

    @property
    def next_attempt_at(self) -> str | None:
        """When it is tried next, if it is."""
        return self._available_at if self.state == MailState.WAITING else None

    @property
    def to(self) -> str | None:
        """The address that it went to, or would go to now."""
        return self._parties.client_email if self._parties is not None else None

    @property
    def subject(self) -> str | None:
        """What stands above it."""
        return self._words[0]

    @property
    def text(self) -> str | None:
        """What it says, as plain text."""
        return self._words[1]

    @cached_property
    def _kept(self) -> tuple[SessionAsOf | None, Parties | None]:
        return from_payload(self._payload)

    @property
    def _parties(self) -> Parties | None:
        _, parties = self._kept
        if parties is not None or self.client is None or self.client.email is None:
            return parties
        return Parties(
            practice=self._practice,
            practice_email=self._practice_email,
            client=self.client.name,
            client_email=self.client.email,
            time_zone=self.client.time_zone,
        )

    @cached_property
    def _words(self) -> tuple[str | None, str | None]:
        session, parties = self._kept[0], self._parties
        if session is None or parties is None:
            return None, None
        # Here and not above: the templates take a while, and most processes show no mail.
        from mail.words import words_of  # noqa: PLC0415

        letter = Letter(
            message_id=self._message_id or self.id,
            kind=MailKind(self.kind),
            written_at=from_text(self.created_at),
            session=session,
            parties=parties,
        )
        words = words_of(letter)
        return words.subject, words.text


async def mails(
    info: Info,
    state: StateArgument = UNSET,
    first: First = UNSET,
    after: After = UNSET,
    last: Last = UNSET,
    before: Before = UNSET,
) -> Listing[MailRow]:
    """The mails, latest first."""
    context = context_of(info)
    page = PageArguments.of(first=first, after=after, last=last, before=before)
    where = Conditions(context.principal, context.connection, "outbox_message")
    if isinstance(state, MailState):
        where.add(OF_STATE[state])
    fields = selected(info)
    found = None
    if not fields.isdisjoint(_OF_THE_PAGE):
        of_state = state.value if isinstance(state, MailState) else None
        identity = list_identity("mails", context.principal.practitioner_id, of_state)
        bounded = where.copy()
        _NEWEST_FIRST.add_bounds(bounded, _NEWEST_FIRST.bounds(page, identity))
        rows = await _read(
            context,
            bounded,
            order=_NEWEST_FIRST.sql(backwards=page.backwards),
            limit=page.limit + 1,
        )
        found = page_of(rows, page, order=_NEWEST_FIRST, identity=identity)
    total = None
    if "totalCount" in fields:
        ((total,),) = await context.connection.fetch(
            f"SELECT count(*) FROM outbox_message WHERE {where.sql}", where.parameters
        )
    return Listing(found, total)


async def mail(context: Context, identifier: str) -> MailRow:
    """One mail, which must be there."""
    where = Conditions(context.principal, context.connection, "outbox_message")
    where.add("outbox_message.id = {}", identifier)
    (found,) = await _read(context, where, order="outbox_message.id", limit=1)
    return found


async def session_of_mail(root: Any, info: Info) -> Any:
    """The session that a mail is about, as it is now."""
    return await session_loader(context_of(info)).load(root.session_id)


async def _read(context: Context, where: Conditions, *, order: str, limit: int) -> list[MailRow]:
    rows = await context.connection.fetch(
        f"SELECT {_COLUMNS} FROM outbox_message "
        "LEFT JOIN client ON client.practitioner_id = outbox_message.practitioner_id "
        f"AND client.id = outbox_message.client_id WHERE {where.sql} "
        f"ORDER BY {order} LIMIT {where.bind(limit)}",
        where.parameters,
    )
    own = context.principal
    return [MailRow(tuple(row), practice=own.name, practice_email=own.email) for row in rows]
