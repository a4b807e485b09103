"""What the commands of the command line do."""

import asyncio
import socket
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from pathlib import Path

import httpx
import structlog
from rich.console import Console

from api.bootstrap import hold_database, running_desk
from api.errors import BadArgument
from api.feeds.client import DeskClient, FeedError, refuse_errors
from api.feeds.demo import WARM_UP_BARS, Step, begin, demo_steps, run_demo
from api.feeds.pace import parse_speed
from api.feeds.replay import replay as replay_file
from api.files.bar_file import BarFile
from api.files.intervals import Interval, parse_timezone
from api.persistence.chain import ExpectedHead
from api.persistence.database_file import identity, set_aside
from api.persistence.engines import read_engine, write_engine
from api.persistence.migrating import foreign_revision, newest_revision
from api.persistence.migrating import migrate as migrate_database
from api.persistence.postgres import require_sessions
from api.server.auth import bound_sockets
from api.server.desk import Desk
from api.server.uvicorn_server import Server
from api.server.workers import Began, Work, Workers
from api.settings import Settings
from api.verification import verify as verifying
from domain.notation import read_time
from domain.validation import Invalid

_log = structlog.get_logger(__name__)

_SIGNAL = '{symbol: \\"AAPL\\", side: LONG, stopLoss: 1, target1: 9999, quantity: 1}'

_EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - and where to find a server that listens there

_RETRACT = """
mutation RetractMarketData($input: RetractMarketDataInput!) {
  retractMarketData(input: $input) { bars quotes errors { code message } }
}
"""
_RETRACTION_SECONDS = 600

_ANSWER = "{ position { entryPrice } errors { message } }"


@dataclass(frozen=True, slots=True)
class Replay:
    """What to replay, and how."""

    file: Path
    symbol: str | None
    interval: str | None
    speed: str
    timezone: str | None
    strict: bool
    batch: int
    url: str


async def serve(settings: Settings) -> int:
    """Serve a desk until a signal comes."""
    with hold_database(settings), listening(settings) as sockets:
        async with running_desk(settings) as desk:
            url = _url(settings.host, sockets)
            _say(f"Papertape {version('papertape')} serves {settings.shown_database} at {url}")
            await Server(desk, trusted=settings.trusted_networks).serve(sockets=sockets)
    _say("Papertape has stopped.")
    return 0


async def serve_on(settings: Settings, sockets: Sequence[socket.socket], began: Began) -> int:
    """Serve a desk on sockets that other processes serve on too, until a signal comes; says when it begins."""
    async with running_desk(settings) as desk:
        began()
        await Server(desk, trusted=settings.trusted_networks).serve(sockets=list(sockets))
    return 0


def serve_with_workers(settings: Settings, work: Work) -> int:
    """Serve a desk with several processes, each doing `work` on the same sockets. Raises BadArgument."""
    with listening(settings) as sockets:
        _say(f"{settings.workers} workers serve {settings.shown_database} at {_url(settings.host, sockets)}")
        code = Workers(settings.workers, work, sockets).run()
    _say("Papertape has stopped.")
    return code


async def demo(settings: Settings, *, bars_per_second: float) -> int:
    """Serve a desk, and trade on it with the demo's bars and strategy."""
    with hold_database(settings), listening(settings) as sockets:
        await _set_aside_of_another_version(settings)
        async with running_desk(settings) as desk:
            url = _url(settings.host, sockets)
            steps = await asyncio.to_thread(demo_steps)
            await _begin_demo(settings, desk, url, steps)
            _say(_introduction(url, settings))
            feed = asyncio.create_task(_feed(settings, url, steps, bars_per_second))
            server = Server(desk, trusted=settings.trusted_networks, before_shutdown=lambda: _stop(feed))
            await server.serve(sockets=sockets)
    _say("Papertape has stopped. Start it again, and it goes on from here.")
    return 0


@contextmanager
def listening(settings: Settings) -> Iterator[list[socket.socket]]:
    """The sockets to serve on. Raises BadArgument where nothing can listen."""
    try:
        sockets = bound_sockets(settings.host, settings.port)
    except OSError as problem:
        raise BadArgument(f"cannot listen on {settings.host}:{settings.port}: {problem.strerror}") from problem
    with ExitStack() as stack:
        for each in sockets:
            stack.enter_context(each)
        yield sockets


async def _set_aside_of_another_version(settings: Settings) -> None:
    """A demo begins anew where another version of Papertape has left its own."""
    file = Path(settings.database.database or "")
    if identity(file) is None:
        return
    engine = read_engine(settings.database)
    try:
        revision = await foreign_revision(engine)
    finally:
        await engine.dispose()
    if revision is not None:
        kept = set_aside(file, f"revision-{revision}")
        _say(f"{file.name} is of another version of Papertape: it is kept as {kept.name}, and the demo begins anew.")


async def _begin_demo(settings: Settings, desk: Desk, url: str, steps: Sequence[Step]) -> None:
    """The demo's first prices and its account are there before the first client comes."""
    transport = httpx.ASGITransport(desk.app)
    async with DeskClient(url, token=settings.secret, transport=transport) as client:
        await begin(client, steps, WARM_UP_BARS)


async def _feed(settings: Settings, url: str, steps: Sequence[Step], bars_per_second: float) -> None:
    """Play the demo's bars and signals; should they be refused, the server goes on serving."""
    stop = asyncio.Event()
    try:
        await run_demo(url, steps, stop=stop, announce=_say, bars_per_second=bars_per_second, token=settings.secret)
    except FeedError as problem:
        _log.error("the demo has stopped trading", reason=str(problem))


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


async def replay(settings: Settings, wanted: Replay, console: Console) -> int:
    """Send a file's bars to a server. Raises BadArgument and FeedError."""
    interval = None if wanted.interval is None else Interval.parse(wanted.interval)
    timezone = None if wanted.timezone is None else parse_timezone(wanted.timezone)
    speed = parse_speed(wanted.speed)
    if not wanted.file.is_file():
        raise BadArgument(f"there is no file {wanted.file}")
    result = await replay_file(
        BarFile(wanted.file, interval, wanted.symbol, timezone),
        url=wanted.url,
        console=console,
        strict=wanted.strict,
        speed=speed,
        batch=wanted.batch,
        token=settings.secret,
    )
    return 0 if result.clean else 1


async def retract(settings: Settings, symbol: str, since: str, url: str) -> int:
    """Take back a symbol's market data on a server, from a time on. Raises BadArgument and FeedError."""
    try:
        time = read_time("FROM", since)
    except Invalid as problem:
        raise BadArgument(problem.message) from problem
    async with DeskClient(url, token=settings.secret, patience=_RETRACTION_SECONDS) as client:
        asked = {"input": {"symbol": symbol, "from": time.isoformat()}}
        payload = (await client.query(_RETRACT, asked))["retractMarketData"]
    refuse_errors(payload)
    _say(_retracted(symbol, time, payload["bars"], payload["quotes"]))
    return 0


def _retracted(symbol: str, since: datetime, bars: int, quotes: int) -> str:
    if bars + quotes == 0:
        return f"Nothing of {symbol} counts from {since:%Y-%m-%dT%H:%M:%SZ} on: nothing was retracted."
    counts = f"{bars} bar{'' if bars == 1 else 's'} and {quotes} quote{'' if quotes == 1 else 's'}"
    return (
        f"Retracted {counts} of {symbol}, from {since:%Y-%m-%dT%H:%M:%SZ} on. What of it was right can be sent again."
    )


async def migrate(settings: Settings, revision: str) -> int:
    """Migrate the database."""
    if not settings.is_embedded:
        await require_sessions(settings.database)
    engine = write_engine(settings.database)
    try:
        with hold_database(settings):
            await migrate_database(engine, revision)
    finally:
        await engine.dispose()
    _say(f"{settings.shown_database} is at revision {newest_revision() if revision == 'head' else revision}.")
    return 0


async def verify(settings: Settings, head: str | None, console: Console) -> int:
    """Verify the database; 1 if anything differs, or the head that was told of it is not there. Raises BadArgument."""
    expected = None if head is None else ExpectedHead.parse(head)
    return await verifying.verify(settings.database, console, expected)


def _url(host: str, sockets: Sequence[socket.socket]) -> str:
    name, port = _EVERYWHERE.get(host, host), sockets[0].getsockname()[1]
    return f"http://[{name}]:{port}/graphql" if ":" in name else f"http://{name}:{port}/graphql"


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def _introduction(url: str, settings: Settings) -> str:
    token = "" if settings.token is None else ' -H "Authorization: Bearer $PAPERTAPE_TOKEN"'
    post = f"{url} -H 'Content-Type: application/json'{token}"
    return f"""\
Papertape {version("papertape")} serves a demo desk: real daily bars, a published breakout rule, paper money.

  dashboard     {url.removesuffix("graphql")}
  GraphiQL      {url}
  WebSocket     {url.replace("http", "ws", 1)}  (graphql-transport-ws)
  database      {settings.shown_database}

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
