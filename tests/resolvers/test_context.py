"""What an operation's context says of who asks."""

from dataclasses import replace

from resolvers.context import Context
from tests.practice import NOW, Practice


async def test_every_token_is_charged_for_itself_and_strangers_are_not(practice: Practice) -> None:
    own = practice.principal()
    other = replace(own, token_id="tok_11111111111111111111111111")

    known = [Context(database=practice.database, principal=p, now=NOW) for p in (own, other)]
    stranger = Context(database=practice.database, principal=None, now=NOW)

    assert all(one.is_known and one.rate_key is not None for one in known)
    assert known[0].rate_key != known[1].rate_key
    assert (stranger.is_known, stranger.rate_key) == (False, None)
