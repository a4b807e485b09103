"""The GraphQL endpoint: GraphQL over HTTP, server-sent events, WebSockets, and a page for browsers.

The HTTP part follows the GraphQL over HTTP specification (https://graphql.github.io/graphql-over-http/).
"""

import asyncio
from codecs import BOM_UTF8
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext

from graphql import OperationType
from starlette import requests, responses
from starlette.requests import ClientDisconnect, HTTPConnection
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocket

from api.errors import Code
from api.graphql.errors import coded
from api.graphql.execution.json_text import TooLarge, decode
from api.graphql.execution.operations import Operations
from api.graphql.execution.requests import read_request
from api.graphql.execution.responses import OperationRejected, Response, rejected
from api.graphql.transport import negotiation
from api.graphql.transport.limits import TransportLimits
from api.graphql.transport.sse import EventStream, head_of_stream, single_response
from api.graphql.transport.websocket import Connection

_STATUS: dict[str, int] = {
    Code.METHOD_NOT_ALLOWED: 405,
    Code.NOT_ACCEPTABLE: 406,
    Code.PAYLOAD_TOO_LARGE: 413,
    Code.UNSUPPORTED_MEDIA_TYPE: 415,
    Code.INTERNAL: 500,
    Code.UNAVAILABLE: 503,
    Code.SHUTTING_DOWN: 503,
}
_READING = {"GET", "HEAD"}
_WELL_FORMED = {
    Code.GRAPHQL_PARSE_FAILED,
    Code.GRAPHQL_VALIDATION_FAILED,
    Code.OPERATION_RESOLUTION_FAILURE,
    Code.BAD_USER_INPUT,
    Code.LIMIT_EXCEEDED,
}


class GraphQLApp:
    """An ASGI application that serves the operations of one schema, to be mounted by its `routes`.

    `context` makes the context of one operation, and is called for each, also on a WebSocket. `ide` answers a
    browser that comes without a query. `authorize` judges a WebSocket by its `Authorization`, from the handshake or
    from `connection_init`; over HTTP that is the business of what stands before this application.

    A server that shuts down calls `close`, which ends all streams, and then `drain`, before it closes its sockets.
    """

    def __init__(
        self,
        operations: Operations,
        *,
        context: Callable[[HTTPConnection], object],
        ide: Callable[[requests.Request], responses.Response] | None,
        authorize: Callable[[str | None], bool],
        transport: TransportLimits | None = None,
    ) -> None:
        self._operations = operations
        self._context = context
        self._ide = ide
        self._authorize = authorize
        self._transport = transport or TransportLimits()
        self._open: set[EventStream | Connection] = set()
        self._closing = False
        self._receiving = 0

    def routes(self, path: str = "/graphql") -> list[BaseRoute]:
        """HTTP and WebSockets on one path."""
        return [Route(path, self), WebSocketRoute(path, self)]

    async def drain(self) -> None:
        """Waits until every mutation that was begun has finished, be its client there or not."""
        await self._operations.drain()

    async def close(self) -> None:
        """Ends every stream with `complete` and every WebSocket with code 1001, and begins no mutation any more."""
        self._closing = True
        if self._open:
            await asyncio.wait([asyncio.create_task(stream.close()) for stream in self._open])

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            socket = WebSocket(scope, receive, send)
            connection = Connection(socket, self._operations, self._context, self._authorize, self._transport)
            with self._kept(connection):
                await connection.run()
            return
        answer = await self._answer(requests.Request(scope, receive))
        with self._kept(answer) if isinstance(answer, EventStream) else nullcontext():
            await answer(scope, receive, send)

    @contextmanager
    def _kept(self, stream: EventStream | Connection) -> Iterator[None]:
        self._open.add(stream)
        if self._closing:
            stream.begin_closing()
        try:
            yield
        finally:
            self._open.discard(stream)

    async def _answer(self, request: requests.Request) -> ASGIApp:
        if self._ide and _is_a_browser(request):
            return self._ide(request)
        try:
            return await self._execute(request)
        except OperationRejected as refusal:
            return _rejection(request, refusal.response)
        except ClientDisconnect:
            return responses.Response(status_code=400)

    async def _execute(self, request: requests.Request) -> ASGIApp:
        _check_method_and_accept(request)
        operation = self._operations.prepare(read_request(await self._parameters(request)))
        if operation.type is OperationType.MUTATION and request.method in _READING:
            raise _refusal(Code.METHOD_NOT_ALLOWED, "Send mutations with POST.")
        if operation.type is OperationType.MUTATION and self._closing:
            raise _refusal(Code.SHUTTING_DOWN, "The server is shutting down.")
        context = self._context(request)
        if _is_streamed(request, operation.type):
            if request.method == "HEAD":
                return head_of_stream()
            return EventStream(self._operations, operation, context, self._transport)
        if operation.type is OperationType.SUBSCRIPTION:
            raise _refusal(Code.NOT_ACCEPTABLE, "Subscribe with `Accept: text/event-stream`, or over a WebSocket.")
        return _json(request, await self._operations.answer(operation, context))

    async def _parameters(self, request: requests.Request) -> object:
        if request.method in _READING:
            return _query_parameters(request)
        if not negotiation.sends_json(request.headers):
            raise _refusal(Code.UNSUPPORTED_MEDIA_TYPE, "Send the operation as application/json, in UTF-8.")
        if not negotiation.sends_plainly(request.headers):
            raise _refusal(Code.UNSUPPORTED_MEDIA_TYPE, "Send the body as it is, without Content-Encoding.")
        try:
            return decode((await self._body(request)).removeprefix(BOM_UTF8))
        except TooLarge as problem:
            raise _refusal(Code.PAYLOAD_TOO_LARGE, f"The body has {problem}.") from None
        except ValueError:
            raise _refusal(Code.BAD_REQUEST, "The body is not JSON in UTF-8.") from None

    async def _body(self, request: requests.Request) -> bytes:
        self._check_size(int(request.headers.get("content-length", 0)))
        body = bytearray()
        try:
            async for chunk in request.stream():
                body += chunk
                self._receiving += len(chunk)
                self._check_size(len(body))
        finally:
            self._receiving -= len(body)
        return bytes(body)

    def _check_size(self, size: int) -> None:
        transport = self._transport
        if size > transport.body_size:
            raise _refusal(Code.PAYLOAD_TOO_LARGE, f"The body has more than the {transport.body_size} bytes allowed.")
        if self._receiving > transport.bodies_size and size > transport.small_body_size:
            raise _refusal(Code.UNAVAILABLE, "The server is receiving too much at once; send the same again later.")


def _is_a_browser(request: requests.Request) -> bool:
    named = negotiation.names(request.headers, negotiation.HTML)
    return request.method in _READING and named and "query" not in request.query_params


def _check_method_and_accept(request: requests.Request) -> None:
    if request.method not in {*_READING, "POST"}:
        raise _refusal(Code.METHOD_NOT_ALLOWED, "GraphQL is served to GET, HEAD and POST.")
    streams = negotiation.names(request.headers, negotiation.EVENT_STREAM)
    if not streams and negotiation.answer_type(request.headers) is None:
        raise _refusal(
            Code.NOT_ACCEPTABLE,
            "Answers come as application/graphql-response+json, application/json or text/event-stream.",
        )


def _is_streamed(request: requests.Request, operation_type: OperationType) -> bool:
    """A client that takes both a stream and JSON gets the stream only where it is needed."""
    if not negotiation.names(request.headers, negotiation.EVENT_STREAM):
        return False
    return operation_type is OperationType.SUBSCRIPTION or negotiation.answer_type(request.headers) is None


def _query_parameters(request: requests.Request) -> dict[str, object]:
    parameters: dict[str, object] = dict(request.query_params)
    for name in ("variables", "extensions"):
        if text := request.query_params.get(name):
            try:
                parameters[name] = decode(text)
            except TooLarge as problem:
                raise _refusal(Code.PAYLOAD_TOO_LARGE, f"`{name}` has {problem}.") from None
            except ValueError:
                raise _refusal(Code.BAD_REQUEST, f"`{name}` is not JSON.") from None
    return parameters


def _refusal(code: Code, message: str) -> OperationRejected:
    return rejected(coded(code, message))


def _rejection(request: requests.Request, response: Response) -> responses.Response:
    streamed = negotiation.answer_type(request.headers) is None
    if streamed and negotiation.names(request.headers, negotiation.EVENT_STREAM) and response.code in _WELL_FORMED:
        return single_response(response)
    answer = _json(request, response)
    if response.code == Code.METHOD_NOT_ALLOWED:
        answer.headers["allow"] = "POST" if request.method in _READING else "GET, HEAD, POST"
    if not negotiation.sends_plainly(request.headers):
        answer.headers["accept-encoding"] = "identity"
    return answer


def _json(request: requests.Request, response: Response) -> responses.Response:
    media_type = negotiation.answer_type(request.headers) or negotiation.JSON
    answered = response.executed or (media_type == negotiation.JSON and response.code in _WELL_FORMED)
    return responses.Response(
        response.text,
        200 if answered else _STATUS.get(response.code, 400),
        headers={"cache-control": "no-store", "vary": "accept"},
        media_type=f"{media_type}; charset=utf-8",
    )
