"""GraphQL over WebSockets: the protocol graphql-transport-ws, and nothing older.

Strawberry (0.341) speaks it; here is what it leaves open. A token comes in `connection_init` and
is checked again for every operation and at intervals, each operation has a context of its own,
and messages that are none end the socket instead of a task with a traceback.
"""

import asyncio
import logging
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import ExitStack, aclosing, suppress
from datetime import timedelta
from typing import Any, Final
from uuid import uuid4

from starlette.websockets import WebSocket, WebSocketDisconnect
from strawberry.asgi import ASGIWebSocketAdapter, GraphQL
from strawberry.http.exceptions import NonJsonMessageReceived, WebSocketDisconnected
from strawberry.subscriptions.protocols.graphql_transport_ws.handlers import (
    BaseGraphQLTransportWSHandler,
    Operation,
)
from strawberry.subscriptions.protocols.graphql_transport_ws.types import (
    ConnectionInitMessage,
    SubscribeMessage,
)

from resolvers.context import Context
from server.answers import body_of, errors_of, is_request_error
from server.callers import bearer_token
from server.logs import request_id
from server.operations import Asked, Operations, refusal_of
from server.refusals import RateLimited
from server.transport import Transport

logger = logging.getLogger("session_history.socket")

PROTOCOL: Final = "graphql-transport-ws"

_MOST_OPERATIONS: Final = 20

# Close codes: those of the protocol, and "try again later" (RFC 6455's registry).
_FORBIDDEN: Final = 4403
_TOO_MANY: Final = 4429
_LATER: Final = 1013


class Socket(BaseGraphQLTransportWSHandler[Context, None]):
    """One open socket."""

    def __init__(
        self,
        view: GraphQL[Context, None],
        websocket: WebSocket,
        operations: Operations,
        transport: Transport,
        *,
        context_of: Callable[[str | None], Awaitable[Context]],
        is_valid: Callable[[str | None], Awaitable[bool]],
    ) -> None:
        super().__init__(
            view=view,
            websocket=_Adapter(view, websocket, websocket),  # type: ignore[arg-type]  # it knows no context
            context=None,  # type: ignore[arg-type]  # each operation has one of its own
            root_value=None,
            schema=view.schema,
            connection_init_wait_timeout=timedelta(seconds=transport.greeting_seconds),
        )
        self._execute = operations
        self._transport = transport
        self._context_of = context_of
        self._is_valid = is_valid
        self._authorization = websocket.headers.get("authorization")
        self._token: str | None = None
        self._beside: dict[str, tuple[Any, object]] = {}
        self._place = ExitStack()
        self._checking: asyncio.Task[None] | None = None
        self._executed = 0

    async def handle(self) -> None:
        """Answer until the socket closes, and leave nothing of it behind."""
        began = time.perf_counter()
        try:
            with self._place:
                await super().handle()
        finally:
            if self._checking is not None:
                self._checking.cancel()
            seconds = round(time.perf_counter() - began, 1)
            logger.info("socket", extra={"operations": self._executed, "seconds": seconds})

    async def handle_connection_init(self, message: ConnectionInitMessage) -> None:
        """Find out who asks; a socket is of no use to a stranger, and is closed."""
        payload = message.get("payload", {})
        if isinstance(payload, dict) and not self.connection_init_received:
            self._token = _token_in(payload) or bearer_token(self._authorization)
            if not await self._is_let_in():
                return
            self._checking = asyncio.create_task(self._check_at_intervals())
        await super().handle_connection_init(message)

    async def handle_subscribe(self, message: SubscribeMessage) -> None:
        """Begin an operation, unless too many run in this socket."""
        if len(self.operations) >= _MOST_OPERATIONS and message["id"] not in self.operations:
            refusal = RateLimited(f"A socket has at most {_MOST_OPERATIONS} operations at once.")
            await self.send_message(_message(message["id"], "error", [refusal.error]))
            return
        asked: dict[str, Any] = message["payload"]  # type: ignore[assignment]  # as it came
        asked.setdefault("query", None)  # a persisted document has none
        self._beside[message["id"]] = (asked.get("extensions"), asked.get("documentId"))
        await super().handle_subscribe(message)

    async def run_operation(self, operation: Operation[Context, None]) -> None:
        """Execute an operation in a context of its own, and send its results."""
        request_id.set(uuid4().hex)
        began = time.perf_counter()
        extensions, document_id = self._beside.pop(operation.id, (None, None))
        asked = Asked(
            operation.query,
            operation.variables,
            operation.operation_name,
            extensions,
            document_id=document_id,
        )
        try:
            await self._send_results(operation, asked)
        except WebSocketDisconnected:
            pass  # there is nobody to send anything to
        except Exception as error:  # noqa: BLE001 - whatever it is, it is this operation's alone
            with suppress(WebSocketDisconnected):
                message = _message(operation.id, "error", [refusal_of(error).error])
                await operation.send_operation_message(message)
        finally:
            self._executed += 1
            milliseconds = round((time.perf_counter() - began) * 1000, 1)
            logger.info("operation", extra={"milliseconds": milliseconds})

    async def _send_results(self, operation: Operation[Context, None], asked: Asked) -> None:
        context = await self._context_of(self._token)
        if not context.is_known:
            await self.websocket.close(_FORBIDDEN, "Forbidden")
            return
        async with aclosing(self._execute.results(asked, context)) as results:
            async for result in results:
                if is_request_error(result):
                    message = _message(operation.id, "error", errors_of(result))
                    await operation.send_operation_message(message)
                    return
                message = _message(operation.id, "next", body_of(result))
                await operation.send_operation_message(message)
        await operation.send_operation_message({"id": operation.id, "type": "complete"})

    async def _is_let_in(self) -> bool:
        try:
            context = await self._context_of(self._token)
            if context.is_known:
                self._place.enter_context(self._transport.sockets_of_caller.held(context.caller))
                return True
            code, reason = _FORBIDDEN, "Forbidden"
        except RateLimited as refusal:
            code, reason = _TOO_MANY, str(refusal)
        except Exception as error:  # noqa: BLE001 - logged by refusal_of
            code, reason = _LATER, str(refusal_of(error))
        await self.websocket.close(code, reason)
        return False

    async def _check_at_intervals(self) -> None:
        while True:
            await asyncio.sleep(self._transport.recheck_seconds)
            if not await self._is_valid(self._token):
                await self.websocket.close(_FORBIDDEN, "Forbidden")
                return


class _Adapter(ASGIWebSocketAdapter):
    """Messages of the shape that the protocol has, in text frames."""

    async def iter_json(
        self, *, ignore_parsing_errors: bool = False
    ) -> AsyncGenerator[object, None]:
        messages = super().iter_json(ignore_parsing_errors=ignore_parsing_errors)
        async with aclosing(messages):
            async for message in messages:
                if not _is_message(message):
                    raise NonJsonMessageReceived  # closes with 4400
                yield message

    async def send_json(self, message: Mapping[str, object]) -> None:
        try:
            # Clients take no frames but text, and orjson makes bytes.
            await self.ws.send_text(self.view.encode_json_string(message))
        except (WebSocketDisconnect, RuntimeError) as error:  # gone, or closed by us meanwhile
            raise WebSocketDisconnected from error

    async def close(self, code: int, reason: str) -> None:
        with suppress(WebSocketDisconnect, RuntimeError):  # it is closed already
            await self.ws.close(code=code, reason=reason)


def _is_message(message: object) -> bool:
    if not isinstance(message, dict) or not isinstance(message.get("type"), str):
        return False
    if message["type"] in {"subscribe", "complete"} and not isinstance(message.get("id"), str):
        return False
    if message["type"] != "subscribe":
        return True
    asked = message.get("payload")
    return (
        isinstance(asked, dict)
        and isinstance(asked.get("query"), str | None)
        and isinstance(asked.get("operationName"), str | None)
        and isinstance(asked.get("variables"), dict | None)
        and isinstance(asked.get("extensions"), dict | None)
    )


def _token_in(payload: Mapping[str, object]) -> str | None:
    token = payload.get("authToken")
    if isinstance(token, str):
        return token
    authorization = payload.get("Authorization", payload.get("authorization"))
    return bearer_token(authorization) if isinstance(authorization, str) else None


def _message(identifier: str, kind: str, payload: object) -> Any:
    # Not typed as Strawberry's, which have errors as graphql-core formats them: ours have codes.
    return {"id": identifier, "type": kind, "payload": payload}
