"""The ASGI application: routes, and what surrounds them."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from time import perf_counter

from prometheus_client import Histogram
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from api.application.feed_states import FeedStates
from api.application.metrics import Metrics
from api.graphql.transport.http import GraphQLApp
from api.hooks.endpoint import PATH as HOOKS
from api.server.auth import Access
from api.server.body_pieces import BodyInPieces
from api.settings import ServerSettings
from api.web.pages import dashboard
from api.web.pages import routes as web_routes

_GRAPHQL = "/graphql"
_LOOPBACK = ("127.0.0.1", "::1")
_SMALLEST_GZIP = 1_000
_MEASURED = frozenset({_GRAPHQL, "/healthz", "/readyz", "/metrics"})

Checks = Mapping[str, bool]


def make_app(
    settings: ServerSettings,
    graphql: GraphQLApp,
    routes: Sequence[BaseRoute],
    readiness: Callable[[], Awaitable[Checks]],
    feeds: FeedStates,
    metrics: Metrics,
) -> ASGIApp:
    """The application of a running desk; `routes` are what it offers beside its API and its pages."""
    others = Starlette(
        routes=[
            Route("/", dashboard),
            *routes,
            *_monitoring(SharedReadiness(readiness), feeds, metrics),
            *graphql.routes(_GRAPHQL),
            *web_routes(),
        ],
        middleware=[
            Middleware(ProxyHeadersMiddleware, trusted_hosts=[*_LOOPBACK, *map(str, settings.trusted_networks)]),
            Middleware(GZipMiddleware, minimum_size=_SMALLEST_GZIP),
        ],
    )
    access = Access(
        GraphQLFirst(graphql, BodyInPieces(others)),
        token=settings.secret,
        hosts=settings.hosts,
        public_paths=("/healthz", "/readyz", "/static", HOOKS),
        pages=("/", _GRAPHQL),
    )
    return RequestMetrics(access, metrics)


def _measured_path(path: str) -> str:
    """A path as it is counted: no secret of a hook is in it, nor whatever a client made up."""
    if path in _MEASURED:
        return path
    return HOOKS if path.startswith(f"{HOOKS}/") else "other"


class GraphQLFirst:
    """Hands over to GraphQL at once what is for it, as most requests are; the routes of `others` are a longer way."""

    def __init__(self, graphql: ASGIApp, others: ASGIApp) -> None:
        self._graphql = graphql
        self._others = others

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        if scope["path"] != _GRAPHQL:
            return self._others(scope, receive, send)
        is_compressed = scope["type"] == "http" and b"gzip" in dict(scope["headers"]).get(b"accept-encoding", b"")
        return (self._others if is_compressed else self._graphql)(scope, receive, send)


def _monitoring(readiness: Callable[[], Awaitable[Checks]], feeds: FeedStates, metrics: Metrics) -> list[Route]:
    """What supervisors and Prometheus ask for."""

    async def healthy(_: Request) -> Response:
        return PlainTextResponse("ok")

    async def ready(_: Request) -> Response:
        checks = await readiness()
        standing = {"feeds": {state.name: state.status.value for state in feeds.all}} if feeds.all else {}
        return JSONResponse({**checks, **standing}, status_code=200 if all(checks.values()) else 503)

    async def figures(_: Request) -> Response:
        return Response(metrics.exposition(), media_type="text/plain; version=0.0.4; charset=utf-8")

    return [Route("/healthz", healthy), Route("/readyz", ready), Route("/metrics", figures)]


class SharedReadiness:
    """Checks once for all who ask meanwhile: anyone may ask, and a check takes a connection to the database."""

    def __init__(self, check: Callable[[], Awaitable[Checks]]) -> None:
        self._check = check
        self._checking: asyncio.Future[Checks] | None = None

    async def __call__(self) -> Checks:
        if self._checking is None or self._checking.done():
            self._checking = asyncio.ensure_future(self._check())
        return await asyncio.shield(self._checking)


class RequestMetrics:
    """Measures how long HTTP requests take, event streams left out."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics
        self._times: dict[tuple[str, str], Histogram] = {}

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        return (self._measured if scope["type"] == "http" else self._app)(scope, receive, send)

    async def _measured(self, scope: Scope, receive: Receive, send: Send) -> None:
        begun, status = perf_counter(), "none"

        def send_and_note_status(message: Message) -> Awaitable[None]:
            nonlocal status
            if message["type"] == "http.response.start":
                is_stream = b"text/event-stream" in dict(message["headers"]).get(b"content-type", b"")
                status = "stream" if is_stream else str(message["status"])
            return send(message)

        await self._app(scope, receive, send_and_note_status)
        if status != "stream":
            path = _measured_path(scope["path"])
            self._times_of(path, status).observe(perf_counter() - begun)

    def _times_of(self, path: str, status: str) -> Histogram:
        if (times := self._times.get((path, status))) is None:
            times = self._times[path, status] = self._metrics.requests.labels(path, status)
        return times
