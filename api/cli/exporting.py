"""Writes what is stored to a file."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.progress import Progress

from api.choices import STANDARD_OUTPUT, FileFormat, Subject
from api.cli.reading import output_file, reading
from api.errors import BadArgument
from api.export import rows
from api.export.columns import COLUMNS
from api.export.formats import writer
from api.export.session import session_export
from api.settings import ServerSettings


async def export_session(settings: ServerSettings, account: str, session: int, path: Path) -> int:
    """Write all that was applied to a session. Raises BadArgument."""
    async with reading(settings) as database:
        with output_file(path) as file, _progress() as advance:
            export = await session_export(database, account, session, advance)
            async for line in export.lines:
                file.write(line.encode())
    _say_head(export.head)
    return 0


async def export_rows(
    settings: ServerSettings, subject: Subject, wanted: FileFormat, account: str, session: int | None, path: Path
) -> int:
    """Write an account's trades, fills, equity or journal. Raises BadArgument."""
    if wanted is FileFormat.PARQUET and path == STANDARD_OUTPUT and sys.stdout.isatty():
        raise BadArgument("Parquet is not for a terminal: name a file with -o")
    async with reading(settings) as database:
        extent = await rows.extent_of(database, account, session)
        with output_file(path) as file:
            out = writer(wanted, COLUMNS[subject], file)
            async for page in rows.pages(database, subject, extent):
                out.write(page)
            out.close()
    _say_head(extent.head)
    return 0


def _say_head(head: str) -> None:
    """Beside what is exported, which may be standard output."""
    sys.stderr.write(f"Head {head}\n")


@contextmanager
def _progress() -> Iterator[Callable[[int, int], None]]:
    """Shows how much of how much is done."""
    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("export", total=None)
        yield lambda done, of: progress.update(task, completed=done, total=of)
