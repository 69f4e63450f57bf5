"""A practice that owes mail."""

import pytest

from models import OutboxMessage
from models.database import Database
from tests.resolvers.mailing.owing import Owing


@pytest.fixture
async def owing(database: Database) -> Owing:
    # Delivery looks at all that is owed; what other tests owe is none of ours.
    await OutboxMessage.all().delete()
    return await Owing.of(database)
