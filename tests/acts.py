"""Mutations as a front end sends them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from models.enums import AccessTokenKind
from tests.practice import Answer, Practice

SESSION = """
session {
  id version status startsAt endsAt durationMinutes rescheduledCount customerNotes privateNotes
  price { amount currency } service { id name } calendar { id name } client { id } clientName
  cancellation { at reason by } origin { kind session { id } }
  availableActions { action allowed }
  events { kind actor reason changes { field from to } }
}
"""
ERRORS = """
errors {
  __typename message path
  ... on NotFoundError { id }
  ... on StatusNotAllowedError { from to }
  ... on ActionNotAllowedError { action status }
  ... on SlotTakenError { sessions { id } nearestFree }
  ... on StaleVersionError { current { id version customerNotes } }
}
"""
SELECTIONS = {
    "updateSessionStatuses": f"results {{ {SESSION} {ERRORS} }}",
    "createClient": f"client {{ id name email phone timeZone }} {ERRORS}",
    "updateClient": f"client {{ id name email phone timeZone }} {ERRORS}",
    "createService": (
        f"service {{ id name durationMinutes active price {{ amount currency }} }} {ERRORS}"
    ),
    "updateService": (
        f"service {{ id name durationMinutes active price {{ amount currency }} }} {ERRORS}"
    ),
    "createCalendar": f"calendar {{ id name color timeZone }} {ERRORS}",
    "updateCalendar": f"calendar {{ id name color timeZone }} {ERRORS}",
    "exportSessionHistory": f"export {{ id url fileName sessionCount state progress }} {ERRORS}",
}
SESSION_MUTATIONS = (
    "bookSession",
    "updateSession",
    "updateSessionStatus",
    "updateSessionNotes",
    "rescheduleSession",
    "cancelSession",
    "duplicateSession",
    "bookFollowUp",
)


@dataclass
class Done:
    """What a mutation answered in its payload."""

    payload: dict[str, Any]

    @property
    def session(self) -> Any:
        return self.payload["session"]

    @property
    def errors(self) -> list[dict[str, Any]]:
        errors: list[dict[str, Any]] = self.payload["errors"]
        return errors

    @property
    def error(self) -> dict[str, Any]:
        """The one error there is."""
        (error,) = self.errors
        return error


def document_of(mutation: str) -> str:
    """A document that does one mutation and asks for all that it answers."""
    if mutation == "deleteClient":
        selection = f"deletedClientId keptSessions {ERRORS}"
        return f"mutation ($id: ID!) {{ done: deleteClient(id: $id) {{ {selection} }} }}"
    kind = f"{mutation[0].upper()}{mutation[1:]}Input"
    selection = SELECTIONS.get(mutation, f"{SESSION} {ERRORS}")
    return f"mutation ($input: {kind}!) {{ done: {mutation}(input: $input) {{ {selection} }} }}"


async def send(
    practice: Practice,
    mutation: str,
    given: dict[str, Any],
    *,
    now: datetime | None = None,
    kind: AccessTokenKind = AccessTokenKind.PRACTITIONER,
) -> Answer:
    """The whole answer to a mutation."""
    variables = given if mutation == "deleteClient" else {"input": given}
    return await practice.ask(document_of(mutation), variables, now=now, kind=kind)


async def act(
    practice: Practice, mutation: str, *, now: datetime | None = None, **given: Any
) -> Done:
    """The payload of a mutation, which must not have failed as a whole."""
    answer = await send(practice, mutation, given, now=now)
    assert answer.errors == []
    done = Done(answer.data["done"])
    session = done.payload.get("session")
    if session is not None:
        # The trail begins with the first version and has an event for every further one.
        assert len(session["events"]) >= session["version"] - 1
    return done
