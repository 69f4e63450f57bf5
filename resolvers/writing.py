"""Every write of a mutation: the change, its audit event and what it owes others, or nothing.

One transaction holds the idempotency key, the change, its events and its messages. It finishes
although the caller goes away (models/transaction.py). A change that is refused keeps nothing, not
even its key: a retry is decided anew. A success is kept with its key for a day.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict, dataclass, field, is_dataclass
from datetime import timedelta
from typing import Any, Final, Protocol, TypeVar

import orjson
import strawberry
from tortoise.exceptions import IntegrityError

from models import SessionEvent
from models.enums import Actor, SessionEventKind
from models.instants import to_text
from models.transaction import Transaction, orm, write
from resolvers.context import Context
from resolvers.errors import Forbidden
from resolvers.problems import IdempotencyMismatch, InvalidInput, Undone

Result = TypeVar("Result")

KEY_DESCRIPTION: Final = (
    "Any text of at most 255 characters that is new for every one made and the same when it is "
    "sent again: then it is made once, and the answer is the same. Remembered for 24 hours."
)
KEY_LIFE: Final = timedelta(hours=24)
LONGEST_KEY: Final = 255

FieldChange = tuple[str, str | None, str | None]


class _Keyed(Protocol):
    idempotency_key: str | None


@dataclass(frozen=True, slots=True)
class Writing:
    """A running write: whose record it changes, who does it, and what it leaves behind."""

    context: Context
    transaction: Transaction
    practitioner_id: str
    actor: Actor
    after_commit: list[Callable[[], None]] = field(default_factory=list)
    """What is to be told once the change is kept; it must not fail."""

    async def event(
        self,
        session_id: str,
        version: int,
        kind: SessionEventKind,
        changes: Sequence[FieldChange] = (),
        *,
        reason: str | None = None,
    ) -> None:
        """Add to a session's audit trail. Private notes stand in it by name only."""
        await SessionEvent.create(
            practitioner_id=self.practitioner_id,
            session_id=session_id,
            session_version=version,
            kind=kind,
            actor=self.actor,
            changes=orjson.dumps(changes).decode(),
            reason=reason,
            created_at=self.context.now,
            using_db=orm(self.transaction),
        )


async def write_in(context: Context, work: Callable[[Writing], Awaitable[Result]]) -> Result:
    """Run `work` as one write of this operation, by the practitioner.

    Raises:
        Forbidden: the token only reads.
        Undone: what `work` cannot do; nothing of it is kept.
    """
    if not context.principal.may_write:
        raise Forbidden("A read-only token changes nothing.")
    return await _write(
        context, work, owner=context.principal.practitioner_id, actor=Actor.PRACTITIONER
    )


async def write_as_client(context: Context, work: Callable[[Writing], Awaitable[Result]]) -> Result:
    """Run `work` as one write of this operation, by a client, to what is theirs.

    Raises:
        Forbidden: the token is no client's.
        Undone: what `work` cannot do; nothing of it is kept.
    """
    return await _write(context, work, owner=context.client.practitioner_id, actor=Actor.CLIENT)


async def write_beside_the_record(
    context: Context, work: Callable[[Writing], Awaitable[Result]]
) -> Result:
    """Run `work`, which changes nothing of the record: a token that only reads may do it too.

    Raises:
        Undone: what `work` cannot do; nothing of it is kept.
    """
    return await _write(
        context, work, owner=context.principal.practitioner_id, actor=Actor.PRACTITIONER
    )


async def _write(
    context: Context,
    work: Callable[[Writing], Awaitable[Result]],
    *,
    owner: str,
    actor: Actor,
) -> Result:
    after_commit: list[Callable[[], None]] = []

    async def run(transaction: Transaction) -> Result:
        after_commit.clear()  # of a first try
        inside = context.within(transaction)
        return await work(Writing(inside, transaction, owner, actor, after_commit))

    try:
        try:
            done = await write(context.database, run)
        except IntegrityError as error:
            # Somebody who does not lock calendars (an import) took the slot between our look and
            # our insert. Looking again finds them.
            if "session_slot_taken" not in str(error):
                raise
            done = await write(context.database, run)
    finally:
        context.forget()
    for tell in after_commit:
        tell()
    return done


async def write_once(
    context: Context,
    operation: str,
    given: _Keyed,
    work: Callable[[Writing], Awaitable[str]],
) -> str:
    """Run `work`, which makes something and returns its id, once for each key.

    The same key with the same input returns the id of what was made then, however often and
    however concurrently it is sent: on SQLite a transaction waits for the one before it, on
    PostgreSQL the insert of the key does.

    Raises:
        IdempotencyMismatch: the key came with another mutation or other input before.
        InvalidInput: a key that is empty or too long.
    """
    key = given.idempotency_key
    if not isinstance(key, str):
        return await write_in(context, work)
    if not 1 <= len(key) <= LONGEST_KEY or not key.isprintable():
        raise Undone(
            InvalidInput(
                f"An idempotency key has 1 to {LONGEST_KEY} printable characters.",
                "input",
                "idempotencyKey",
            )
        )

    async def once(writing: Writing) -> str:
        digests = writing.context.database.keyring.digests(
            canonical_input(given), practitioner_id=writing.practitioner_id
        )
        made_before = await _take_key(writing, operation, key, digests)
        if made_before is not None:
            return made_before
        made = await work(writing)
        await writing.transaction.fetch(
            "UPDATE idempotency_key SET result = $1 "
            "WHERE practitioner_id = $2 AND actor = $3 AND key = $4 RETURNING key",
            [made, writing.practitioner_id, writing.practitioner_id, key],
        )
        return made

    return await write_in(context, once)


async def _take_key(
    writing: Writing, operation: str, key: str, digests: Sequence[str]
) -> str | None:
    owner, now = writing.practitioner_id, writing.context.now
    await writing.transaction.fetch(
        "DELETE FROM idempotency_key WHERE practitioner_id = $1 AND actor = $2 "
        "AND expires_at <= $3 RETURNING key",
        [owner, owner, to_text(now)],
    )
    taken = await writing.transaction.fetch(
        "INSERT INTO idempotency_key (practitioner_id, actor, key, operation, fingerprint, result, "
        "created_at, expires_at) VALUES ($1, $2, $3, $4, $5, '', $6, $7) "
        "ON CONFLICT (practitioner_id, actor, key) DO NOTHING RETURNING key",
        [owner, owner, key, operation, digests[0], to_text(now), to_text(now + KEY_LIFE)],
    )
    if taken:
        return None
    rows = await writing.transaction.fetch(
        "SELECT operation, fingerprint, result FROM idempotency_key "
        "WHERE practitioner_id = $1 AND actor = $2 AND key = $3",
        [owner, owner, key],
    )
    before, digest_before, result = rows[0]
    if before != operation or digest_before not in digests:
        raise Undone(IdempotencyMismatch())
    return str(result)


def canonical_input(given: object) -> bytes:
    """What tells one input from another; private notes stand in it, so it is never kept itself."""
    return orjson.dumps(_plain(given), option=orjson.OPT_SORT_KEYS)


def _plain(value: object) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return _plain(asdict(value))
    if isinstance(value, dict):
        return {name: _plain(one) for name, one in value.items() if one is not strawberry.UNSET}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return value if isinstance(value, int | float | bool | None) else str(value)
