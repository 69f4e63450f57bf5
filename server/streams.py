"""Results as server-sent events: the distinct connections mode of graphql-sse.

Framed by line feeds alone: Strawberry's CR LF (0.341) is what urql cannot split.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from typing import Any, Final

import orjson
from anyio import CancelScope
from starlette.responses import StreamingResponse
from strawberry.types import ExecutionResult

from server.answers import body_of
from server.negotiation import EVENTS
from server.operations import refusal_of
from server.stopping import told_of_the_end

# Proxies close what is silent for a minute or so.
_LONGEST_SILENCE: Final = 15.0

_COMPLETE: Final = b"event: complete\ndata: \n\n"
_ALIVE: Final = b":\n\n"


def event_stream(
    results: AsyncGenerator[ExecutionResult, None],
    *,
    is_still_valid: Callable[[], Awaitable[bool]],
    recheck_seconds: float,
) -> StreamingResponse:
    """An answer that ends with the results, with the token, or with the server."""
    return StreamingResponse(
        _events(results, is_still_valid, min(recheck_seconds, _LONGEST_SILENCE)),
        headers={
            "Cache-Control": "no-store, no-transform",
            "X-Accel-Buffering": "no",  # nginx would keep events back until it has a few
        },
        media_type=EVENTS,
    )


async def _events(
    results: AsyncGenerator[ExecutionResult, None],
    is_still_valid: Callable[[], Awaitable[bool]],
    beat_seconds: float,
) -> AsyncIterator[bytes]:
    clock = asyncio.get_running_loop().time
    next_beat = clock() + beat_seconds
    coming: asyncio.Task[ExecutionResult] | None = None
    with told_of_the_end() as end:
        ended = asyncio.ensure_future(end.wait())
        try:
            yield _ALIVE  # the headers are on their way before the first result is there
            while not ended.done():
                coming = coming or asyncio.ensure_future(anext(results))
                await asyncio.wait(
                    {coming, ended},
                    timeout=max(0, next_beat - clock()),
                    return_when=asyncio.FIRST_COMPLETED,
                )
                if clock() >= next_beat:
                    next_beat = clock() + beat_seconds
                    if not await is_still_valid():
                        return  # without `complete`: the client comes again, with a fresh token
                    yield _ALIVE
                if coming.done():
                    result, coming = coming.result(), None
                    yield _next(body_of(result))
        except StopAsyncIteration:
            yield _COMPLETE
        except Exception as error:  # noqa: BLE001 - said in the stream: its status is sent already
            yield _next({"errors": [refusal_of(error).error]})
            yield _COMPLETE
        finally:
            ended.cancel()
            await _end(results, coming)


async def _end(
    results: AsyncGenerator[ExecutionResult, None], coming: asyncio.Task[ExecutionResult] | None
) -> None:
    # When the client has gone we are cancelled anew at every await: this one shall come to its end.
    with CancelScope(shield=True):
        if coming is not None:
            coming.cancel()
            await asyncio.wait({coming})
        await results.aclose()


def _next(body: dict[str, Any]) -> bytes:
    return b"event: next\ndata: %b\n\n" % orjson.dumps(body)
