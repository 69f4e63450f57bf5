"""Sending the mail that is owed: each once, again where it was not accepted, not for ever."""

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from mail.addresses import BadAddress, domain_of
from mail.carrier import NotAccepted, Post
from mail.letter import Letter, Parties, from_payload, to_payload
from models import SessionEvent
from models.database import Database
from models.enums import Actor, MailCarrier, MailKind, SessionEventKind
from models.instants import from_text, to_text
from models.transaction import Transaction, orm, write
from models.unavailable import is_unavailable
from resolvers.mailing.claims import Claimed, claim_next

logger = logging.getLogger("session_history.mail")

# How long after each attempt the next one is: 46 hours altogether. Each a tenth longer or shorter,
# so that what failed together does not come back together.
DELAYS: Final = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=15),
    timedelta(hours=1),
    timedelta(hours=3),
    timedelta(hours=6),
    *(timedelta(hours=12),) * 3,
)
MOST_ATTEMPTS: Final = len(DELAYS) + 1
_SPREAD: Final = 0.1

# What was sent must not be forgotten because the database restarts in that very moment.
_NOTE_AGAIN_AFTER_SECONDS: Final = (0.1, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 30.0, 30.0)

_PARTIES: Final = (
    "SELECT practitioner.name, practitioner.email, client.name, client.email, client.time_zone "
    "FROM client JOIN practitioner ON practitioner.id = client.practitioner_id "
    "WHERE client.practitioner_id = $1 AND client.id = $2"
)


async def deliver_next(
    database: Database, post: Post, *, clock: Callable[[], datetime], jitter: Callable[[], float]
) -> bool:
    """Send the mail that is due longest; False when none is due.

    Cancelled, it gives the mail back for somebody else to send.

    Args:
        jitter: gives numbers from 0 to 1, by which attempts are spread.
    """
    claimed = await claim_next(database, post, domain=domain_of(post.sender), now=clock())
    if claimed is None:
        return False
    try:
        parties = await _parties(database, claimed)
        refusal = await _carry(claimed, parties, post, now=clock())
    except asyncio.CancelledError:
        await _note(database, claimed, "attempts = attempts - 1")
        raise
    # From here on it is nobody else's to try, whatever becomes of us.
    if refusal is None:
        await _note_sent(database, claimed, parties, post.carrier.kind, clock=clock)
        return True
    logger.info("mail not accepted", extra={"mail": claimed.id, "reason": str(refusal)})
    again = None
    if not refusal.is_final:
        again = next_attempt(claimed.attempts, now=clock(), jitter=jitter())
    await _put_off(database, claimed, parties, str(refusal), again=again, now=clock())
    return True


def next_attempt(attempts: int, *, now: datetime, jitter: float) -> datetime | None:
    """When a mail is tried again that was tried so often; None when it is given up."""
    if attempts >= MOST_ATTEMPTS:
        return None
    return now + DELAYS[attempts - 1] * (1 - _SPREAD + 2 * _SPREAD * jitter)


async def _carry(
    claimed: Claimed, parties: Parties | None, post: Post, *, now: datetime
) -> NotAccepted | None:
    """Hand it over; why it was not accepted, if it was not."""
    try:
        await _hand_over(claimed, parties, post, now=now)
    except NotAccepted as refusal:
        return refusal
    except BadAddress as error:
        return NotAccepted(str(error), is_final=True)
    except Exception:
        logger.exception("a mail could not be sent", extra={"mail": claimed.id})
        return NotAccepted("The server has a fault; its log says which.")
    return None


async def _hand_over(
    claimed: Claimed, parties: Parties | None, post: Post, *, now: datetime
) -> None:
    session, _ = from_payload(claimed.payload)
    if session is None or parties is None:
        raise NotAccepted("The client has no email address any more.", is_final=True)
    if session.span.ends_at <= now:
        raise NotAccepted("The session was over before it could be sent.", is_final=True)
    letter = Letter(
        message_id=claimed.message_id,
        kind=MailKind(claimed.kind),
        written_at=from_text(claimed.created_at),
        session=session,
        parties=parties,
    )
    # Here and not above: the library takes a tenth of a start, and only what sends mail needs it.
    from mail.messages import compose  # noqa: PLC0415

    # Beside the event loop: it takes some milliseconds, and nobody else shall wait for them.
    message = await asyncio.to_thread(compose, letter, sender=post.sender)
    await post.carrier.carry(message)


async def _parties(database: Database, claimed: Claimed) -> Parties | None:
    rows = await database.fetch(_PARTIES, [claimed.practitioner_id, claimed.client_id])
    if not rows or rows[0][3] is None:
        return None
    practice, practice_email, client, client_email, time_zone = rows[0]
    return Parties(
        practice=practice,
        practice_email=practice_email,
        client=client,
        client_email=client_email,
        time_zone=time_zone,
    )


async def _note_sent(
    database: Database,
    claimed: Claimed,
    parties: Parties | None,
    carrier: MailCarrier,
    *,
    clock: Callable[[], datetime],
) -> None:
    session, _ = from_payload(claimed.payload)
    if session is None:
        return
    now = clock()

    async def work(transaction: Transaction) -> None:
        is_ours = await claimed.update(
            transaction,
            "sent_at = $4, carried_by = $5, payload = $6, last_error = NULL",
            to_text(now),
            carrier.value,
            to_payload(session, parties),
        )
        if is_ours and carrier is MailCarrier.SMTP:
            await _tell_trail(transaction, claimed, version=session.version, now=now)

    for pause in _NOTE_AGAIN_AFTER_SECONDS:
        try:
            await write(database, work)
        except Exception as error:
            if not is_unavailable(error):
                raise
            logger.warning("a mail was sent, and the database is away")
        else:
            return
        try:
            await asyncio.sleep(pause)
        except asyncio.CancelledError:
            await write(database, work)  # the last that can be done about it
            raise
    await write(database, work)


async def _tell_trail(
    transaction: Transaction, claimed: Claimed, *, version: int, now: datetime
) -> None:
    await SessionEvent.create(
        practitioner_id=claimed.practitioner_id,
        session_id=claimed.session_id,
        session_version=version,
        kind=SessionEventKind.EMAIL_SENT,
        actor=Actor.SYSTEM,
        changes="[]",
        created_at=now,
        using_db=orm(transaction),
    )


async def _put_off(
    database: Database,
    claimed: Claimed,
    parties: Parties | None,
    reason: str,
    *,
    again: datetime | None,
    now: datetime,
) -> None:
    if again is not None:
        await _note(database, claimed, "last_error = $4, available_at = $5", reason, to_text(again))
        return
    session, _ = from_payload(claimed.payload)
    payload = claimed.payload if session is None else to_payload(session, parties)
    await _note(
        database,
        claimed,
        "last_error = $4, failed_at = $5, payload = $6",
        reason,
        to_text(now),
        payload,
    )


async def _note(database: Database, claimed: Claimed, columns: str, *values: object) -> None:
    async def work(transaction: Transaction) -> None:
        await claimed.update(transaction, columns, *values)

    await write(database, work)
