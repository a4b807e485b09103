"""Serves a desk on real daily bars, and trades on it."""

import asyncio
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

import httpx
import structlog

from api.bootstrap import hold_database, running_desk
from api.cli.running import say
from api.cli.serving import listening, url_of
from api.client import DeskClient, DeskError
from api.feeds.demo import WARM_UP_BARS, DemoStep, begin, demo_steps, run_demo
from api.persistence.database import Database
from api.persistence.database_errors import translated
from api.persistence.database_file import identity, set_aside
from api.persistence.migrations import foreign_revision
from api.server.running_desk import RunningDesk
from api.server.uvicorn_server import Server
from api.settings import ServerSettings

_log = structlog.get_logger(__name__)

_SIGNAL = '{symbol: \\"AAPL\\", side: LONG, stopLoss: 1, target1: 9999, quantity: 1}'
_ANSWER = "{ position { entryPrice } errors { message } }"


async def serve_demo(settings: ServerSettings, *, bars_per_second: float) -> int:
    """Serve a desk, and trade on it with the demo's bars and strategy."""
    with hold_database(settings), listening(settings.host, settings.port) as sockets:
        await _set_aside_of_another_version(settings)
        async with running_desk(settings) as desk:
            url = url_of(settings.host, sockets)
            steps = await asyncio.to_thread(demo_steps)
            await _begin_demo(settings, desk, url, steps)
            say(_introduction(url, settings))
            feed = asyncio.create_task(_feed(settings, url, steps, bars_per_second))
            server = Server(desk, trusted=settings.trusted_networks, before_shutdown=lambda: _stop(feed))
            await server.serve(sockets=sockets)
    say("Papertape has stopped. Start it again, and it goes on from here.")
    return 0


async def _set_aside_of_another_version(settings: ServerSettings) -> None:
    """A demo starts with a new file where the present one is of another version of Papertape."""
    file = settings.database.file
    if identity(file) is None:
        return
    async with Database.for_reading(settings.database) as database:
        revision = await database.run(foreign_revision)
    if revision is not None:
        with translated():
            kept = set_aside(file, f"revision-{revision}")
        say(f"{file.name} is of another version of Papertape: it is kept as {kept.name}; a new one is made.")


async def _begin_demo(settings: ServerSettings, desk: RunningDesk, url: str, steps: Sequence[DemoStep]) -> None:
    """The demo's first prices and its account are there before the first client comes."""
    transport = httpx.ASGITransport(desk.app)
    async with DeskClient(url, token=settings.secret, transport=transport) as client:
        await begin(client, steps, WARM_UP_BARS)


async def _feed(settings: ServerSettings, url: str, steps: Sequence[DemoStep], bars_per_second: float) -> None:
    """Play the demo's bars and signals; should they be refused, the server goes on serving."""
    try:
        await run_demo(url, steps, announce=say, bars_per_second=bars_per_second, token=settings.secret)
    except DeskError as problem:
        _log.error("demo trading stopped", reason=str(problem))


async def _stop(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


def demo_database(folder: Path, *, fresh: bool) -> Path:
    """The demo's newest database file; a new one beside it, if it is to begin afresh."""
    files = sorted(folder.glob("papertape-demo*.sqlite3"), key=_number)
    newest = _number(files[-1]) if files else 0
    number = newest + 1 if fresh or newest == 0 else newest
    return folder / ("papertape-demo.sqlite3" if number == 1 else f"papertape-demo-{number}.sqlite3")


def _number(file: Path) -> int:
    digits = file.stem.removeprefix("papertape-demo").removeprefix("-")
    return int(digits) if digits.isdecimal() else 1


def _introduction(url: str, settings: ServerSettings) -> str:
    token = "" if settings.token is None else ' -H "Authorization: Bearer $PAPERTAPE_TOKEN"'
    post = f"{url} -H 'Content-Type: application/json'{token}"
    return f"""\
Papertape {version("papertape")} serves a demo desk: real daily bars, a published breakout rule, paper money.

  dashboard     {url.removesuffix("graphql")}
  GraphiQL      {url}
  WebSocket     {url.replace("http", "ws", 1)}  (graphql-transport-ws)
  database      {settings.database.shown}

A first query:
  curl -s {post} \\
    -d '{{"query":"{{ account {{ equity openPositions realizedPnl unrealizedPnl }} }}"}}'

A stream that moves:
  curl -N {post} -H 'Accept: text/event-stream' \\
    -d '{{"query":"subscription {{ positionEvents {{ kind position {{ symbol side lastPrice unrealizedPnl }} }} }}"}}'

A signal of your own:
  curl -s {post} \\
    -d '{{"query":"mutation {{ executeSignal(input: {_SIGNAL}) {_ANSWER} }}"}}'

Stop with Ctrl-C.
"""
