"""Operations over a WebSocket, by the graphql-transport-ws protocol.

Every operation is a task of its own, so that what goes wrong in one ends that one alone. A frame that breaks the
protocol closes the connection with the protocol's code, and so does a client that stops reading. The older
subprotocol `graphql-ws` is not spoken.
"""

import asyncio
from collections.abc import Callable
from contextlib import aclosing, suppress
from typing import Any

import structlog
from graphql import GraphQLFormattedError, OperationType
from starlette.requests import HTTPConnection
from starlette.types import Message
from starlette.websockets import WebSocket, WebSocketDisconnect

from api.errors import Code, PapertapeError
from api.graphql.errors import coded
from api.graphql.execution.json_text import TooLarge, decode, encode
from api.graphql.execution.operations import Operations
from api.graphql.execution.requests import OperationRequest, read_request
from api.graphql.execution.responses import OperationRejected, StreamFailed
from api.graphql.execution.subscriptions import LiveSubscription, Subscription
from api.graphql.transport.delivery import Delivery
from api.graphql.transport.frames import EXTENSION, FrameWriter
from api.graphql.transport.limits import TransportLimits

log = structlog.get_logger(__name__)

SUBPROTOCOL = "graphql-transport-ws"
_LONGEST_ID = 200


class Closing(PapertapeError):
    """Ends the connection with a close code and a reason."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


class Connection:
    """One client's WebSocket, from its handshake to its end."""

    def __init__(
        self,
        socket: WebSocket,
        operations: Operations,
        context: Callable[[HTTPConnection], object],
        authorize: Callable[[str | None], bool],
        transport: TransportLimits,
    ) -> None:
        self._socket = socket
        self._operations = operations
        self._context = context
        self._authorize = authorize
        self._transport = transport
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._streams: set[str] = set()
        self._acknowledged = False
        self._running: asyncio.Task[object] | None = None
        self._takes_messages = False
        self._closing: Closing | None = None
        self._shutting_down = False

    def begin_closing(self) -> None:
        """Let the connection be closed with 1001, without waiting for that."""
        self._end(Closing(1001, "The server is shutting down"))

    async def close(self) -> None:
        """Completes the subscriptions, gives other operations a little time to answer, and closes with 1001."""
        self._shutting_down = True
        cancelled = [id_ for id_ in tuple(self._streams) if await self._cancel(id_)]
        with suppress(Closing, WebSocketDisconnect, TimeoutError):
            async with asyncio.timeout(self._transport.farewell):
                for id_ in cancelled:
                    await self._send({"id": id_, "type": "complete"})
        if self._tasks:
            await asyncio.wait(self._tasks.values(), timeout=self._transport.grace)
        self.begin_closing()
        if self._running is not None:
            await asyncio.wait({self._running})

    async def run(self) -> None:
        """Serves the connection until either side ends it."""
        self._running = asyncio.current_task()
        try:
            await self._accept()
            await self._serve()
        except Closing as closing:
            await self._cancel_all()
            await self._close(closing)
        except WebSocketDisconnect:
            pass
        finally:
            await self._cancel_all()

    async def _accept(self) -> None:
        spoken = SUBPROTOCOL in self._socket.scope["subprotocols"]
        await self._socket.accept(SUBPROTOCOL if spoken else None)
        if not spoken:
            raise Closing(4406, "Subprotocol not acceptable")

    async def _serve(self) -> None:
        """Take messages until the connection ends. Raises Closing, and WebSocketDisconnect."""
        self._takes_messages = True
        try:
            # For the whole beginning: a client that sends other messages all the time must time out too.
            async with asyncio.timeout(self._transport.connection_init_timeout):
                while not self._acknowledged and self._closing is None:
                    await self._take_message()
            while self._closing is None:
                await self._take_message()
        except TimeoutError:
            raise Closing(4408, "Connection initialisation timeout") from None
        except asyncio.CancelledError:
            if self._closing is None or self._running is None or self._running.uncancel():
                raise
        finally:
            self._takes_messages = False
        raise self._closing

    async def _take_message(self) -> None:
        await self._handle(self._read(await self._socket.receive()))

    def _read(self, frame: Message) -> dict[str, Any]:
        if frame["type"] == "websocket.disconnect":
            raise WebSocketDisconnect(frame.get("code", 1005))
        text = frame.get("text")
        if text is None:
            raise Closing(1003, "Only text frames are understood")
        if len(text) > self._transport.frame_size:
            raise Closing(1009, "Message too big")
        try:
            message = decode(text)
        except TooLarge:
            raise Closing(1009, "Message too big") from None
        except ValueError:
            raise Closing(4400, "Invalid message: not JSON") from None
        if not isinstance(message, dict):
            raise Closing(4400, "Invalid message: not an object")
        return message

    async def _handle(self, message: dict[str, Any]) -> None:
        match message.get("type"):
            case "connection_init":
                await self._initialise(_payload(message))
            case "ping":
                await self._send({"type": "pong"} | ({"payload": payload} if (payload := _payload(message)) else {}))
            case "pong":
                _payload(message)
            case "subscribe":
                await self._subscribe(_id(message), message.get("payload"))
            case "complete":
                await self._cancel(_id(message))
            case _:
                raise Closing(4400, "Invalid message: unknown type")

    async def _initialise(self, payload: dict[str, Any]) -> None:
        if self._acknowledged:
            raise Closing(4429, "Too many initialisation requests")
        sent = payload.get("Authorization", payload.get("authorization"))
        authorization = sent if isinstance(sent, str) else self._socket.headers.get("authorization")
        if not self._authorize(authorization):
            raise Closing(4403, "Forbidden")
        self._acknowledged = True
        await self._send({"type": "connection_ack"})

    async def _subscribe(self, id_: str, payload: object) -> None:
        if not self._acknowledged:
            raise Closing(4401, "Unauthorized")
        if id_ in self._tasks:
            raise Closing(4409, f"Subscriber for {id_} already exists")
        try:
            request = read_request(payload)
        except OperationRejected as refusal:
            raise Closing(4400, f"Invalid message: {refusal.response.errors[0]['message']}"[:120]) from None
        if error := self._refusal():
            await self._send({"id": id_, "type": "error", "payload": [error]})
            return
        self._tasks[id_] = asyncio.create_task(self._operate(id_, request))

    def _refusal(self) -> GraphQLFormattedError | None:
        if self._shutting_down:
            return coded(Code.SHUTTING_DOWN, "The server is shutting down.").formatted
        if len(self._tasks) >= self._transport.operations_per_connection:
            limit = self._transport.operations_per_connection
            return coded(Code.LIMIT_EXCEEDED, f"A connection runs at most {limit} operations at a time.").formatted
        return None

    async def _operate(self, id_: str, request: OperationRequest) -> None:
        try:
            await self._perform(id_, request)
        except Closing as closing:
            self._end(closing)
        except WebSocketDisconnect:
            pass
        except Exception:
            log.exception("fault in an operation over a WebSocket")
            self._end(Closing(1011, "Internal error"))
        finally:
            if self._tasks.get(id_) is asyncio.current_task():
                self._forget(id_)

    async def _perform(self, id_: str, request: OperationRequest) -> None:
        context = self._context(self._socket)
        try:
            operation = self._operations.prepare(request)
            if operation.type is OperationType.SUBSCRIPTION:
                self._streams.add(id_)
                async with aclosing(await self._operations.subscribe(operation, context)) as subscription:
                    await self._stream(id_, subscription)
            else:
                await self._next(id_, (await self._operations.answer(operation, context)).text)
        except (OperationRejected, StreamFailed) as end:
            await self._send({"id": id_, "type": "error", "payload": end.response.errors})
        else:
            await self._send({"id": id_, "type": "complete"})

    async def _stream(self, id_: str, subscription: Subscription) -> None:
        if isinstance(subscription, LiveSubscription):
            # A ping may come at any time, and have a payload: clients that do not know of this one just answer it.
            cursor = await subscription.begin()
            await self._send({"type": "ping", "payload": {"id": id_, "cursor": cursor}})
            writer: FrameWriter | None = self._socket.scope.get("extensions", {}).get(EXTENSION)
            if writer is not None:
                await self._deliver(Delivery(id_, subscription, writer, self._transport.send_timeout))
        async for text in subscription:
            await self._next(id_, text)

    async def _deliver(self, delivery: Delivery) -> None:
        try:
            await delivery.run()
        except TimeoutError:
            raise _stopped_reading() from None

    async def _next(self, id_: str, text: str) -> None:
        await self._put(f'{{"id":{encode(id_)},"type":"next","payload":{text}}}')

    def _end(self, closing: Closing) -> None:
        """Let the connection be closed: whatever message it waits for is not taken any more."""
        if self._closing is not None:
            return
        self._closing = closing
        if self._takes_messages and self._running is not None:
            self._running.cancel()

    def _forget(self, id_: str) -> asyncio.Task[None] | None:
        self._streams.discard(id_)
        return self._tasks.pop(id_, None)

    async def _cancel(self, id_: str) -> bool:
        """Whether there was anything to cancel."""
        if (task := self._forget(id_)) is None:
            return False
        task.cancel()
        await asyncio.wait({task})
        return True

    async def _cancel_all(self) -> None:
        for id_ in tuple(self._tasks):
            await self._cancel(id_)

    async def _send(self, message: dict[str, Any]) -> None:
        await self._put(encode(message))

    async def _put(self, text: str) -> None:
        try:
            async with asyncio.timeout(self._transport.send_timeout):
                await self._socket.send_text(text)
        except TimeoutError:
            raise _stopped_reading() from None

    async def _close(self, closing: Closing) -> None:
        with suppress(TimeoutError, WebSocketDisconnect):
            async with asyncio.timeout(self._transport.farewell):
                await self._socket.close(closing.code, closing.reason)


def _stopped_reading() -> Closing:
    return Closing(1008, "The client stopped reading")


def _id(message: dict[str, Any]) -> str:
    id_ = message.get("id")
    if not isinstance(id_, str) or not 0 < len(id_) <= _LONGEST_ID:
        raise Closing(4400, "Invalid message: `id` must be a string that is neither empty nor long")
    return id_


def _payload(message: dict[str, Any]) -> dict[str, Any]:
    payload = message.get("payload")
    if payload is not None and not isinstance(payload, dict):
        raise Closing(4400, "Invalid message: `payload` must be an object")
    return payload or {}
