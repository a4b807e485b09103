"""The GraphQL endpoint: GraphQL over HTTP, server-sent events, WebSockets, and a page for browsers.

The HTTP part follows the GraphQL over HTTP specification (https://graphql.github.io/graphql-over-http/).
"""

import asyncio
from codecs import BOM_UTF8
from collections.abc import Awaitable, Callable

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
from api.graphql.transport.answers import JsonAnswer
from api.graphql.transport.limits import TransportLimits
from api.graphql.transport.negotiation import JSON, Negotiation, negotiated
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
            await self._keep(connection, connection.run())
            return
        answer = await self._answer(requests.Request(scope, receive))
        answering = answer(scope, receive, send)
        await (self._keep(answer, answering) if isinstance(answer, EventStream) else answering)

    async def _keep(self, stream: EventStream | Connection, running: Awaitable[None]) -> None:
        """Run a stream, which is ended when the server closes."""
        self._open.add(stream)
        if self._closing:
            stream.begin_closing()
        try:
            await running
        finally:
            self._open.discard(stream)

    async def _answer(self, request: requests.Request) -> ASGIApp:
        asked = negotiated(request.scope["headers"])
        if self._ide and asked.takes_page and _is_a_visit(request):
            return self._ide(request)
        try:
            return await self._execute(request, asked)
        except OperationRejected as refusal:
            return _rejection(request.method, asked, refusal.response)
        except ClientDisconnect:
            return responses.Response(status_code=400)

    async def _execute(self, request: requests.Request, asked: Negotiation) -> ASGIApp:
        _check_method_and_accept(request.method, asked)
        operation = self._operations.prepare(read_request(await self._parameters(request, asked)))
        kind = operation.type
        if kind is OperationType.MUTATION and request.method in _READING:
            raise _refusal(Code.METHOD_NOT_ALLOWED, "Send mutations with POST.")
        if kind is OperationType.MUTATION and self._closing:
            raise _refusal(Code.SHUTTING_DOWN, "The server is shutting down.")
        context = self._context(request)
        if _is_streamed(asked, kind):
            if request.method == "HEAD":
                return head_of_stream()
            return EventStream(self._operations, operation, context, self._transport)
        if kind is OperationType.SUBSCRIPTION:
            raise _refusal(Code.NOT_ACCEPTABLE, "Subscribe with `Accept: text/event-stream`, or over a WebSocket.")
        return _json(asked, await self._operations.answer(operation, context))

    async def _parameters(self, request: requests.Request, asked: Negotiation) -> object:
        if request.method in _READING:
            return _query_parameters(request)
        if not asked.sends_json:
            raise _refusal(Code.UNSUPPORTED_MEDIA_TYPE, "Send the operation as application/json, in UTF-8.")
        if not asked.sends_plainly:
            raise _refusal(Code.UNSUPPORTED_MEDIA_TYPE, "Send the body as it is, without Content-Encoding.")
        try:
            return decode((await self._body(request)).removeprefix(BOM_UTF8))
        except TooLarge as problem:
            raise _refusal(Code.PAYLOAD_TOO_LARGE, f"The body has {problem}.") from None
        except ValueError:
            raise _refusal(Code.BAD_REQUEST, "The body is not JSON in UTF-8.") from None

    async def _body(self, request: requests.Request) -> bytes:
        self._check_size(int(dict(request.scope["headers"]).get(b"content-length", 0)))
        body, is_whole = bytearray(), False
        try:
            while not is_whole:
                message = await request.receive()
                if message["type"] == "http.disconnect":
                    raise ClientDisconnect
                chunk = message.get("body", b"")
                body += chunk
                self._receiving += len(chunk)
                self._check_size(len(body))
                is_whole = not message.get("more_body", False)
        finally:
            self._receiving -= len(body)
        return bytes(body)

    def _check_size(self, size: int) -> None:
        transport = self._transport
        if size > transport.body_size:
            raise _refusal(Code.PAYLOAD_TOO_LARGE, f"The body has more than the {transport.body_size} bytes allowed.")
        if self._receiving > transport.bodies_size and size > transport.small_body_size:
            raise _refusal(Code.UNAVAILABLE, "The server is receiving too much at once; send the same again later.")


def _is_a_visit(request: requests.Request) -> bool:
    return request.method in _READING and "query" not in request.query_params


def _check_method_and_accept(method: str, asked: Negotiation) -> None:
    if method not in _READING and method != "POST":
        raise _refusal(Code.METHOD_NOT_ALLOWED, "GraphQL is served to GET, HEAD and POST.")
    if not asked.takes_stream and asked.answer_type is None:
        raise _refusal(
            Code.NOT_ACCEPTABLE,
            "Answers come as application/graphql-response+json, application/json or text/event-stream.",
        )


def _is_streamed(asked: Negotiation, operation_type: OperationType) -> bool:
    """A client that takes both a stream and JSON gets the stream only where it is needed."""
    return asked.takes_stream and (operation_type is OperationType.SUBSCRIPTION or asked.answer_type is None)


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


def _rejection(method: str, asked: Negotiation, response: Response) -> ASGIApp:
    if asked.takes_stream and asked.answer_type is None and response.code in _WELL_FORMED:
        return single_response(response)
    headers: list[tuple[bytes, bytes]] = []
    if response.code == Code.METHOD_NOT_ALLOWED:
        headers.append((b"allow", b"POST" if method in _READING else b"GET, HEAD, POST"))
    if not asked.sends_plainly:
        headers.append((b"accept-encoding", b"identity"))
    return _json(asked, response, *headers)


def _json(asked: Negotiation, response: Response, *headers: tuple[bytes, bytes]) -> JsonAnswer:
    media_type = asked.answer_type or JSON
    answered = response.executed or (media_type == JSON and response.code in _WELL_FORMED)
    status = 200 if answered else _STATUS.get(response.code, 400)
    return JsonAnswer(response.text, status, media_type, headers)
