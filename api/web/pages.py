"""Pages for people, and the files they load: all from this server, under a policy that forbids everything else.

Starlette's StaticFiles does not do: it knows no files compressed beforehand, and makes its ETag of a file's time and
size, in which the servers of one desk differ.
"""

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from api.web.assets import Asset, assets

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)
_HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    # Kept, but asked about each time: after an upgrade no page may run with scripts of another version.
    "Cache-Control": "no-cache",
}


def graphiql(request: Request) -> Response:
    """The GraphiQL page; it speaks GraphQL to the address that it was loaded from, so it may be served at any."""
    return _answer(request, assets()["graphiql.html"], vary="Accept, Accept-Encoding")


def dashboard(request: Request) -> Response:
    """The dashboard: a client of the API at `graphql` beside it."""
    return _answer(request, assets()["dashboard/index.html"], vary="Accept-Encoding")


def routes() -> list[BaseRoute]:
    """What the pages load, under `/static/`."""
    assets()  # Compressing takes a tenth of a second: now, not on the event loop at the first request.
    return [Route("/static/{path:path}", _static)]


async def _static(request: Request) -> Response:
    asset = assets().get(request.path_params["path"])
    if asset is None or asset.media_type == "text/html":
        raise HTTPException(404)
    return _answer(request, asset, vary="Accept-Encoding")


def _answer(request: Request, asset: Asset, vary: str) -> Response:
    headers = {**_HEADERS, "ETag": asset.etag, "Vary": vary}
    if _is_known(request, asset):
        return Response(status_code=304, headers=headers)
    body = asset.body
    if asset.gzipped is not None and "gzip" in request.headers.get("accept-encoding", ""):
        body = asset.gzipped
        headers["Content-Encoding"] = "gzip"
    headers["Content-Length"] = str(len(body))
    return Response(b"" if request.method == "HEAD" else body, headers=headers, media_type=asset.media_type)


def _is_known(request: Request, asset: Asset) -> bool:
    known = (tag.strip() for tag in request.headers.get("if-none-match", "").split(","))
    return asset.etag in known
