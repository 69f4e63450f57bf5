"""Everything that can be done."""

import strawberry

from resolvers import payloads
from resolvers.accounts import payloads as account_payloads
from resolvers.exporting import payloads as export_payloads
from resolvers.feeds import payloads as feed_payloads
from resolvers.mailing import payloads as mail_payloads
from schema.account import (
    AccessTokenPayload,
    ChangePasswordPayload,
    SignInPayload,
)
from schema.client import Client
from schema.export import ExportPayload
from schema.feed import CalendarFeedPayload
from schema.mail import MailPayload
from schema.over import over, read, resolved
from schema.practice import Calendar, Service
from schema.problems import ERRORS, UserError
from schema.session import Session
from schema.signing_out import SignOutPayload


@over(payloads.SessionPayload, description="A session as it is now, or why nothing was done.")
class SessionPayload:
    """Answer of what is done to one session."""

    session: Session | None = read("The session after the change; null when nothing was done.")
    errors: list[UserError] = read(ERRORS)


@over(payloads.BulkStatusPayload, description="An answer for each session.")
class BulkStatusPayload:
    """Each session is changed for itself, and answers for itself."""

    results: list[SessionPayload] = read("One for each of `ids`, in their order.")


@over(payloads.ClientPayload, description="A client as they are now, or why nothing was done.")
class ClientPayload:
    """Answer of what is done to one client."""

    client: Client | None = read("The client after the change; null when nothing was done.")
    errors: list[UserError] = read(ERRORS)


@over(payloads.DeleteClientPayload, description="What deleting a client left.")
class DeleteClientPayload:
    """The profile is gone, the sessions are not."""

    deleted_client_id: strawberry.ID | None = read(
        "The id that no longer names anybody; null when nothing was done."
    )
    kept_sessions: int = read(
        'How many sessions stay in the record; they show "Deleted Client" as the client\'s name.'
    )
    errors: list[UserError] = read(ERRORS)


@over(payloads.ServicePayload, description="A service as it is now, or why nothing was done.")
class ServicePayload:
    """Answer of what is done to one service."""

    service: Service | None = read("The service after the change; null when nothing was done.")
    errors: list[UserError] = read(ERRORS)


@over(payloads.CalendarPayload, description="A calendar as it is now, or why nothing was done.")
class CalendarPayload:
    """Answer of what is done to one calendar."""

    calendar: Calendar | None = read("The calendar after the change; null when nothing was done.")
    errors: list[UserError] = read(ERRORS)


@strawberry.type(
    description="What a practitioner can do. What the input is at fault for is answered in the "
    "payload's `errors`, each of a type with the facts to go on; errors beside `data` are for "
    "missing rights, malformed requests and faults of ours. Every mutation is all or nothing, and "
    "those of one document run one after the other, each for itself."
)
class Mutation:
    """The root of every change."""

    book_session: SessionPayload | None = resolved(
        payloads.book_session, description="Book a new session, Pending unless told otherwise."
    )
    update_session: SessionPayload | None = resolved(
        payloads.update_session,
        description="Change a session's service, calendar, duration or price.",
    )
    update_session_status: SessionPayload | None = resolved(
        payloads.update_session_status, description="Set a session's status."
    )
    update_session_statuses: BulkStatusPayload | None = resolved(
        payloads.update_session_statuses,
        description="Set the status of several sessions; each answers for itself.",
    )
    update_session_notes: SessionPayload | None = resolved(
        payloads.update_session_notes,
        description="Set, change or clear the customer notes and the private notes of a session.",
    )
    reschedule_session: SessionPayload | None = resolved(
        payloads.reschedule_session,
        description="Move a session to a new start. It stays the same session and never counts as "
        "a cancellation.",
    )
    cancel_session: SessionPayload | None = resolved(
        payloads.cancel_session, description="Cancel a session, with an optional reason."
    )
    duplicate_session: SessionPayload | None = resolved(
        payloads.duplicate_session,
        description='"Book again": a new Pending session with the same client, service, calendar, '
        "duration, price and customer notes. Private notes are not copied.",
    )
    book_follow_up: SessionPayload | None = resolved(
        payloads.book_follow_up,
        description="Book a next session with the same client, of the same service unless another "
        "is named, with that service's duration and price.",
    )
    export_session_history: ExportPayload | None = resolved(
        export_payloads.export_session_history,
        description="Ask for a client's history as a CSV or PDF file, and get the link to it. "
        "RATE_LIMITED after too many.",
    )
    create_client: ClientPayload | None = resolved(
        payloads.create_client, description="Add a client."
    )
    update_client: ClientPayload | None = resolved(
        payloads.update_client, description="Change a client's profile."
    )
    delete_client: DeleteClientPayload | None = resolved(
        payloads.delete_client,
        description="Delete a client's profile and personal data, and end their tokens. Their "
        "sessions stay, with notes and details intact.",
    )
    create_service: ServicePayload | None = resolved(
        payloads.create_service, description="Add a service."
    )
    update_service: ServicePayload | None = resolved(
        payloads.update_service, description="Change a service, retire it or bring it back."
    )
    create_calendar: CalendarPayload | None = resolved(
        payloads.create_calendar, description="Add a calendar."
    )
    update_calendar: CalendarPayload | None = resolved(
        payloads.update_calendar, description="Change a calendar."
    )
    create_calendar_feed: CalendarFeedPayload | None = resolved(
        feed_payloads.create_calendar_feed,
        description="Make a secret link by which a calendar program shows one calendar.",
    )
    revoke_calendar_feed: CalendarFeedPayload | None = resolved(
        feed_payloads.revoke_calendar_feed,
        description="Take a link to a calendar back: it opens nothing any more, at once.",
    )
    retry_mail: MailPayload | None = resolved(
        mail_payloads.retry_mail,
        description="Have a mail that waits or has failed tried again at once.",
    )

    sign_up: SignInPayload | None = resolved(
        account_payloads.sign_up,
        description="Make an account and sign in to it. Needs no token. FORBIDDEN where the "
        "operator has turned it off; RATE_LIMITED after too many from one network.",
    )
    sign_in: SignInPayload | None = resolved(
        account_payloads.sign_in,
        description="Exchange an email address and a password for a token. Needs no token. "
        "RATE_LIMITED, with `retryAfterSeconds`, after too many tries; once in a document.",
    )
    sign_out: SignOutPayload | None = resolved(
        account_payloads.sign_out,
        description="End the token that this request is sent with, at once and everywhere.",
    )
    change_password: ChangePasswordPayload | None = resolved(
        account_payloads.change_password,
        description="Change the password of whoever is signed in, and end every other sign-in.",
    )
    create_access_token: AccessTokenPayload | None = resolved(
        account_payloads.create_access_token,
        description="Make a token for another app, read-only or not, or for one client's portal.",
    )
    revoke_access_token: AccessTokenPayload | None = resolved(
        account_payloads.revoke_access_token,
        description="End a token at once. One that has ended stays as it is.",
    )
