"""`papertape replay` and `papertape retract`: market data for a running server."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from api.cli.options import Interval, Strict, Timezone, Token
from api.cli.running import run, settings_of


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
    from api.cli import market_data

    settings = settings_of(token=token)
    console = Console(stderr=True)
    arguments = market_data.Replay(file, symbol, interval, speed, timezone, strict, batch, url)
    run(settings, lambda: market_data.replay(settings, arguments, console))


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
