"""What WebSockets cost at least: Starlette's, which are left alone, and frames that are written as they are.

`POST /events/N` writes so many prebuilt frames to each client, past Starlette and past uvicorn's `send`.
"""

import asyncio
import sys
from typing import ClassVar

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request as HttpRequest
from starlette.responses import PlainTextResponse
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

FRAME_BYTES = 340
"""As long as the frame of an event that subscribers of the benchmark get."""

_BODY = FRAME_BYTES - 4
_FRAME = bytes((0x81, 126)) + _BODY.to_bytes(2, "big") + b'{"kind":"OPENED"}'.ljust(_BODY)


class Protocol(WebSocketsSansIOProtocol):
    """A connection that is known, so that it can be written to."""

    everybody: ClassVar[set["Protocol"]] = set()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take part."""
        super().connection_made(transport)
        self.everybody.add(self)

    def connection_lost(self, exc: Exception | None) -> None:
        """Take part no more."""
        self.everybody.discard(self)
        super().connection_lost(exc)


async def accept(socket: WebSocket) -> None:
    """Answer what a client says at the beginning, as a desk does, and wait until it goes."""
    await socket.accept("graphql-transport-ws")
    try:
        await socket.receive_text()
        await socket.send_text('{"type":"connection_ack"}')
        while True:
            await socket.receive_text()
    except WebSocketDisconnect:
        pass


async def events(request: HttpRequest) -> PlainTextResponse:
    """Write frames to all."""
    for _ in range(request.path_params["number"]):
        for protocol in Protocol.everybody:
            protocol.transport.write(_FRAME)
        await asyncio.sleep(0)
    return PlainTextResponse()


def main(port: int) -> None:
    """Serve until asked to stop."""
    app = Starlette(
        routes=[WebSocketRoute("/graphql", accept), Route("/events/{number:int}", events, methods=["POST"])]
    )
    uvicorn.run(
        app, port=port, loop="uvloop", ws=Protocol, ws_per_message_deflate=False, access_log=False, log_level="warning"
    )


if __name__ == "__main__":
    main(int(sys.argv[2]))
