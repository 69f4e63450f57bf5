"""Setting a status, cancelling among them (the page, "Updating Status", "Cancel a Session")."""

from typing import Any

import strawberry

from models.enums import MailKind, SessionEventKind, SessionStatus
from models.instants import to_text
from resolvers import checks
from resolvers.context import Context
from resolvers.errors import BadInput
from resolvers.mailing.owing import owe_mail
from resolvers.problems import StatusNotAllowed, Undone
from resolvers.rules import facts_of, may_become
from resolvers.session_changes import Loaded, claim_slot, load_session, save_session
from resolvers.session_filter import LONGEST_LIST
from resolvers.writing import FieldChange, Writing, write_in

NOTIFY = "Whether the client gets an email about it, if there is an address and it is not over."
VERSION = (
    "The version that the change was made from. If the session has moved on, nothing is changed "
    "and the answer is a `StaleVersionError` with the session as it is."
)


@strawberry.input(description="A new status for a session.")
class UpdateSessionStatusInput:
    """The input as it is sent."""

    id: strawberry.ID = strawberry.field(description="The session.")
    status: SessionStatus = strawberry.field(
        description="The status to set. The one it already has changes nothing and is no error; "
        "Completed and No Show need a session that has started."
    )
    reason: str | None = strawberry.field(
        default=strawberry.UNSET, description="Why; kept in the audit trail."
    )
    allow_overlap: bool = strawberry.field(
        default=False,
        description="Whether a session that takes its slot back may overlap others that hold it.",
    )
    notify_client: bool = strawberry.field(default=True, description=NOTIFY)
    expected_version: int | None = strawberry.field(default=strawberry.UNSET, description=VERSION)


@strawberry.input(description="A new status for several sessions.")
class UpdateSessionStatusesInput:
    """The input as it is sent."""

    ids: list[strawberry.ID] = strawberry.field(description=f"1 to {LONGEST_LIST} sessions.")
    status: SessionStatus = strawberry.field(description="The status to set on each.")
    reason: str | None = strawberry.field(
        default=strawberry.UNSET, description="Why; kept in the audit trail of each."
    )
    notify_client: bool = strawberry.field(default=True, description=NOTIFY)


@strawberry.input(description="A session to be cancelled.")
class CancelSessionInput:
    """The input as it is sent."""

    id: strawberry.ID = strawberry.field(description="The session.")
    reason: str | None = strawberry.field(
        default=strawberry.UNSET,
        description="Why; kept with the session and in its audit trail, and told to the client.",
    )
    notify_client: bool = strawberry.field(default=True, description=NOTIFY)
    expected_version: int | None = strawberry.field(default=strawberry.UNSET, description=VERSION)


async def update_status(context: Context, given: UpdateSessionStatusInput) -> str:
    """Set a session's status; its id.

    Raises:
        NotThere: no such session of this practitioner.
        StaleVersion: it changed since `expected_version`.
        StatusNotAllowed: an outcome, for a session that has not started.
        SlotTaken: it would take its slot back, which others hold now.
    """
    reason = checks.reason(given.reason)

    async def work(writing: Writing) -> str:
        session = await load_session(writing, given.id, expected_version=given.expected_version)
        verdict = may_become(facts_of(session, context.now), given.status)
        if verdict.changes_nothing:
            return session.id
        if not verdict.allowed:
            raise Undone(
                StatusNotAllowed(
                    verdict.reason or "",
                    "input",
                    "status",
                    from_=SessionStatus(session.status),
                    to=given.status,
                )
            )
        slot = await claim_slot(
            writing, session, status=given.status, allow_overlap=given.allow_overlap
        )
        await set_status(
            writing, session, given.status, reason=reason, notify=given.notify_client, **slot
        )
        return session.id

    return await write_in(context, work)


async def cancel(context: Context, given: CancelSessionInput) -> str:
    """Cancel a session: `update_status` to Cancelled."""
    return await update_status(
        context,
        UpdateSessionStatusInput(
            id=given.id,
            status=SessionStatus.CANCELLED,
            reason=given.reason,
            notify_client=given.notify_client,
            expected_version=given.expected_version,
        ),
    )


def each_of(given: UpdateSessionStatusesInput) -> list[UpdateSessionStatusInput]:
    """The same status for each session, each to be set and to answer for itself.

    Raises:
        BadInput: no ids, or too many.
    """
    if not 1 <= len(given.ids) <= LONGEST_LIST:
        raise BadInput("ids", f"has {len(given.ids)} entries; send 1 to {LONGEST_LIST}.")
    return [
        UpdateSessionStatusInput(
            id=identifier,
            status=given.status,
            reason=given.reason,
            notify_client=given.notify_client,
        )
        for identifier in given.ids
    ]


async def set_status(
    writing: Writing,
    session: Loaded,
    status: SessionStatus,
    *,
    reason: str | None,
    notify: bool,
    **columns: Any,
) -> None:
    """Write a status that the rules allow: with its event, and the message it owes.

    `columns` are written along with it.
    """
    is_cancelled = status is SessionStatus.CANCELLED
    version = await save_session(
        writing,
        session,
        status=status,
        cancelled_at=writing.context.now if is_cancelled else None,
        cancelled_by=writing.actor if is_cancelled else None,
        cancellation_reason=reason if is_cancelled else None,
        **columns,
    )
    changes: list[FieldChange] = [("status", session.status, status.value)]
    if is_cancelled:
        changes.append(("cancelledAt", None, to_text(writing.context.now)))
    await writing.event(
        session.id, version, SessionEventKind.STATUS_CHANGED, changes, reason=reason
    )
    if notify and status is SessionStatus.CONFIRMED:
        await owe_mail(writing, MailKind.CONFIRMED, session.id)
    if notify and is_cancelled:
        await owe_mail(writing, MailKind.CANCELLED, session.id)
