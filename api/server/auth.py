"""Who may speak to the server: the names it answers to, the pages that may use it, and the token it asks for."""

import hmac
from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass

from starlette.datastructures import QueryParams
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from api.errors import Code

ANY_HOST = "*"

Headers = Mapping[bytes, bytes]

_READING = {"GET", "HEAD"}
_OTHER_SITE = "A page of another site may not use this server: only its own pages may."
_DEFAULT_PORTS = {"http": ":80", "https": ":443"}


@dataclass(frozen=True, slots=True)
class _Denial:
    status: int
    code: Code
    message: str


class Access:
    """ASGI middleware that turns away what should not reach the application.

    `hosts` are the names, without ports, by which clients may call the server: a page that points its own name at
    this machine is refused by that. `"*"` allows every name. A page of another origin may use nothing but what lies
    at or below `public_paths`, and may lead its reader to the pages here. With a `token`, an HTTP request must carry
    `Authorization: Bearer …`, but for `public_paths` and the pages that a browser finds at `pages`. A WebSocket, whose
    headers a browser cannot set, is judged by `is_authorized` when its `connection_init` comes.

    Starlette's TrustedHostMiddleware does not do for `hosts`: it answers 400 in plain text, where this answers 403 with
    an error as the API has them, which says what to do.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        token: str | None,
        hosts: Sequence[str],
        public_paths: Sequence[str],
        pages: Sequence[str] = (),
    ) -> None:
        self._app = app
        self._token = token
        self._hosts = frozenset(host.lower() for host in hosts)
        self._public_paths = frozenset(public_paths)
        self._public_folders = tuple(f"{path}/" for path in public_paths if path != "/")
        self._pages = frozenset(pages)

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        denial = self._denial(scope) if scope["type"] in {"http", "websocket"} else None
        return (self._app if denial is None else _answer(denial))(scope, receive, send)

    def _denial(self, scope: Scope) -> _Denial | None:
        headers = dict(scope["headers"])
        return self._wrong_host(headers) or self._wrong_origin(scope, headers) or self._wrong_token(scope, headers)

    def _wrong_host(self, headers: Headers) -> _Denial | None:
        name = _without_port(_field(headers, b"host") or "")
        if ANY_HOST in self._hosts or name in self._hosts:
            return None
        return _Denial(
            403, Code.FORBIDDEN, f"This server does not answer to the name {name!r}; allow it in the server's settings."
        )

    def _wrong_origin(self, scope: Scope, headers: Headers) -> _Denial | None:
        origin = _field(headers, b"origin")
        if _is_of_this_origin(origin, headers) or (scope["type"] == "http" and self._is_public(scope)):
            return None
        if origin is None:
            return None if _is_navigation(scope, headers) else _Denial(403, Code.FORBIDDEN, _OTHER_SITE)
        return _Denial(403, Code.FORBIDDEN, f"A page of {origin!r} may not use this server: only its own pages may.")

    def _wrong_token(self, scope: Scope, headers: Headers) -> _Denial | None:
        if self._token is None or scope["type"] == "websocket":
            return None
        if self._is_public(scope) or self._is_a_page(scope, headers):
            return None
        if is_authorized(self._token, _field(headers, b"authorization")):
            return None
        return _Denial(
            401, Code.UNAUTHENTICATED, "This server asks for its token: send it as `Authorization: Bearer <token>`."
        )

    def _is_public(self, scope: Scope) -> bool:
        path: str = scope["path"]
        return path in self._public_paths or path.startswith(self._public_folders)

    def _is_a_page(self, scope: Scope, headers: Headers) -> bool:
        asks_for_it = scope["method"] in _READING and not scope["query_string"]
        return asks_for_it and scope["path"] in self._pages and "text/html" in (_field(headers, b"accept") or "")


def is_authorized(token: str | None, authorization: str | None) -> bool:
    """Whether an `Authorization` bears the token, compared in constant time; without a token everyone is."""
    if token is None:
        return True
    scheme, _, sent = (authorization or "").partition(" ")
    return scheme.lower() == "bearer" and hmac.compare_digest(sent.strip().encode(), token.encode())


def _is_of_this_origin(origin: str | None, headers: Headers) -> bool:
    """Whether it was sent by a page of this server, or by a program: only browsers say where a request began."""
    if origin is None:
        return (_field(headers, b"sec-fetch-site") or "none") in {"none", "same-origin"}
    scheme, _, place = origin.lower().partition("://")
    default_port = _DEFAULT_PORTS.get(scheme, "")
    return place.removesuffix(default_port) == (_field(headers, b"host") or "").lower().removesuffix(default_port)


def _is_navigation(scope: Scope, headers: Headers) -> bool:
    """Whether the reader of another page follows a link to a page here, which runs no query."""
    goes = _field(headers, b"sec-fetch-mode") == "navigate" and _field(headers, b"sec-fetch-dest") == "document"
    reads = scope["type"] == "http" and scope["method"] in _READING
    return goes and reads and "query" not in QueryParams(scope["query_string"])


def _without_port(host: str) -> str:
    name, colon, port = host.lower().rpartition(":")
    return name if colon and port.isdecimal() else host.lower()


def _field(headers: Headers, name: bytes) -> str | None:
    value = headers.get(name)
    return None if value is None else value.decode("latin-1")


def _answer(denial: _Denial) -> Response:
    body = {"errors": [{"message": denial.message, "extensions": {"code": denial.code}}]}
    headers = {"cache-control": "no-store"}
    if denial.status == 401:
        headers["www-authenticate"] = "Bearer"
    return JSONResponse(body, denial.status, headers)
