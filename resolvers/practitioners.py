"""Adding a practitioner."""

from datetime import datetime

from tortoise.exceptions import IntegrityError

from models import Practitioner
from models.database import Database
from models.folding import fold
from models.transaction import Transaction, orm, write
from resolvers.errors import BadInput
from resolvers.passwords import hash_password
from resolvers.scalars import CurrencyCode, TimeZone

SHORTEST_PASSWORD = 12


class EmailTaken(Exception):
    """Somebody signs in with this email address already."""


async def add_practitioner(
    database: Database,
    *,
    name: str,
    email: str,
    password: str,
    time_zone: TimeZone,
    currency: CurrencyCode,
    now: datetime,
) -> str:
    """Add a practitioner and return their id.

    Raises:
        BadInput: a name or address that is none, or a password that is too short.
        EmailTaken: the address signs somebody else in.
    """
    name, email = name.strip(), email.strip()
    if not 1 <= len(name) <= 200:
        raise BadInput("name", "must have 1 to 200 characters.")
    if not 3 <= len(email) <= 320 or "@" not in email[1:-1] or email.split() != [email]:
        raise BadInput("email", "is not an email address.")
    if len(password) < SHORTEST_PASSWORD:
        raise BadInput("password", f"must have at least {SHORTEST_PASSWORD} characters.")

    async def work(transaction: Transaction) -> str:
        added = await Practitioner.create(
            name=name,
            email=email,
            email_folded=fold(email),
            password_hash=hash_password(password),
            time_zone=time_zone,
            currency=currency,
            created_at=now,
            updated_at=now,
            using_db=orm(transaction),
        )
        return str(added.id)

    try:
        return await write(database, work)
    except IntegrityError:
        raise EmailTaken from None
