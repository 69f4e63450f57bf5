"""What an operation's context says of who asks."""

from dataclasses import replace

from resolvers.context import Context
from tests.practice import NOW, Practice


async def test_every_token_and_every_network_of_strangers_is_charged_for_itself(
    practice: Practice,
) -> None:
    own = practice.principal()
    other = replace(own, token_id="tok_11111111111111111111111111")
    asking = [(own, "a"), (own, "b"), (other, "a"), (None, "a"), (None, "b")]

    contexts = [
        Context(database=practice.database, principal=who, now=NOW, network=network)
        for who, network in asking
    ]

    assert [one.is_known for one in contexts] == [True, True, True, False, False]
    assert contexts[0].rate_key == contexts[1].rate_key
    assert len({one.rate_key for one in contexts}) == 4
