"""The ASGI application: routes, and what surrounds them."""

from collections.abc import Awaitable, Callable, Mapping

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from api.access import Access
from api.graphql.http import GraphQLApp
from api.settings import Settings
from api.web.pages import routes as web_routes

_GRAPHQL = "/graphql"
_SMALLEST_GZIP = 1_000


def make_app(
    settings: Settings, graphql: GraphQLApp, readiness: Callable[[], Awaitable[Mapping[str, bool]]]
) -> Starlette:
    """The application of a running desk."""

    async def ready(_: Request) -> Response:
        checks = await readiness()
        return JSONResponse(dict(checks), status_code=200 if all(checks.values()) else 503)

    return Starlette(
        routes=[
            Route("/", _to_graphql),
            Route("/healthz", _healthy),
            Route("/readyz", ready),
            *graphql.routes(_GRAPHQL),
            *web_routes(),
        ],
        middleware=[
            Middleware(
                Access,
                token=settings.secret,
                hosts=settings.hosts,
                public_paths=("/healthz", "/readyz", "/static"),
                pages=("/", _GRAPHQL),
            ),
            Middleware(GZipMiddleware, minimum_size=_SMALLEST_GZIP),
        ],
    )


async def _to_graphql(_: Request) -> Response:
    return RedirectResponse(_GRAPHQL)


async def _healthy(_: Request) -> Response:
    return PlainTextResponse("ok")
