"""`papertape backtest` and `register`."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from api.cli.options import Columns, Dates, Decimal, Interval, Stamped, Strict, Timezone, Token, WrittenBy
from api.cli.running import run, settings_of
from api.cli.trading_options import AsJson

Signals = Annotated[
    Path | None,
    typer.Option(help="Signals, closings and cancellations as .csv or .jsonl, in the fields of the API's inputs."),
]


def backtest(
    session: Annotated[
        Path | None, typer.Argument(help="What `papertape export session` wrote; or give --bars and --signals.")
    ] = None,
    bars: Annotated[
        list[Path] | None, typer.Option(help="Bars, as replay reads them, or SYMBOL=FILE; may be repeated.")
    ] = None,
    signals: Signals = None,
    settings_file: Annotated[
        Path | None, typer.Option("--settings", help="Settings as JSON, with the fields of SettingsInput.")
    ] = None,
    account: Annotated[str | None, typer.Option(help="The account's name [default: default].")] = None,
    symbol: Annotated[str | None, typer.Option(help="The symbol, for files of bars that do not say it.")] = None,
    interval: Interval = None,
    timezone: Timezone = None,
    written_by: WrittenBy = None,
    columns: Columns = None,
    stamped: Stamped = None,
    dates: Dates = None,
    decimal: Decimal = None,
    strict: Strict = False,
    register: Annotated[str | None, typer.Option(help="A server to record the result on, to compare with.")] = None,
    name: Annotated[str | None, typer.Option(help="The name to record it under [default: the file's].")] = None,
    token: Token = None,
) -> None:
    """Run the desk's own engine over an exported session, or over bare files, and print what came of it.

    A session's export gives its ledger again, exactly. Bare files are put in order of time: bars that end at or before
    a signal's timestamp precede it. Rows of signals may also close and cancel.
    """
    from api.cli import backtesting
    from api.cli.bar_files import BarFileArguments

    said = BarFileArguments(symbol, interval, timezone, written_by, columns, stamped, dates, decimal)
    wanted = backtesting.BacktestArguments(
        session, [*map(str, bars or ())], signals, settings_file, account, said, strict, register, name
    )
    settings = settings_of(token=token)
    run(settings, lambda: backtesting.backtest(settings, wanted, Console()))


def register(
    file: Annotated[
        Path,
        typer.Argument(
            help="Trades of TradingView, backtesting.py, vectorbt, freqtrade or MetaTrader; or daily returns."
        ),
    ],
    name: Annotated[str | None, typer.Option(help="The name to record it under [default: the file's].")] = None,
    source: Annotated[str | None, typer.Option(help="What made it [default: the tool that wrote the file].")] = None,
    symbol: Annotated[str | None, typer.Option(help="The symbol, if the file does not say it.")] = None,
    timezone: Annotated[
        str | None, typer.Option(help="Zone of times without an offset, e.g. America/New_York.")
    ] = None,
    dates: Dates = None,
    decimal: Decimal = None,
    strategy: Annotated[
        str | None, typer.Option(help="Which strategy, or column of returns, if there are several.")
    ] = None,
    url: Annotated[str, typer.Option(help="The server.")] = "http://127.0.0.1:8000/graphql",
    token: Token = None,
    as_json: AsJson = False,
) -> None:
    """Record the trades or the daily returns of another tool on a running server, so that paper is compared with them.

    The whole file is read and checked first: one row that cannot be used is named, and nothing is recorded. The same
    file recorded again under the same name is recorded once. Trades that are still open are left out, and counted.
    """
    from api.cli.register_trades import Registration, register_trades
    from api.files.intervals import parse_timezone
    from api.files.trade_file import TradeFile

    settings = settings_of(token=token)

    async def work() -> int:
        zone = None if timezone is None else parse_timezone(timezone)
        wanted = Registration(TradeFile(file, symbol, zone, strategy, dates, decimal), name, source, url, as_json)
        return await register_trades(settings, wanted, Console())

    run(settings, work)
