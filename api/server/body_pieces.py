"""Answers that are larger than what a connection holds for its client."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

PIECE_SIZE = 64 * 1024


class BodyInPieces:
    """ASGI middleware that sends a large body in pieces, each once the one before has been taken.

    Sent at once it would be copied for a client that does not read, be it a page that all clients share.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def paced(message: Message) -> None:
            if message["type"] == "http.response.body" and len(message.get("body", b"")) > PIECE_SIZE:
                await _send_in_pieces(message, send)
            else:
                await send(message)

        await self._app(scope, receive, paced)


async def _send_in_pieces(message: Message, send: Send) -> None:
    body = memoryview(message["body"])
    for begin in range(0, len(body), PIECE_SIZE):
        more = begin + PIECE_SIZE < len(body) or message.get("more_body", False)
        await send({**message, "body": bytes(body[begin : begin + PIECE_SIZE]), "more_body": more})
