"""`papertape backtest`."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from api.cli.options import Interval, Strict, Timezone, Token
from api.cli.running import run, settings_of


def backtest(
    session: Annotated[
        Path | None, typer.Argument(help="What `papertape export session` wrote; or give --bars and --signals.")
    ] = None,
    bars: Annotated[
        list[Path] | None, typer.Option(help="Bars as .csv or .csv.gz, or SYMBOL=FILE; may be repeated.")
    ] = None,
    signals: Annotated[
        Path | None,
        typer.Option(help="Signals, closings and cancellations as .csv or .jsonl, in the fields of the API's inputs."),
    ] = None,
    settings_file: Annotated[
        Path | None, typer.Option("--settings", help="Settings as JSON, with the fields of SettingsInput.")
    ] = None,
    account: Annotated[str | None, typer.Option(help="The account's name [default: default].")] = None,
    symbol: Annotated[str | None, typer.Option(help="The symbol, for files of bars that do not say it.")] = None,
    interval: Interval = None,
    timezone: Timezone = None,
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

    settings = settings_of(token=token)
    files = [str(file) for file in bars or ()]
    wanted = backtesting.BacktestArguments(
        session, files, signals, settings_file, account, symbol, interval, timezone, strict, register, name
    )
    run(settings, lambda: backtesting.backtest(settings, wanted, Console()))
