"""Answers that are larger than what a connection holds for its client."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.graphql.transport.answers import send_in_pieces


class BodyInPieces:
    """ASGI middleware that sends a large body in pieces, each once the one before has been taken.

    Sent at once it would be copied for a client that does not read, be it a page that all clients share.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def paced(message: Message) -> None:
            await send_in_pieces(message, send)

        await self._app(scope, receive, paced)
