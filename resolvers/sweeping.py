"""Letting go of what has served its time, so that nothing grows for ever."""

from datetime import datetime, timedelta
from typing import Final

from models.database import Database
from models.instants import to_text
from models.transaction import Transaction, write
from resolvers.accounts.attempts import forget_attempts
from resolvers.accounts.signing_in import forget_ended_tokens

# As long as `accessTokens(includeEnded: true)` shows them.
ENDED_TOKENS_STAY: Final = timedelta(days=30)

# What was sent or has failed; as `mails` says.
MAILS_STAY: Final = timedelta(days=90)


async def sweep(database: Database, *, now: datetime) -> None:
    """Forget ended tokens, idempotency keys past their day, old mail, and spent limits."""

    async def forget_tokens(transaction: Transaction) -> None:
        await forget_ended_tokens(transaction, before=now - ENDED_TOKENS_STAY)

    async def forget_keys(transaction: Transaction) -> None:
        await transaction.fetch(
            "DELETE FROM idempotency_key WHERE expires_at <= $1 RETURNING key", [to_text(now)]
        )

    async def forget_mails(transaction: Transaction) -> None:
        # By ix_outbox_done.
        await transaction.fetch(
            "DELETE FROM outbox_message WHERE created_at <= $1 "
            "AND (sent_at IS NOT NULL OR failed_at IS NOT NULL) RETURNING id",
            [to_text(now - MAILS_STAY)],
        )

    # Each by itself: none holds rows of one table while it waits for those of another.
    await write(database, forget_tokens)
    await write(database, forget_keys)
    await write(database, forget_mails)
    await forget_attempts(database, now=now)
