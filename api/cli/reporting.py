"""Prints what a session's record says, or writes it as a page."""

from pathlib import Path

from rich.console import Console

from api.application.read_model import Reader
from api.authorization.principal import OPERATOR
from api.cli.reading import output_file, reading
from api.clock import wall_clock
from api.report.content import Details, Summary, Wanted, details, summary
from api.report.page import page
from api.report.text import print_report
from api.settings import ServerSettings


async def report(settings: ServerSettings, wanted: Wanted, html: Path | None, console: Console) -> int:
    """Print a session's figures, or write all that its record says as a page. Raises BadArgument."""
    async with reading(settings) as database, Reader(database).snapshot(OPERATOR) as snapshot:
        figures = await summary(snapshot, wanted, wall_clock())
        more = None if html is None else await details(snapshot, figures)
    if html is None or more is None:
        print_report(figures, console)
    else:
        _write_page(figures, more, html)
    return 0


def _write_page(figures: Summary, more: Details, path: Path) -> None:
    with output_file(path) as file:
        file.write(page(figures, more).encode())
