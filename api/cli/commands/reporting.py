"""`papertape report`."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from api.cli.options import Account, DatabaseUrl
from api.cli.running import require_file, run, settings_of


def report(
    account: Account = "default",
    session: Annotated[int | None, typer.Option(help="Which session; default: the current one.")] = None,
    compare_to: Annotated[str | None, typer.Option(help="The id of a recorded backtest to stand beside.")] = None,
    html: Annotated[Path | None, typer.Option(help="A file to write the whole report to, as one page.")] = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Print what a session's record says: its figures, and whether it is ready for real money.

    With --html, one page with charts, breakdowns and trades, which needs no network. A server may run meanwhile.
    """
    from api.cli import reporting
    from api.report.content import Wanted

    settings = settings_of(database_url=database_url)
    require_file(settings)
    wanted = Wanted(account, session, compare_to)
    run(settings, lambda: reporting.report(settings, wanted, html, Console()))
