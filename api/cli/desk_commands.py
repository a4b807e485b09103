"""Commands that serve a desk, feed one, or look after its database."""

import socket
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from rich.console import Console

from api.cli import operating
from api.cli.app import app
from api.cli.options import (
    AllowedHosts,
    BroadcastUrl,
    Clock,
    DatabaseUrl,
    Format,
    Host,
    Interval,
    Port,
    Strict,
    Timezone,
    Token,
    TrustedProxy,
    WorkerCount,
)
from api.cli.running import fail, require_file, run, settings_of
from api.clock import ClockKind
from api.errors import PapertapeError
from api.server import logs
from api.server.workers import Began
from api.settings import Settings


@app.command()
def serve(
    host: Host = None,
    port: Port = None,
    database_url: DatabaseUrl = None,
    broadcast_url: BroadcastUrl = None,
    log_format: Format = None,
    token: Token = None,
    allowed_hosts: AllowedHosts = None,
    trusted_proxy: TrustedProxy = None,
    clock: Clock = None,
    workers: WorkerCount = None,
) -> None:
    """Serve a desk over GraphQL, until it is asked to stop.

    The embedded database is a file in the current folder, which migrates itself; PostgreSQL is migrated with
    `papertape migrate`. Open http://127.0.0.1:8000/graphql in a browser to look around.
    """
    settings = settings_of(
        host=host,
        port=port,
        database_url=database_url,
        broadcast_url=broadcast_url,
        log_format=log_format,
        token=token,
        allowed_hosts=allowed_hosts,
        trusted_proxy=trusted_proxy,
        clock=clock,
        workers=workers,
    )
    if settings.workers > 1:
        _supervise(settings)
    run(settings, lambda: operating.serve(settings))


@app.command()
def demo(
    host: Host = None,
    port: Port = None,
    log_format: Format = None,
    token: Token = None,
    allowed_hosts: AllowedHosts = None,
    trusted_proxy: TrustedProxy = None,
    fresh: Annotated[bool, typer.Option("--fresh", help="Begin anew with a new file; the old one is kept.")] = False,
    speed: Annotated[float, typer.Option(min=0.01, max=1000, help="Bars per second.")] = 2,
) -> None:
    """Serve a desk on real daily bars, with a published breakout strategy trading on it, long and short.

    It runs on the market's clock, so that a signal of yours without a timestamp fills at the price of the moment.
    Stop it and start it again: it goes on where it was. Its database is papertape-demo.sqlite3 in the current folder.
    """
    database = operating.demo_database(Path.cwd(), fresh=fresh)
    settings = settings_of(
        host=host,
        port=port,
        log_format=log_format,
        token=token,
        allowed_hosts=allowed_hosts,
        trusted_proxy=trusted_proxy,
        database_url=f"sqlite:///{database}",
        broadcast_url="memory://",
        clock=ClockKind.MARKET,
    )
    run(settings, lambda: operating.demo(settings, bars_per_second=speed))


@app.command()
def replay(
    file: Annotated[
        Path, typer.Argument(help="Bars as .csv or .csv.gz, with a header: date, open, high, low, close ...")
    ],
    symbol: Annotated[
        str | None, typer.Option(help="The symbol, if the file has no such column; or which to take.")
    ] = None,
    interval: Interval = None,
    speed: Annotated[str, typer.Option(help="Bars per second, or max.")] = "max",
    timezone: Timezone = None,
    strict: Strict = False,
    batch: Annotated[int, typer.Option(min=1, max=5000, help="Bars per request.")] = 500,
    url: Annotated[str, typer.Option(help="The server to feed.")] = "http://127.0.0.1:8000/graphql",
    token: Token = None,
) -> None:
    """Send bars from a file to a running server. Sending the same file again changes nothing.

    The whole file is read and checked first, and put in order of time. A row that cannot be used is named by its line,
    and the rest is sent. Exits with 1 if the server has moved past a bar, or knows it with other figures.
    """
    settings = settings_of(token=token)
    console = Console(stderr=True)
    arguments = operating.Replay(file, symbol, interval, speed, timezone, strict, batch, url)
    run(settings, lambda: operating.replay(settings, arguments, console))


@app.command()
def retract(
    symbol: Annotated[str, typer.Argument(help="The symbol whose market data was wrong.")],
    since: Annotated[
        str, typer.Argument(metavar="FROM", help="From when on, with its offset, like 2035-01-01T00:00:00Z.")
    ],
    url: Annotated[str, typer.Option(help="The server.")] = "http://127.0.0.1:8000/graphql",
    token: Token = None,
) -> None:
    """Take back market data that was wrong: bars that end after FROM, and quotes from then on.

    The desk stands as if they had never come, and they can be sent again. Where anything was decided by them, nothing
    is done, and what stands in the way is told.
    """
    settings = settings_of(token=token)
    run(settings, lambda: operating.retract(settings, symbol, since, url))


@app.command()
def migrate(
    database_url: DatabaseUrl = None, revision: Annotated[str, typer.Option(help="Where to, up or down.")] = "head"
) -> None:
    """Bring the database to the shape that this version needs."""
    settings = settings_of(database_url=database_url)
    run(settings, lambda: operating.migrate(settings, revision))


@app.command()
def schema() -> None:
    """Print the GraphQL schema."""
    from api.graphql.schema import printed

    sys.stdout.write(printed())


@app.command()
def verify(
    database_url: DatabaseUrl = None,
    expect: Annotated[
        str | None, typer.Option(help="A head, ORDINAL:HASH, that the record must end with or have grown from.")
    ] = None,
) -> None:
    """Fold the journal, and compare what follows from it with what is stored, to the last digit.

    A server may run meanwhile. Exits with 1 if anything differs. Prints the record's head, as `backup` and `export`
    do: with --expect a record that lost its end since, or is another, is found too.
    """
    settings = settings_of(database_url=database_url)
    require_file(settings)
    run(settings, lambda: operating.verify(settings, expect, Console()))


def _supervise(settings: Settings) -> NoReturn:
    """Serve with several processes."""
    logs.configure(settings.log_format)
    try:
        code = operating.serve_with_workers(settings, partial(serve_as_worker, settings))
    except PapertapeError as problem:
        fail(str(problem))
    raise typer.Exit(code)


def serve_as_worker(settings: Settings, sockets: Sequence[socket.socket], began: Began) -> None:
    """What a worker process does."""
    try:
        run(settings, lambda: operating.serve_on(settings, sockets, began))
    except typer.Exit as end:
        sys.exit(end.exit_code)
