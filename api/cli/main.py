"""The console script."""

import sys

from typer.exceptions import TyperException

from api.cli.app import app
from api.cli.commands import backtesting, backups, demo, exporting, maintenance, market_data, reporting, serving

__all__ = ["app", "main"]

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


def main() -> None:
    """The console script: what cannot be understood is said in one line, with a non-zero exit."""
    try:
        code = app(sys.argv[1:] or ["--help"], standalone_mode=False)
    except TyperException as problem:
        said = " ".join(problem.format_message().replace("Value error, ", "").split())
        sys.stderr.write(f"papertape: {said} (--help says more)\n")
        code = problem.exit_code
    sys.exit(code)
