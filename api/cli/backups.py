"""Copies an embedded database, or puts a copy in its place."""

import asyncio
import sys
from pathlib import Path

from rich.console import Console

from api.cli.verification_report import print_verification
from api.clock import wall_clock
from api.errors import BadArgument
from api.persistence.backup import back_up as copy_database
from api.persistence.backup import candidate, take_place
from api.persistence.file_lock import held
from api.persistence.migrations import MigrationsPending
from api.settings import ServerSettings
from api.verification.verify import verify


async def back_up(settings: ServerSettings, target: Path) -> int:
    """Copy the database to a file, also beside a running server. Raises BadArgument."""
    if not settings.database.is_embedded:
        dump = f"pg_dump --format=custom --file={target} {settings.database.shown}"
        raise BadArgument(f"PostgreSQL brings its own: {dump}")
    source = settings.database.file
    head = await asyncio.to_thread(copy_database, source, target)
    sys.stdout.write(f"{target} is a copy of {source}; `papertape verify` can check it.\nHead {head}\n")
    return 0


async def restore(settings: ServerSettings, backup: Path, console: Console) -> int:
    """Put a backup in the database's place, which keeps its files under another name. Raises BadArgument.

    Nothing changes until a copy of the backup has been verified. Raises AlreadyHeld while a server has the database.
    """
    if not settings.database.is_embedded:
        raise BadArgument(
            "PostgreSQL brings its own: "
            f"pg_restore --clean --if-exists --single-transaction --dbname={settings.database.shown} {backup}"
        )
    shown, path = settings.database.file, _real_path(settings)
    with held(path):
        try:
            with candidate(backup, path) as copy:
                if print_verification(await verify(settings.database.with_file(copy)), console) != 0:
                    raise BadArgument(f"{backup} differs from its own record, so {shown} stays as it is")
                aside = take_place(copy, path, f"replaced-{wall_clock():%Y%m%dT%H%M%SZ}")
        except MigrationsPending as problem:
            raise BadArgument(f"{backup} is not restored: {problem}") from problem
    kept = "" if aside is None else f" What was there is kept as {shown.with_name(aside.name)}."
    sys.stdout.write(f"{shown} is restored from {backup}.{kept}\n")
    return 0


def _real_path(settings: ServerSettings) -> Path:
    """The embedded database's file, whatever leads to it."""
    return settings.database.file.resolve()
