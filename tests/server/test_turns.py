"""How many operations run at once, and how many connections stay open."""

import asyncio
from contextlib import ExitStack

import pytest

from server.refusals import RateLimited, Unavailable
from server.turns import Places, Turns


async def settle() -> None:
    """Let every task run until it waits."""
    for _ in range(10):
        await asyncio.sleep(0)


def waiting(turns: Turns, caller: str) -> asyncio.Task[None]:
    return asyncio.create_task(turns.take(caller))


async def test_who_asks_too_much_at_once_waits_in_order_and_holds_up_nobody_else() -> None:
    turns = Turns(at_once_each=2)
    await turns.take("ada")
    await turns.take("ada")
    third, fourth = waiting(turns, "ada"), waiting(turns, "ada")
    await settle()
    await turns.take("bob")

    assert not third.done()
    turns.give_back("ada")
    await settle()
    assert third.done()
    assert not fourth.done()
    turns.give_back("ada")
    await asyncio.wait_for(fourth, 1)


async def test_a_line_that_is_too_long_is_refused() -> None:
    turns = Turns(at_once_each=1, waiting_each=2)
    await turns.take("ada")
    line = [waiting(turns, "ada"), waiting(turns, "ada")]
    await settle()

    with pytest.raises(RateLimited, match="3 operations in flight"):
        await turns.take("ada")
    for one in line:
        turns.give_back("ada")
        await asyncio.wait_for(one, 1)


async def test_a_process_that_is_as_busy_as_it_may_be_refuses_everybody() -> None:
    turns = Turns(at_once=2)
    await turns.take("ada")
    await turns.take("bob")

    with pytest.raises(Unavailable):
        await turns.take("eve")
    turns.give_back("bob")
    await turns.take("eve")


async def test_all_lines_together_are_bounded() -> None:
    turns = Turns(at_once_each=1, waiting=1)
    await turns.take("ada")
    await turns.take("bob")
    first = waiting(turns, "ada")
    await settle()

    with pytest.raises(Unavailable):
        await turns.take("bob")
    turns.give_back("ada")
    await asyncio.wait_for(first, 1)


async def test_who_stops_waiting_leaves_the_line() -> None:
    turns = Turns(at_once_each=1)
    await turns.take("ada")
    gone, stays = waiting(turns, "ada"), waiting(turns, "ada")
    await settle()
    gone.cancel()
    await settle()
    turns.give_back("ada")

    await asyncio.wait_for(stays, 1)
    assert gone.cancelled()


async def test_a_turn_that_comes_in_the_moment_of_leaving_is_passed_on() -> None:
    turns = Turns(at_once_each=1)
    await turns.take("ada")
    gone, stays = waiting(turns, "ada"), waiting(turns, "ada")
    await settle()
    turns.give_back("ada")
    gone.cancel()
    await settle()

    assert gone.cancelled()
    await asyncio.wait_for(stays, 1)
    turns.give_back("ada")
    await asyncio.wait_for(turns.take("ada"), 1)


def test_places_are_counted_for_each_holder() -> None:
    places = Places(2)
    with ExitStack() as held:
        for holder in ("ada", "ada", "bob"):
            held.enter_context(places.held(holder))
        with pytest.raises(RateLimited, match="2 connections"):
            held.enter_context(places.held("ada"))
    with places.held("ada"), places.held("ada"):
        pass
