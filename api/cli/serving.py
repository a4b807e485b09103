"""Serves a desk on the network, with one process or several."""

import socket
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, nullcontext
from functools import partial
from importlib.metadata import version
from typing import TYPE_CHECKING, NoReturn

import typer

from api.bootstrap import hold_database, running_desk
from api.cli.running import exit_with, run, say
from api.errors import BadArgument, PapertapeError
from api.server import logs
from api.server.sockets import bound_sockets
from api.server.uvicorn_server import Server
from api.server.workers import Began, Workers
from api.settings import ServerSettings

if TYPE_CHECKING:
    from api.cli.serving_feeds import Feeding

_EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - and where to find a server that listens there


async def serve(settings: ServerSettings) -> int:
    """Serve a desk until a signal comes."""
    with hold_database(settings), listening(settings.host, settings.port) as sockets:
        fed = _feeding(settings)
        async with running_desk(settings) as desk:
            url = url_of(settings.host, sockets)
            say(f"Papertape {version('papertape')} serves {settings.database.shown} at {url}")
            async with fed(desk, url) as stop_feeds:
                server = Server(desk, trusted=settings.trusted_networks, before_shutdown=stop_feeds)
                await server.serve(sockets=sockets)
    say("Papertape has stopped.")
    return 0


def _feeding(settings: ServerSettings) -> "Feeding":
    """What feeds a desk, imported where there are feeds. Raises BadArgument."""
    if not settings.feed:
        return lambda _desk, _url: nullcontext()
    from api.cli.serving_feeds import feeding

    return feeding(settings)


async def serve_on(settings: ServerSettings, sockets: Sequence[socket.socket], began: Began) -> int:
    """Serve a desk on sockets that other processes serve on too, until a signal comes; says when it begins."""
    async with running_desk(settings) as desk:
        began()
        await Server(desk, trusted=settings.trusted_networks).serve(sockets=list(sockets))
    return 0


def serve_with_workers(settings: ServerSettings) -> NoReturn:
    """Serve a desk with several processes on the same sockets, until a signal comes; ends the program."""
    try:
        with logs.configured(settings.log_format), listening(settings.host, settings.port) as sockets:
            say(f"{settings.workers} workers serve {settings.database.shown} at {url_of(settings.host, sockets)}")
            code = Workers(settings.workers, partial(_serve_as_worker, settings), sockets).run()
    except PapertapeError as problem:
        exit_with(str(problem))
    say("Papertape has stopped.")
    raise typer.Exit(code)


def _serve_as_worker(settings: ServerSettings, sockets: Sequence[socket.socket], began: Began) -> None:
    """What a worker process does."""
    try:
        run(settings, lambda: serve_on(settings, sockets, began))
    except typer.Exit as end:
        sys.exit(end.exit_code)


@contextmanager
def listening(host: str, port: int) -> Iterator[list[socket.socket]]:
    """The sockets to serve on. Raises BadArgument where nothing can listen."""
    try:
        sockets = bound_sockets(host, port)
    except OSError as problem:
        raise BadArgument(f"cannot listen on {host}:{port}: {problem.strerror}") from problem
    with ExitStack() as stack:
        for listener in sockets:
            stack.enter_context(listener)
        yield sockets


def url_of(host: str, sockets: Sequence[socket.socket], path: str = "/graphql") -> str:
    """Where a server on these sockets is found."""
    name, port = _EVERYWHERE.get(host, host), sockets[0].getsockname()[1]
    return f"http://[{name}]:{port}{path}" if ":" in name else f"http://{name}:{port}{path}"
