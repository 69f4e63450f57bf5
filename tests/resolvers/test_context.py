"""What an operation's context says of who asks."""

from dataclasses import replace
from datetime import timedelta

from resolvers.context import Context
from resolvers.loading import Loader
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


async def test_each_event_of_an_operation_that_goes_on_has_its_own_now(practice: Practice) -> None:
    later = NOW + timedelta(days=2)
    context = Context(
        database=practice.database, principal=practice.principal(), now=NOW, clock=lambda: later
    )
    loaded = context.loader("a", lambda: Loader(never))

    context.begin_anew()

    assert (context.now, context.now_text) == (later, "2026-05-16T12:00:00Z")
    assert context.day_ago_text == "2026-05-15T12:00:00Z"
    assert context.loader("a", lambda: Loader(never)) is not loaded


async def never(_keys: list[str]) -> list[str]:
    raise AssertionError("nothing is loaded here")
