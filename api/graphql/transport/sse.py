"""Operations over server-sent events: the "distinct connections" mode of the graphql-sse protocol.

Each response is an `event: next`, and the last event is `complete`. Comments keep the connection alive between them.
"""

import asyncio
from contextlib import aclosing, suppress
from typing import Any

import structlog
from graphql import OperationType
from starlette import responses
from starlette.datastructures import Headers
from starlette.types import Message, Receive, Scope, Send

from api.graphql.execution.operations import Operation, Operations
from api.graphql.execution.responses import OperationRejected, Response, StreamFailed
from api.graphql.execution.subscriptions import LiveSubscription
from api.graphql.transport.answers import send_in_pieces
from api.graphql.transport.limits import TransportLimits

log = structlog.get_logger(__name__)

_HEADERS = {
    "content-type": "text/event-stream; charset=utf-8",
    "cache-control": "no-cache, no-transform",
    "x-accel-buffering": "no",
}
_HEARTBEAT = ":\n\n"
_COMPLETE = "event: complete\ndata:\n\n"


def single_response(response: Response) -> responses.Response:
    """A whole stream that holds one response, for a request that is not executed."""
    return responses.Response(_next(response.text) + _COMPLETE, headers=_HEADERS)


def head_of_stream() -> responses.Response:
    """The answer to HEAD: the headers of a stream, which is not begun."""
    return responses.Response(headers=_HEADERS)


class EventStream:
    """An ASGI response that runs one operation until it completes, the client goes, or the server closes."""

    def __init__(
        self, operations: Operations, operation: Operation, context: object, transport: TransportLimits
    ) -> None:
        self._operations = operations
        self._operation = operation
        self._context = context
        self._transport = transport
        self._closing = asyncio.Event()
        self._closed = asyncio.Event()

    def begin_closing(self) -> None:
        """Let the stream end, without waiting for that."""
        self._closing.set()

    async def close(self) -> None:
        """Ends a subscription at once, and a query or mutation when it is answered, or when `grace` is over."""
        if self._operation.type is not OperationType.SUBSCRIPTION:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._closed.wait(), self._transport.grace)
        self.begin_closing()
        await self._closed.wait()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._send = send
        try:
            await self._put({"type": "http.response.start", "status": 200, "headers": Headers(_HEADERS).raw})
            await self._run(receive)
        except (TimeoutError, OSError):
            log.info("a client of an event stream stopped reading")
        finally:
            self._closed.set()

    async def _run(self, receive: Receive) -> None:
        writing = asyncio.create_task(self._write())
        leaving = asyncio.create_task(_gone(receive))
        closing = asyncio.create_task(self._closing.wait())
        tasks = {writing, leaving, closing}
        try:
            await self._beat_until_any(tasks)
        finally:
            await _cancelled(tasks)
        if leaving.cancelled():
            await self._finish(writing)

    async def _beat_until_any(self, tasks: set[asyncio.Task[Any]]) -> None:
        done: set[asyncio.Task[Any]] = set()
        while not done:
            await self._text(_HEARTBEAT)
            done, _ = await asyncio.wait(tasks, timeout=self._transport.heartbeat, return_when=asyncio.FIRST_COMPLETED)

    async def _finish(self, writing: asyncio.Task[Any]) -> None:
        if not writing.cancelled():
            writing.result()
        async with asyncio.timeout(self._transport.farewell):
            await self._text(_COMPLETE)
            await self._put({"type": "http.response.body", "body": b"", "more_body": False})

    async def _write(self) -> None:
        try:
            if self._operation.type is not OperationType.SUBSCRIPTION:
                await self._text(_next((await self._operations.answer(self._operation, self._context)).text))
                return
            async with aclosing(await self._operations.subscribe(self._operation, self._context)) as subscription:
                if isinstance(subscription, LiveSubscription):
                    await self._text(_began_after(await subscription.begin()))
                async for text in subscription:
                    await self._text(_next(text))
        except (OperationRejected, StreamFailed) as end:
            await self._text(_next(end.response.text))

    async def _text(self, text: str) -> None:
        await send_in_pieces({"type": "http.response.body", "body": text.encode(), "more_body": True}, self._put)

    async def _put(self, message: Message) -> None:
        async with asyncio.timeout(self._transport.send_timeout):
            await self._send(message)


def _next(text: str) -> str:
    return f"event: next\ndata: {text}\n\n"


def _began_after(cursor: str) -> str:
    """A comment before the first event: clients pass over it, as they would not over an event of another kind."""
    return f": cursor {cursor}\n"


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _cancelled(tasks: set[asyncio.Task[Any]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
