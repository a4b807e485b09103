"""`papertape export`."""

from typing import Annotated

import typer

from api.choices import STANDARD_OUTPUT, FileFormat, Subject
from api.cli.options import Account, DatabaseUrl, OneSession, Output, OutputFormat
from api.cli.running import require_file, run, settings_of

export = typer.Typer(help="Write the record to a file, exactly. A server may run meanwhile.")


@export.command("session")
def export_session(
    number: Annotated[int, typer.Argument(min=1, help="Which session.")],
    account: Account = "default",
    output: Output = STANDARD_OUTPUT,
    database_url: DatabaseUrl = None,
) -> None:
    """Write all that was applied to a session, as JSON Lines that `papertape backtest` takes."""
    from api.cli import exporting

    settings = settings_of(database_url=database_url)
    require_file(settings)
    run(settings, lambda: exporting.export_session(settings, account, number, output))


def _add_export(subject: Subject) -> None:
    @export.command(subject.value, help=f"Write an account's {subject.value}, oldest first.")
    def export_rows(
        account: Account = "default",
        session: OneSession = None,
        output_format: OutputFormat = FileFormat.CSV,
        output: Output = STANDARD_OUTPUT,
        database_url: DatabaseUrl = None,
    ) -> None:
        from api.cli import exporting

        settings = settings_of(database_url=database_url)
        require_file(settings)
        run(settings, lambda: exporting.export_rows(settings, subject, output_format, account, session, output))


for exported in Subject:
    _add_export(exported)
