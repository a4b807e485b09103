"""The delivery of a subscription over a WebSocket: each response in a frame that all who share it are written.

While its client reads, an event is written in the call that offers it. A client that does not is written no more than
a few frames ahead: what comes for it meanwhile waits as events, and no response is made for it.
"""

import asyncio

from api.graphql.execution.json_text import encode
from api.graphql.execution.responses import StreamFailed
from api.graphql.execution.sharing import Rendering
from api.graphql.execution.subscriptions import LiveSubscription
from api.graphql.transport.frames import FrameWriter, text_frame

_WRITTEN_AT_ONCE = 64 * 1024


class Delivery:
    """Writes the responses of one subscription, which has begun, in `next` messages of an operation."""

    __slots__ = ("_head", "_idle", "_later", "_patience", "_subscription", "_writer")

    def __init__(self, id_: str, subscription: LiveSubscription, writer: FrameWriter, patience: float) -> None:
        self._head = f'{{"id":{encode(id_)},"type":"next","payload":'
        self._subscription = subscription
        self._writer = writer
        self._patience = patience
        self._later: asyncio.Future[Rendering] | None = None
        self._idle: asyncio.Future[None] | None = None

    async def run(self) -> None:
        """Go on until it is cancelled. Raises StreamFailed, and TimeoutError for a client that has stopped reading."""
        while True:
            if self._write():
                await asyncio.sleep(0)  # others take their turns
            elif self._later is not None:
                await self._write_later(self._later)
            elif not self._writer.is_writable:
                async with asyncio.timeout(self._patience):
                    await self._writer.until_writable()
            elif self._subscription.listen(self._receive):
                await self._until_interrupted()
            else:
                await self._subscription.ready()

    async def _until_interrupted(self) -> None:
        """Let events be written as they come; return when one cannot be."""
        self._idle = asyncio.get_running_loop().create_future()
        try:
            await self._idle
        finally:
            self._idle = None

    def _receive(self, event: object) -> bool:
        """Write the response to an event, or leave it to `run` where that is not possible; whether it was written."""
        idle = self._idle
        if idle is None or idle.done():
            return False
        try:
            response = self._subscription.response(event)
        except StreamFailed as problem:
            idle.set_exception(problem)
            return True
        if not isinstance(response, Rendering):
            idle.set_result(None)
            return False
        self._writer.write_frames(self._frame(response))
        if not self._writer.is_writable:
            idle.set_result(None)
        return True

    def _write(self) -> bool:
        """Write responses that are at hand, if the client reads; whether there were any."""
        frames = self._frames() if self._later is None and self._writer.is_writable else b""
        if frames:
            self._writer.write_frames(frames)
        return bool(frames)

    def _frames(self) -> bytes:
        frames: list[bytes] = []
        size = 0
        while size < _WRITTEN_AT_ONCE and (rendering := self._subscription.take()) is not None:
            if not isinstance(rendering, Rendering):
                self._later = rendering
                break
            frame = self._frame(rendering)
            frames.append(frame)
            size += len(frame)
        return frames[0] if len(frames) == 1 else b"".join(frames)

    async def _write_later(self, rendering: asyncio.Future[Rendering]) -> None:
        self._writer.write_frames(self._frame(await asyncio.shield(rendering)))
        self._later = None

    def _frame(self, rendering: Rendering) -> bytes:
        """The frame of a response. Clients number their operations, so that most have the id of the one before."""
        if rendering.head != self._head:
            rendering.frame, rendering.head = text_frame(f"{self._head}{rendering.text}}}".encode()), self._head
        return rendering.frame
