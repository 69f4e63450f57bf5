"""GraphQL over HTTP, as the specification's draft of August 2026 has it; and the way to sockets."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from functools import partial
from typing import Final

import orjson
from cross_web import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket
from strawberry.asgi import GraphQL
from strawberry.types import ExecutionResult

from execution.trusted import TrustedDocuments
from resolvers.context import Context
from schema.served import ServedSchema
from server import graphiql
from server.answers import body_of, errors_of, is_request_error
from server.browsers import may_ask
from server.callers import Callers, bearer_token
from server.negotiation import EVENTS, GRAPHQL, JSON, check_body, media_type_for
from server.networks import base_url_of, network_of
from server.operations import ALL, READING, Asked, Operations, refusal_of
from server.refusals import (
    ForeignOrigin,
    NotAcceptable,
    RateLimited,
    Refusal,
    TooLarge,
    WrongMethod,
)
from server.sockets import PROTOCOL, Socket
from server.streams import event_stream
from server.transport import LONGEST_BODY, Transport
from server.usual import Usual, again, asked_usually, usual_headers

# The draft wants 422 for a document that does not fit, graphql-http's audits want 400; both are
# the "appropriate 4xx" that it requires.
_REQUEST_ERROR: Final = 400
_OF_ANSWERS: Final = ((b"cache-control", b"no-store"), (b"vary", b"Accept"))
_SUBPROTOCOL_NOT_ACCEPTABLE: Final = 4406


class GraphQLEndpoint(GraphQL[Context, None]):
    """One schema, reached over HTTP, event streams and WebSockets.

    Strawberry's view reads a request's parameters and speaks the protocol of sockets; what is
    refused, how an operation runs and what an answer looks like is ours.
    """

    def __init__(
        self,
        schema: ServedSchema,
        callers: Callers,
        *,
        with_graphiql: bool,
        transport: Transport | None = None,
        trusted: TrustedDocuments | None = None,
        reads_usual: bool = True,
    ) -> None:
        super().__init__(schema, graphql_ide=None, subscription_protocols=())
        self._callers = callers
        self._with_graphiql = with_graphiql
        self._reads_usual = reads_usual
        self._transport = transport or Transport()
        self._operations = Operations(
            schema,
            self._transport.turns,
            longest_seconds=self._transport.operation_seconds,
            trusted=trusted,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await self._open_socket(WebSocket(scope, receive, send))
            return
        usual = None
        if self._reads_usual:
            usual = usual_headers(scope, self._transport.allowed_origins)
        if usual is not None:
            message = await receive()
            asked = asked_usually(message)
            if asked is not None:
                await self._answer_usual(usual, asked, scope, receive, send)
                return
            receive = again(message, receive)
        request = _BoundedRequest(scope, receive)
        try:
            response = await self._answer(request)
        except ClientDisconnect:
            return  # gone before the request was whole: there is nobody to answer
        await response(scope, receive, send)

    async def _answer_usual(
        self, usual: Usual, asked: Asked, scope: Scope, receive: Receive, send: Send
    ) -> None:
        try:
            context = await self._context(scope, bearer_token(usual.authorization))
            result = await self._operations.execute(asked, context)
        except Exception as error:  # noqa: BLE001 - the last resort; logged by refusal_of
            await refusal_of(error).response(usual.media_type)(scope, receive, send)
            return
        body = orjson.dumps(body_of(result))
        headers = [
            (b"content-type", f"{usual.media_type}; charset=utf-8".encode()),
            (b"content-length", b"%d" % len(body)),
            *_OF_ANSWERS,
        ]
        status = _status(result, usual.media_type)
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    async def _answer(self, request: Request) -> Response:
        accept = request.headers.get("accept")
        wants_page = request.method == "GET" and "text/html" in (accept or "")
        if wants_page and self._with_graphiql and "query" not in request.query_params:
            return await graphiql.page(request)
        media_type = media_type_for(accept)
        try:
            return await self._execute(request, media_type)
        except ClientDisconnect:
            raise
        except HTTPException as error:  # Strawberry's, of parameters that are none
            return Refusal(error.reason).response(_written(media_type))
        except Exception as error:  # noqa: BLE001 - the last resort; logged by refusal_of
            return refusal_of(error).response(_written(media_type))

    async def _execute(self, request: Request, media_type: str | None) -> Response:
        if not may_ask(request.headers, self._transport.allowed_origins):
            raise ForeignOrigin
        if media_type is None:
            raise NotAcceptable(f"Accept {GRAPHQL}, {JSON} or {EVENTS}.")
        if request.method not in {"GET", "POST"}:
            raise WrongMethod("Use GET or POST.", allow="GET, POST")
        if request.method == "POST":
            check_body(request)
        asked = await self._asked(request)
        token = bearer_token(request.headers.get("authorization"))
        context = await self._context(request.scope, token)
        allowed = READING if request.method == "GET" else ALL
        if media_type == EVENTS:
            return event_stream(
                self._placed(self._operations.results(asked, context, allowed=allowed), context),
                is_still_valid=partial(self._is_still_valid, token) if token else _always,
                recheck_seconds=self._transport.recheck_seconds,
            )
        result = await self._operations.execute(asked, context, allowed=allowed)
        return Response(
            orjson.dumps(body_of(result)),
            _status(result, media_type),
            headers={name.decode(): value.decode() for name, value in _OF_ANSWERS},
            media_type=f"{media_type}; charset=utf-8",
        )

    async def _open_socket(self, websocket: WebSocket) -> None:
        """Open a socket for pages of our own and of allowed origins, a bounded number of them."""
        if not may_ask(websocket.headers, self._transport.allowed_origins):
            await websocket.close()  # before it is accepted: answered with 403
            return
        network = network_of(websocket.scope)
        try:
            with self._transport.sockets_of_network.held(network):
                if PROTOCOL not in websocket.scope["subprotocols"]:
                    await websocket.accept()
                    await websocket.close(_SUBPROTOCOL_NOT_ACCEPTABLE, f"Speak {PROTOCOL}")
                    return
                await websocket.accept(PROTOCOL)
                await Socket(
                    self,
                    websocket,
                    self._operations,
                    self._transport,
                    context_of=partial(self._context, websocket.scope),
                    is_valid=self._is_still_valid,
                ).handle()
        except RateLimited as refusal:
            await websocket.send_denial_response(refusal.response(JSON))

    async def _context(self, scope: Scope, token: str | None) -> Context:
        return await self._callers.context(
            token,
            network=network_of(scope),
            base_url=self._transport.public_url or base_url_of(scope),
        )

    async def _is_still_valid(self, token: str | None) -> bool:
        """Whether who asked is still let in; when nobody can tell, the next look may."""
        try:
            return await self._callers.is_valid(token)
        except Exception as error:  # noqa: BLE001 - logged by refusal_of
            refusal_of(error)
            return True

    async def _placed(
        self, results: AsyncGenerator[ExecutionResult, None], context: Context
    ) -> AsyncGenerator[ExecutionResult, None]:
        with self._transport.streams_of_caller.held(context.caller):
            async with aclosing(results):
                async for result in results:
                    yield result

    async def _asked(self, request: Request) -> Asked:
        """What a request asks for.

        Raises:
            Refusal: it is JSON, but asks for nothing.
            HTTPException: it is not even that.
        """
        try:
            asked = await self.parse_http_body(self.request_adapter_class(request))
        except (AttributeError, TypeError):
            raise Refusal("The body must be a JSON object.") from None
        if isinstance(asked, list):  # never: Strawberry refuses batches unless told otherwise
            raise Refusal("Send one operation.")
        if not isinstance(asked.operation_name, str | None):
            raise Refusal("The 'operationName' must be a string or null.")
        return Asked(
            asked.query,
            asked.variables,
            asked.operation_name,
            asked.extensions,
            document_id=await _document_id(request) if not asked.query else None,
        )

    def decode_json(self, data: str | bytes) -> object:
        """Strict UTF-8, bounded nesting, no NaN; Strawberry's own answers 500 to those."""
        return orjson.loads(data)

    def encode_json(self, data: object) -> bytes:
        """Compact UTF-8."""
        return orjson.dumps(data)


class _BoundedRequest(Request):
    """A request whose body is read up to a bound, whether its length is told or not."""

    async def body(self) -> bytes:
        if not hasattr(self, "_body"):
            told = self.headers.get("content-length", "0")
            if told.isdecimal() and int(told) > LONGEST_BODY:
                raise _too_large()
            chunks, length = [], 0
            async for chunk in self.stream():
                length += len(chunk)
                if length > LONGEST_BODY:
                    raise _too_large()
                chunks.append(chunk)
            self._body = b"".join(chunks)
        return self._body


async def _document_id(request: Request) -> object:
    """The id of a persisted document, which Strawberry does not read."""
    if request.method == "GET":
        return request.query_params.get("documentId")
    body = orjson.loads(await request.body())
    return body.get("documentId")


def _status(result: ExecutionResult, media_type: str) -> int:
    if media_type != GRAPHQL or not is_request_error(result):
        return 200
    limited = any(error["extensions"]["code"] == "RATE_LIMITED" for error in errors_of(result))
    return 429 if limited else _REQUEST_ERROR


async def _always() -> bool:
    return True  # a stranger has nothing that could end


def _too_large() -> TooLarge:
    return TooLarge(f"A body has at most {LONGEST_BODY} bytes.")


def _written(media_type: str | None) -> str:
    return JSON if media_type in {None, EVENTS} else media_type or JSON
