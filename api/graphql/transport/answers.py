"""How answers are sent over HTTP."""

from starlette.types import Message, Receive, Scope, Send

from api.graphql.transport.negotiation import GRAPHQL_JSON, JSON
from domain.records import dataclass

_PIECE_SIZE = 64 * 1024
_HEADERS = {
    media_type: (
        (b"content-type", f"{media_type}; charset=utf-8".encode()),
        (b"cache-control", b"no-store"),
        (b"vary", b"accept"),
    )
    for media_type in (JSON, GRAPHQL_JSON)
}


@dataclass(frozen=True, slots=True)
class JsonAnswer:
    """An ASGI response that holds JSON text; `headers` are sent in addition to those of every answer."""

    text: str
    status: int
    media_type: str
    headers: tuple[tuple[bytes, bytes], ...] = ()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        body = self.text.encode()
        length = (b"content-length", b"%d" % len(body))
        headers = [*_HEADERS[self.media_type], length, *self.headers]
        await send({"type": "http.response.start", "status": self.status, "headers": headers})
        await send_in_pieces({"type": "http.response.body", "body": body}, send)


async def send_in_pieces(message: Message, send: Send) -> None:
    """Send a message, if it is a large body in pieces, each once the one before has been taken.

    Sent at once it would be copied for a client that does not read, be it a page that all clients share.
    """
    if len(message.get("body", b"")) <= _PIECE_SIZE:
        await send(message)
        return
    body = memoryview(message["body"])
    for begin in range(0, len(body), _PIECE_SIZE):
        more = begin + _PIECE_SIZE < len(body) or message.get("more_body", False)
        await send({**message, "body": bytes(body[begin : begin + _PIECE_SIZE]), "more_body": more})
