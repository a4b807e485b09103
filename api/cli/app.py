"""The command line, `papertape`, with all its commands."""

import sys
from typing import Annotated

import typer

from api.cli.commands import (
    agents,
    backtesting,
    backups,
    demo,
    exporting,
    holdings,
    hooks,
    maintenance,
    market_data,
    notifications,
    reporting,
    serving,
    trading,
)

app = typer.Typer(
    name="papertape",
    context_settings={"help_option_names": ["-h", "--help"]},
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
    help="""**Papertape** rehearses trading: signals in, simulated fills, a ledger to trust, live streams out.

    Begin with `papertape demo`: it serves a desk on real daily bars, with a strategy that trades on it.
    Then `papertape serve` runs a desk of your own, and `papertape replay bars.csv` feeds it,
    `papertape signal` trades on it.

    Every option of a server can be an environment variable too: `--port` is `PAPERTAPE_PORT`.""",
)


def _print_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        sys.stdout.write(f"papertape {version('papertape')}\n")
        raise typer.Exit


@app.callback()
def papertape(
    _: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version, and end.")
    ] = False,
) -> None:
    """What stands before any command."""


for command in (
    serving.serve,
    demo.demo,
    market_data.replay,
    market_data.feed,
    market_data.inspect,
    market_data.retract,
    trading.signal,
    trading.close,
    trading.amend,
    holdings.positions,
    holdings.account,
    agents.mcp,
    maintenance.migrate,
    maintenance.schema,
    maintenance.verify,
    backtesting.backtest,
    backtesting.register,
    reporting.report,
    backups.backup,
    backups.restore,
):
    app.command()(command)
app.add_typer(exporting.export, name="export")
app.add_typer(notifications.notify, name="notify")
app.add_typer(hooks.hook, name="hook")
