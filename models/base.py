"""What every row that belongs to a practitioner has in common."""

from collections.abc import Iterable
from typing import NoReturn

from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.models import Model

from models.fields import InstantField, id_of


class Owned(Model):
    """A row of one practitioner.

    The database knows it by (practitioner_id, id). Tortoise has no composite keys (#1235), and
    would write and delete by `id` alone, without the tenant and without an index; so those two
    methods are closed, and a change is written as
    `filter(practitioner_id=…, id=…, version=…).update(…)`.
    """

    practitioner_id = id_of()
    created_at = InstantField()

    class Meta:
        abstract = True

    async def save(
        self,
        using_db: BaseDBAsyncClient | None = None,
        update_fields: Iterable[str] | None = None,
        force_create: bool = False,
        force_update: bool = False,
    ) -> None:
        """Insert the row; `create()` comes this way.

        Raises:
            TypeError: the row would be updated by its id alone.
        """
        if not force_create:
            raise TypeError("update rows with filter(practitioner_id=…, id=…).update(…)")
        await super().save(using_db=using_db, force_create=True)

    async def delete(self, using_db: BaseDBAsyncClient | None = None) -> NoReturn:
        """Refuse: see the class.

        Raises:
            TypeError: always.
        """
        raise TypeError("delete rows with filter(practitioner_id=…, id=…).delete()")

    def __repr__(self) -> str:
        # Tortoise prints its primary key; a log line must never carry more of a record than that.
        return f"<{type(self).__name__} {self.__dict__.get('id', '')}>"
