"""Confirming and cancelling, by the client whose session it is.

Both may be sent again: the status that a session has already changes nothing and is no error.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Any, TypeAlias

import strawberry

from models.enums import SessionStatus
from models.identifiers import Kind, kind_of
from resolvers import checks
from resolvers.context import Context, Info, context_of
from resolvers.portal.rows import OwnSessionRow
from resolvers.portal.rules import may_cancel, may_confirm
from resolvers.portal.sessions import own_conditions, own_session_loader, read_own_sessions
from resolvers.problems import NotThere, Problem, StaleVersion, StatusNotAllowed, Undone
from resolvers.rules import Verdict
from resolvers.status import VERSION, set_status
from resolvers.writing import Writing, write_as_client


@strawberry.input(description="A session to be confirmed.")
class ConfirmSessionInput:
    """The input as it is sent."""

    id: strawberry.ID = strawberry.field(description="The session.")
    expected_version: int | None = strawberry.field(default=strawberry.UNSET, description=VERSION)


@strawberry.input(description="A session to be cancelled.")
class CancelSessionInput:
    """The input as it is sent."""

    id: strawberry.ID = strawberry.field(description="The session.")
    reason: str | None = strawberry.field(
        default=strawberry.UNSET,
        description="Why, for the practitioner to read; at most 2000 characters.",
    )
    expected_version: int | None = strawberry.field(default=strawberry.UNSET, description=VERSION)


Confirm: TypeAlias = Annotated[
    ConfirmSessionInput, strawberry.argument(description="Which session to confirm.")
]
Cancel: TypeAlias = Annotated[
    CancelSessionInput, strawberry.argument(description="Which session to cancel, and why.")
]


@dataclass(frozen=True, slots=True)
class OwnSessionPayload:
    """A session as it is now, or why nothing was done."""

    session: OwnSessionRow | None = None
    errors: list[Problem] = field(default_factory=list)


async def confirm_session(info: Info, input: Confirm) -> OwnSessionPayload:  # noqa: A002
    """Set a Pending session of the client's to Confirmed."""
    context = context_of(info)
    return await _answer(context, _confirm(context, input))


async def cancel_session(info: Info, input: Cancel) -> OwnSessionPayload:  # noqa: A002
    """Cancel a Pending or Confirmed session of the client's, which frees its slot."""
    context = context_of(info)
    return await _answer(context, _cancel(context, input))


async def _confirm(context: Context, given: ConfirmSessionInput) -> str:
    return await _change(context, given, SessionStatus.CONFIRMED, may_confirm, reason=None)


async def _cancel(context: Context, given: CancelSessionInput) -> str:
    context.client  # noqa: B018 - refuses others before anything else
    reason = checks.reason(given.reason)
    return await _change(context, given, SessionStatus.CANCELLED, may_cancel, reason=reason)


async def _change(
    context: Context,
    given: ConfirmSessionInput | CancelSessionInput,
    status: SessionStatus,
    rule: Callable[[OwnSessionRow, datetime], Verdict],
    *,
    reason: str | None,
) -> str:
    async def work(writing: Writing) -> str:
        session = await _load(writing, given.id, expected_version=given.expected_version)
        verdict = rule(session, context.now)
        if verdict.changes_nothing:
            return session.id
        if not verdict.allowed:
            has = SessionStatus(session.status)
            problem = StatusNotAllowed(verdict.reason or "", "input", "id", from_=has, to=status)
            raise Undone(problem)
        await set_status(writing, session, status, reason=reason, notify=True)
        return session.id

    return await write_as_client(context, work)


async def _load(writing: Writing, identifier: str, *, expected_version: object) -> OwnSessionRow:
    """The client's session, held against other writes until this one is done."""
    context = writing.context
    where = own_conditions(context)
    where.add("session.id = {}", identifier)
    locked: list[Any] = []
    if kind_of(identifier) is Kind.SESSION:
        locked = await writing.transaction.fetch(
            f"SELECT session.id FROM session WHERE {where.sql}{writing.transaction.for_update}",
            where.parameters,
        )
    if not locked:
        raise Undone(NotThere(identifier, "input", "id"))
    (session,) = await read_own_sessions(context, where, order="session.id")
    if isinstance(expected_version, int) and session.version != expected_version:
        raise Undone(StaleVersion(session))
    return session


async def _answer(context: Context, change: Awaitable[str]) -> OwnSessionPayload:
    try:
        identifier = await change
    except Undone as undone:
        return OwnSessionPayload(errors=[undone.problem])
    return OwnSessionPayload(await own_session_loader(context).load(identifier))
