"""A session's report as a page to keep, for browsers: the same as `papertape report --html` writes.

What draws it is imported for the first that is asked for: a server that starts does not wait for it.
"""

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route

from api.application.read_model import Reader
from api.authorization.principal import OPERATOR
from api.clock import WallClock
from api.report.content import Details, NothingToReport, Summary, Wanted, details, summary

_HEADERS = {
    # One file without scripts, whose styles stand in it.
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}


def report_route(reader: Reader, wall: WallClock) -> Route:
    """`/report?account=…&session=…&beside=…`: an account's running session, or another, also beside a backtest."""

    async def report(request: Request) -> Response:
        asked = request.query_params
        session = asked.get("session")
        if session is not None and not (session.isascii() and session.isdecimal()):
            return _refused(f"session is a number such as 2, not {session!r}", 400)
        wanted = Wanted(asked.get("account", "default"), None if session is None else int(session), asked.get("beside"))
        try:
            async with reader.snapshot(OPERATOR) as snapshot:
                figures = await summary(snapshot, wanted, wall())
                more = await details(snapshot, figures)
        except NothingToReport as nothing:
            return _refused(str(nothing), 404)
        return HTMLResponse(await run_in_threadpool(_drawn, figures, more), headers=_HEADERS)

    return Route("/report", report)


def _drawn(figures: Summary, more: Details) -> str:
    from api.report.page import page

    return page(figures, more)


def _refused(sentence: str, status: int) -> Response:
    return PlainTextResponse(sentence, status, headers=_HEADERS)
