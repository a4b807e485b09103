"""Answers over HTTP that hold one response."""

from dataclasses import dataclass

from starlette.types import Receive, Scope, Send

from api.graphql.transport.negotiation import GRAPHQL_JSON, JSON

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
        await send({"type": "http.response.body", "body": body})
