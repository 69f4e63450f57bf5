"""What a session shows when it is opened: previews, actions, the audit trail, what came of it."""

from typing import Annotated, Any, Final, NamedTuple

import orjson
import strawberry

from models.private_notes import NotesDoNotOpen
from resolvers.conditions import Conditions
from resolvers.context import Info, context_of
from resolvers.errors import BadInput
from resolvers.loading import Loader
from resolvers.rows import FieldChangeRow, SessionEventRow, SessionRow
from resolvers.rules import SessionAction, facts_of, may
from resolvers.sessions import read_sessions, session_conditions

LONGEST_PREVIEW: Final = 1_000


class AvailableActionRow(NamedTuple):
    """Whether a session would accept an action now, and why not."""

    action: SessionAction
    allowed: bool
    reason: str | None


def notes_preview(
    root: Any,
    length: Annotated[
        int,
        strawberry.argument(
            description="The most characters to return, the ellipsis included: "
            f"1 to {LONGEST_PREVIEW}."
        ),
    ] = 80,
) -> str | None:
    """The beginning of the notes on one line: the private notes, else the customer notes.

    Raises:
        BadInput: a length outside 1 to 1,000.
        NotesDoNotOpen: there are private notes, and they were damaged or moved.
    """
    if not 1 <= length <= LONGEST_PREVIEW:
        raise BadInput("length", f"must be between 1 and {LONGEST_PREVIEW}.")
    session: SessionRow = root
    private = session.private_notes
    if isinstance(private, NotesDoNotOpen):
        raise private
    notes = (private if isinstance(private, str) else None) or session.customer_notes
    if notes is None:
        return None
    # Enough of a long note to fill the line, whatever white space is folded away.
    line = " ".join(notes[: 4 * LONGEST_PREVIEW].split())
    return line if len(line) <= length else f"{line[: length - 1].rstrip()}…"


def available_actions(root: Any, info: Info) -> list[AvailableActionRow]:
    """Every action, by the same rules that the actions themselves apply."""
    session: SessionRow = root
    facts = facts_of(session, context_of(info).now)
    verdicts = ((action, may(action, facts)) for action in SessionAction)
    return [AvailableActionRow(action, one.allowed, one.reason) for action, one in verdicts]


def events(root: Any, info: Info) -> Any:
    """The audit trail of a session, oldest first; one statement for all sessions of an answer."""
    context = context_of(info)

    async def load(ids: list[str]) -> list[list[SessionEventRow]]:
        where = Conditions(context.principal, context.connection, "session_event")
        where.among("session_event.session_id", ids)
        rows = await context.connection.fetch_brief(
            "SELECT session_event.session_id, session_event.id, session_event.created_at, "
            "session_event.kind, session_event.actor, session_event.changes, session_event.reason "
            f"FROM session_event WHERE {where.sql} ORDER BY session_event.session_id, "
            "session_event.session_version, session_event.id",
            where.parameters,
        )
        trails: dict[str, list[SessionEventRow]] = {one: [] for one in ids}
        for session_id, identifier, at, kind, actor, changes, reason in rows:
            listed = [FieldChangeRow(*change) for change in orjson.loads(changes)]
            trails[session_id].append(SessionEventRow(identifier, at, kind, actor, listed, reason))
        return [trails[one] for one in ids]

    return context.loader("events", lambda: Loader(load)).load(root.id)


def follow_ups(root: Any, info: Info) -> Any:
    """The sessions booked as follow-ups of a session, earliest first."""
    context = context_of(info)

    async def load(ids: list[str]) -> list[list[SessionRow]]:
        where = session_conditions(context)
        where.add("session.origin_kind = 'FOLLOW_UP'")
        where.among("session.origin_id", ids)
        following: dict[str, list[SessionRow]] = {one: [] for one in ids}
        for row in await read_sessions(context, where, order="session.starts_at, session.id"):
            if row.origin_id is not None:
                following[row.origin_id].append(row)
        return [following[one] for one in ids]

    return context.loader("follow-ups", lambda: Loader(load)).load(root.id)
