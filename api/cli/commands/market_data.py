"""`papertape replay`, `inspect`, `feed` and `retract`: market data for a running server."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from api.cli.options import Columns, Dates, Decimal, Interval, Stamped, Strict, Timezone, Token, WrittenBy
from api.cli.running import run, settings_of


def replay(
    file: Annotated[
        Path, typer.Argument(help="Bars as CSV, JSON, Parquet or Arrow, as many programs write them; or packed.")
    ],
    symbol: Annotated[
        str | None, typer.Option(help="The symbol, if the file has no such column; or which to take.")
    ] = None,
    interval: Interval = None,
    speed: Annotated[str, typer.Option(help="Bars per second, or max.")] = "max",
    timezone: Timezone = None,
    written_by: WrittenBy = None,
    columns: Columns = None,
    stamped: Stamped = None,
    dates: Dates = None,
    decimal: Decimal = None,
    strict: Strict = False,
    batch: Annotated[int, typer.Option(min=1, max=5000, help="Bars per request.")] = 500,
    url: Annotated[str, typer.Option(help="The server to feed.")] = "http://127.0.0.1:8000/graphql",
    token: Token = None,
) -> None:
    """Send bars from a file to a running server. Sending the same file again changes nothing.

    The whole file is read and checked first, and put in order of time. A row that cannot be used is named by its line,
    and the rest is sent. Exits with 1 if the server has moved past a bar, or knows it with other figures.
    """
    from api.cli import market_data
    from api.cli.bar_files import BarFileArguments

    settings = settings_of(token=token)
    console = Console(stderr=True)
    said = BarFileArguments(symbol, interval, timezone, written_by, columns, stamped, dates, decimal)
    arguments = market_data.Replay(file, said, speed, strict, batch, url)
    run(settings, lambda: market_data.replay(settings, arguments, console))


def feed(
    name: Annotated[str, typer.Argument(help="Which feed: ccxt, alpaca, json, or one that is installed beside.")],
    words: Annotated[
        list[str] | None,
        typer.Argument(metavar="[OPTION=VALUE]...", help="What the feed needs, like symbols=BTC/USDT interval=1m."),
    ] = None,
    url: Annotated[str, typer.Option(help="The server to feed.")] = "http://127.0.0.1:8000/graphql",
    token: Token = None,
) -> None:
    """Feed a running server from a live market, until it is stopped.

    It begins with the bars after the server's last one, sends bars as they close and quotes in between, and connects
    again when the market or the server is lost, without a gap: `papertape feed ccxt exchange=binance symbols=BTC/USDT`.
    """
    from api.cli import feeding

    settings = settings_of(token=token)
    run(settings, lambda: feeding.feed(settings, name, words or [], url))


def inspect(
    file: Annotated[Path, typer.Argument(help="Bars, as replay takes them.")],
    symbol: Annotated[
        str | None, typer.Option(help="The symbol, if the file has no such column; or which to take.")
    ] = None,
    interval: Interval = None,
    timezone: Timezone = None,
    written_by: WrittenBy = None,
    columns: Columns = None,
    stamped: Stamped = None,
    dates: Dates = None,
    decimal: Decimal = None,
) -> None:
    """Show how a file of bars would be read, without a server: what it is taken for, its first and last bars, and gaps.

    Exits with 1 if it cannot be read; what it does not say is asked for.
    """
    from api.cli import inspecting
    from api.cli.bar_files import BarFileArguments

    said = BarFileArguments(symbol, interval, timezone, written_by, columns, stamped, dates, decimal)
    run(settings_of(), lambda: inspecting.inspect(file, said, Console(highlight=False)))


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
    is done, and what prevents it is named.
    """
    from api.cli import market_data

    settings = settings_of(token=token)
    run(settings, lambda: market_data.retract(settings, symbol, since, url))
