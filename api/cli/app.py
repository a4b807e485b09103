"""The command line, `papertape`, with all its commands."""

import sys
from typing import Annotated

import typer

from api.cli.commands import backtesting, backups, demo, exporting, maintenance, market_data, reporting, serving

app = typer.Typer(
    name="papertape",
    context_settings={"help_option_names": ["-h", "--help"]},
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
    help="""**Papertape** rehearses trading: signals in, simulated fills, a ledger to trust, live streams out.

    Begin with `papertape demo`: it serves a desk on real daily bars, with a strategy that trades on it.
    Then `papertape serve` runs a desk of your own, and `papertape replay bars.csv` feeds it.

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
    market_data.retract,
    maintenance.migrate,
    maintenance.schema,
    maintenance.verify,
    backtesting.backtest,
    reporting.report,
    backups.backup,
    backups.restore,
):
    app.command()(command)
app.add_typer(exporting.export, name="export")
