"""Adding a practitioner, and what their account must look like."""

from dataclasses import dataclass
from datetime import datetime
from typing import Self

from tortoise.exceptions import IntegrityError

from models import Practitioner
from models.database import Database
from models.folding import fold
from models.transaction import Transaction, orm, write
from resolvers import checks
from resolvers.accounts.passwords import check_new_password, hashed
from resolvers.problems import EmailTaken, InvalidInput, Undone
from resolvers.scalars import CurrencyCode, TimeZone


@dataclass(frozen=True, slots=True)
class NewPractitioner:
    """An account to be, checked, with its password hashed."""

    name: str
    email: str
    password_hash: str
    time_zone: TimeZone
    currency: CurrencyCode

    @classmethod
    async def of(
        cls, *, name: str, email: str, password: str, time_zone: TimeZone, currency: CurrencyCode
    ) -> Self:
        """What was given, checked.

        Raises:
            Undone: a name or address that is none, or a password that will not do.
        """
        name = checks.name(name)
        address = checks.email(email)
        if address is None:
            raise Undone(InvalidInput("An email address is needed.", "input", "email"))
        await check_new_password(password, name, address)
        return cls(name, address, await hashed(password), time_zone, currency)

    async def add(self, transaction: Transaction, *, now: datetime) -> str:
        """Add the account; its id.

        Raises:
            IntegrityError: the address signs somebody else in; `email_taken` tells.
        """
        added = await Practitioner.create(
            name=self.name,
            email=self.email,
            email_folded=fold(self.email),
            password_hash=self.password_hash,
            time_zone=self.time_zone,
            currency=self.currency,
            created_at=now,
            updated_at=now,
            using_db=orm(transaction),
        )
        return str(added.id)

    def email_taken(self, error: IntegrityError) -> Undone:
        """What is told when `add` failed with `error`; anything but a taken address is a bug.

        Raises:
            IntegrityError: it is something else.
        """
        if "email_folded" not in str(error) and "uq_practitioner_email" not in str(error):
            raise error
        return Undone(EmailTaken(self.email))


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
        Undone: a name or address that is none or taken, or a password that will not do.
    """
    new = await NewPractitioner.of(
        name=name, email=email, password=password, time_zone=time_zone, currency=currency
    )

    async def work(transaction: Transaction) -> str:
        return await new.add(transaction, now=now)

    try:
        return await write(database, work)
    except IntegrityError as error:
        raise new.email_taken(error) from None
