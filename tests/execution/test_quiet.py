"""An operation whose answer is decided while some of it still runs."""

import asyncio
import gc
import weakref
from typing import Any, ClassVar

import pytest
import strawberry

from execution.quiet import QuietExecutor


class Slow:
    """A schema in which one field takes its time and another one fails at once."""

    def __init__(self) -> None:
        self.let_go = asyncio.Event()
        self.begun = asyncio.Event()
        self.ended: list[str] = []

        async def take_time() -> int:
            self.begun.set()
            try:
                await self.let_go.wait()
            except asyncio.CancelledError:
                self.ended.append("cancelled")
                raise
            self.ended.append("done")
            return 1

        def fail() -> int:
            raise ValueError

        @strawberry.type
        class Query:
            slow: int = strawberry.field(resolver=take_time)
            failing: int = strawberry.field(resolver=fail)

        self.schema = strawberry.Schema(Query, execution_context_class=QuietExecutor)

    async def answer(self) -> object:
        return await self.schema.execute("{ slow failing }")


async def test_an_operation_is_over_when_all_is_that_it_began() -> None:
    slow = Slow()
    answer = asyncio.create_task(slow.answer())
    await slow.begun.wait()

    assert not answer.done()
    slow.let_go.set()
    await answer

    assert slow.ended == ["done"]


async def test_what_an_operation_began_ends_with_it() -> None:
    slow = Slow()
    answer = asyncio.create_task(slow.answer())
    await slow.begun.wait()
    await asyncio.sleep(0)

    answer.cancel()
    await asyncio.wait({answer})
    await asyncio.sleep(0)

    assert answer.cancelled()
    assert slow.ended == ["cancelled"]


class Kept(QuietExecutor):
    """Tells which executors there were, and keeps none of them."""

    made: ClassVar[list[weakref.ref[QuietExecutor]]] = []

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.made.append(weakref.ref(self))


async def later() -> int:
    await asyncio.sleep(0)
    return 1


@strawberry.type
class Times:
    """Fields that are answered at once, and later."""

    now: int = strawberry.field(resolver=lambda: 1)
    later: int = strawberry.field(resolver=later)


@pytest.mark.parametrize("document", ["{ now }", "{ now later }"])
async def test_nothing_of_an_operation_waits_for_the_garbage_collector(document: str) -> None:
    schema = strawberry.Schema(Times, execution_context_class=Kept)
    Kept.made.clear()
    gc.disable()
    try:
        result = await schema.execute(document)
        left = [one() for one in Kept.made]
    finally:
        gc.enable()

    assert result.errors is None
    assert left == [None]
