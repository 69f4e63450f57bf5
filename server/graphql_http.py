"""GraphQL over HTTP, as the specification's draft of August 2026 has it."""

from typing import Any, Final

import orjson
from cross_web import AsyncHTTPRequestAdapter, HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket
from strawberry.asgi import GraphQL
from strawberry.http import GraphQLHTTPResponse
from strawberry.types import ExecutionResult

from execution.trusted import TrustedDocuments, UnknownDocument, asked_for
from resolvers.context import Context
from schema.served import ServedSchema, is_for_the_caller
from server import graphiql
from server.callers import Callers, bearer_token
from server.logs import request_id

_JSON: Final = "application/json"
_GRAPHQL: Final = "application/graphql-response+json"
# The draft wants 422 for a document that does not fit, graphql-http's audits want 400; both are
# the "appropriate 4xx" that it requires.
_REQUEST_ERROR: Final = 400


def media_type_for(accept: str | None) -> str | None:
    """The media type that an Accept header ranks first among ours; None when it wants none."""
    if not accept:
        return _JSON
    ranked: list[tuple[float, int, str]] = []
    for place, part in enumerate(accept.split(",")):
        kind, *parameters = (piece.strip().lower() for piece in part.split(";"))
        quality = next((piece[2:] for piece in parameters if piece.startswith("q=")), "1")
        try:
            weight = float(quality)
        except ValueError:
            continue
        if weight > 0 and kind in {_GRAPHQL, _JSON, "application/*", "*/*"}:
            ranked.append((-weight, place, _GRAPHQL if kind == _GRAPHQL else _JSON))
    return min(ranked)[2] if ranked else None


class GraphQLEndpoint(GraphQL[Context, None]):
    """Strawberry's ASGI view, brought up to the specification."""

    def __init__(
        self,
        schema: ServedSchema,
        callers: Callers,
        *,
        with_graphiql: bool,
        trusted: TrustedDocuments | None = None,
    ) -> None:
        super().__init__(schema, graphql_ide=None, subscription_protocols=())
        self._callers = callers
        self._with_graphiql = with_graphiql
        self._trusted = trusted or TrustedDocuments({})

    async def get_context(
        self, request: Request | WebSocket, response: Response | WebSocket
    ) -> Context:
        """Who asks, found out once for the operation."""
        return await self._callers.context(bearer_token(request.headers.get("authorization")))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        try:
            response = await self._answer(request)
        except ClientDisconnect:
            return  # gone before the request was whole: there is nobody to answer
        await response(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        accept = request.headers.get("accept")
        wants_page = request.method == "GET" and "text/html" in (accept or "")
        if wants_page and self._with_graphiql and "query" not in request.query_params:
            return await graphiql.page(request)
        media_type = media_type_for(accept)
        request.scope["graphql.media_type"] = media_type or _JSON
        try:
            if media_type is None:
                raise HTTPException(406, f"Accept {_GRAPHQL} or {_JSON}.")
            if request.method not in {"GET", "POST"}:
                raise HTTPException(405, "Use GET or POST.")
            content_type = request.headers.get("content-type", "").split(";")[0].strip().lower()
            if request.method == "POST" and content_type != _JSON:
                raise HTTPException(415, f"Send {_JSON}.")
            return await self.run(request)
        except HTTPException as refusal:
            return self._refusal(request, refusal)

    def _refusal(self, request: Request, refusal: HTTPException) -> Response:
        status, headers = refusal.status_code, {}
        if status == 405 or "when using GET" in refusal.reason:
            status, headers = 405, {"Allow": "POST" if request.method == "GET" else "GET, POST"}
        # A persisted document that is not known is the cause of its refusal.
        code = getattr(refusal.__cause__, "code", "BAD_REQUEST")
        body = {"errors": [{"message": refusal.reason, "extensions": {"code": code}}]}
        return Response(
            orjson.dumps(body),
            status,
            headers=headers,
            media_type=f"{request.scope['graphql.media_type']}; charset=utf-8",
        )

    def decode_json(self, data: str | bytes) -> object:
        """Strict UTF-8, bounded nesting, no NaN; Strawberry's own answers 500 to those."""
        return orjson.loads(data)

    def encode_json(self, data: object) -> bytes:
        """Compact UTF-8."""
        return orjson.dumps(data)

    def should_render_graphql_ide(self, request: object) -> bool:
        """Never: our page is served above. Strawberry takes a GET without a query for a browser."""
        return False

    async def parse_http_body(self, request: AsyncHTTPRequestAdapter) -> Any:
        """The request in the body.

        Raises:
            HTTPException: JSON, but not a request.
        """
        try:
            asked = await super().parse_http_body(request)
        except (AttributeError, TypeError):
            raise HTTPException(400, "The body must be a JSON object.") from None
        if not isinstance(asked, list) and not asked.query:
            asked.query = await self._persisted(request, asked.extensions)
        return asked

    async def _persisted(
        self, request: AsyncHTTPRequestAdapter, extensions: dict[str, Any] | None
    ) -> str | None:
        """The text of the document that a request without one names; None when it names none."""
        if request.method == "GET":
            document_id: object = request.query_params.get("documentId")
        else:
            body = self.decode_json(await request.get_body())
            document_id = body.get("documentId") if isinstance(body, dict) else None
        identifier = asked_for(document_id, extensions)
        try:
            return self._trusted.text(identifier) if identifier is not None else None
        except UnknownDocument as unknown:
            raise HTTPException(400, str(unknown)) from unknown

    async def process_result(
        self, request: Request, result: ExecutionResult
    ) -> GraphQLHTTPResponse:
        """The result as it is sent: bugs masked, and no `data` where nothing was executed."""
        body: Any = {"data": result.data}
        if result.errors:
            body["errors"] = [_sent(error) for error in result.errors]
            if result.data is None and all(error.path is None for error in result.errors):
                del body["data"]
                if request.scope["graphql.media_type"] == _GRAPHQL:
                    request.scope["graphql.status"] = _status(body["errors"])
        if result.extensions:
            body["extensions"] = result.extensions
        answer: GraphQLHTTPResponse = body
        return answer

    async def get_sub_response(self, request: Request | WebSocket) -> Response:
        """Carries the scope to `create_response`, which is given nothing else of the request."""
        response = await super().get_sub_response(request)
        response.scope = request.scope  # type: ignore[attr-defined]  # read just below
        return response

    def create_response(self, response_data: Any, sub_response: Response) -> Response:
        """The answer, in the media type that was asked for."""
        response = super().create_response(response_data, sub_response)
        scope = sub_response.scope  # type: ignore[attr-defined]  # set just above
        response.headers["content-type"] = f"{scope['graphql.media_type']}; charset=utf-8"
        response.headers["vary"] = "Accept"
        response.headers["cache-control"] = "no-store"
        response.status_code = scope.get("graphql.status", response.status_code)
        return response


def _status(errors: list[dict[str, Any]]) -> int:
    limited = any(error["extensions"]["code"] == "RATE_LIMITED" for error in errors)
    return 429 if limited else _REQUEST_ERROR


def _sent(error: Any) -> dict[str, Any]:
    formatted = dict(error.formatted)
    extensions = dict(formatted.get("extensions") or {})
    if is_for_the_caller(error):
        extensions.setdefault("code", "BAD_REQUEST" if error.path is None else "BAD_USER_INPUT")
    else:
        formatted["message"] = "Something went wrong on our side; it has been logged."
        extensions = {"code": "INTERNAL", "requestId": request_id.get()}
    formatted["extensions"] = extensions
    return formatted
