"""Commands that read the record: backtest, export, report, backup."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from api.cli import offline
from api.cli.app import app
from api.cli.options import Account, DatabaseUrl, Interval, OneSession, Output, OutputFormat, Strict, Timezone, Token
from api.cli.running import require_file, run, settings_of
from api.export.columns import Subject
from api.export.formats import FileFormat
from api.export.output import STANDARD_OUTPUT
from api.report.content import Wanted


@app.command()
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
    settings = settings_of(token=token)
    files = [str(each) for each in bars or ()]
    wanted = offline.Backtest(
        session, files, signals, settings_file, account, symbol, interval, timezone, strict, register, name
    )
    run(settings, lambda: offline.backtest(settings, wanted, Console()))


export = typer.Typer(help="Write the record to a file, exactly. A server may run meanwhile.")
app.add_typer(export, name="export")


@export.command("session")
def export_session(
    number: Annotated[int, typer.Argument(min=1, help="Which session.")],
    account: Account = "default",
    output: Output = STANDARD_OUTPUT,
    database_url: DatabaseUrl = None,
) -> None:
    """Write all that was applied to a session, as JSON Lines that `papertape backtest` takes."""
    settings = settings_of(database_url=database_url)
    require_file(settings)
    run(settings, lambda: offline.export_session(settings, account, number, output))


def _add_export(subject: Subject) -> None:
    @export.command(subject.value, help=f"Write an account's {subject.value}, oldest first.")
    def export_rows(
        account: Account = "default",
        session: OneSession = None,
        output_format: OutputFormat = FileFormat.CSV,
        output: Output = STANDARD_OUTPUT,
        database_url: DatabaseUrl = None,
    ) -> None:
        settings = settings_of(database_url=database_url)
        require_file(settings)
        run(settings, lambda: offline.export_rows(settings, subject, output_format, account, session, output))


for each in Subject:
    _add_export(each)


@app.command()
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
    settings = settings_of(database_url=database_url)
    require_file(settings)
    wanted = Wanted(account, session, compare_to)
    run(settings, lambda: offline.report(settings, wanted, html, Console()))


@app.command()
def backup(
    file: Annotated[Path, typer.Argument(help="The file to write; it must not be there yet.")],
    database_url: DatabaseUrl = None,
) -> None:
    """Copy an embedded database to a file, whole and checked, also while a server writes to it.

    Prints the head of the copy, which `papertape verify --expect` takes. PostgreSQL is backed up with its own pg_dump.
    """
    settings = settings_of(database_url=database_url)
    require_file(settings)
    run(settings, lambda: offline.back_up(settings, file))


@app.command()
def restore(
    file: Annotated[Path, typer.Argument(help="What `papertape backup` wrote.")],
    database_url: DatabaseUrl = None,
) -> None:
    """Put a backup in the place of an embedded database. What was there is kept under another name.

    Refused while a server has the database. The backup is copied and verified first; if anything fails, the old files
    stay. PostgreSQL is restored with its own pg_restore.
    """
    settings = settings_of(database_url=database_url)
    run(settings, lambda: offline.restore(settings, file, Console()))
