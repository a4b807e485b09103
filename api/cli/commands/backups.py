"""`papertape backup` and `papertape restore`."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from api.cli.options import DatabaseUrl
from api.cli.running import require_file, run, settings_of


def backup(
    file: Annotated[Path, typer.Argument(help="The file to write; it must not be there yet.")],
    database_url: DatabaseUrl = None,
) -> None:
    """Copy an embedded database to a file, whole and checked, also while a server writes to it.

    Prints the head of the copy, which `papertape verify --expect` takes. PostgreSQL is backed up with its own pg_dump.
    """
    from api.cli import backups

    settings = settings_of(database_url=database_url)
    require_file(settings)
    run(settings, lambda: backups.back_up(settings, file))


def restore(
    file: Annotated[Path, typer.Argument(help="What `papertape backup` wrote.")],
    database_url: DatabaseUrl = None,
) -> None:
    """Put a backup in the place of an embedded database. What was there is kept under another name.

    Refused while a server has the database. The backup is copied and verified first; if anything fails, the old files
    stay. PostgreSQL is restored with its own pg_restore.
    """
    from api.cli import backups

    settings = settings_of(database_url=database_url)
    run(settings, lambda: backups.restore(settings, file, Console()))
