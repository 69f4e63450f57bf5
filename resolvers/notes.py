"""The two kinds of notes: setting, changing and clearing are separate acts (the page, "Notes")."""

from typing import Any

import strawberry

from models.enums import SessionEventKind
from models.folding import fold
from models.private_notes import kept_notes
from resolvers import checks
from resolvers.context import Context
from resolvers.session_changes import load_session, save_session
from resolvers.status import VERSION
from resolvers.writing import Writing, write_in


@strawberry.input(description="New notes for a session: left out, they stay; null clears them.")
class UpdateSessionNotesInput:
    """The input as it is sent."""

    id: strawberry.ID = strawberry.field(description="The session.")
    customer_notes: str | None = strawberry.field(
        default=strawberry.UNSET,
        description="Notes that the client sees: left out unchanged, null cleared. At most 64 KiB.",
    )
    private_notes: str | None = strawberry.field(
        default=strawberry.UNSET,
        description="Notes for the practitioner alone: left out unchanged, null cleared. "
        "At most 64 KiB.",
    )
    expected_version: int | None = strawberry.field(default=strawberry.UNSET, description=VERSION)


async def update_notes(context: Context, given: UpdateSessionNotesInput) -> str:
    """Set, change or clear a session's notes; its id.

    The trail tells customer notes before and after, and of private notes only that they changed.

    Raises:
        InvalidInput: notes that are too long or cannot be kept.
        NotThere: no such session of this practitioner.
        StaleVersion: it changed since `expected_version`.
    """
    customer, private = given.customer_notes, given.private_notes
    if customer is not strawberry.UNSET:
        customer = checks.notes(customer, "customerNotes")
    if private is not strawberry.UNSET:
        private = checks.notes(private, "privateNotes")

    async def work(writing: Writing) -> str:
        session = await load_session(writing, given.id, expected_version=given.expected_version)
        is_new_for_client = customer is not strawberry.UNSET and customer != session.customer_notes
        is_new_in_private = private is not strawberry.UNSET and private != session.private_notes
        columns: dict[str, Any] = {}
        if is_new_for_client:
            folded = None if customer is None else fold(customer)
            columns |= {"customer_notes": customer, "customer_notes_folded": folded}
        if is_new_in_private:
            columns |= kept_notes(
                writing.context.database.keyring,
                private,
                practitioner_id=writing.practitioner_id,
                session_id=session.id,
            )
        if not columns:
            return session.id
        version = await save_session(writing, session, **columns)
        if is_new_for_client:
            await writing.event(
                session.id,
                version,
                SessionEventKind.CUSTOMER_NOTES_CHANGED,
                [("customerNotes", session.customer_notes, customer)],
            )
        if is_new_in_private:
            await writing.event(
                session.id,
                version,
                SessionEventKind.PRIVATE_NOTES_CHANGED,
                [("privateNotes", None, None)],
            )
        return session.id

    return await write_in(context, work)
