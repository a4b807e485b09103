"""Migrates a database, or verifies what is in it."""

from rich.console import Console

from api.bootstrap import hold_database
from api.cli.running import say
from api.cli.verification_report import print_verification
from api.persistence.chain import ExpectedHead
from api.persistence.database import Database
from api.persistence.database_errors import translated
from api.persistence.migrations import migrate as migrate_database
from api.persistence.migrations import newest_revision
from api.persistence.postgres import require_sessions
from api.settings import ServerSettings
from api.verification import verify as verification


async def migrate(settings: ServerSettings, revision: str) -> int:
    """Migrate the database."""
    if not settings.database.is_embedded:
        with translated():
            await require_sessions(settings.database)
    async with Database.for_writing(settings.database) as database:
        with hold_database(settings):
            await database.run(migrate_database, revision)
    say(f"{settings.database.shown} is at revision {newest_revision() if revision == 'head' else revision}.")
    return 0


async def verify(settings: ServerSettings, head: str | None, console: Console) -> int:
    """Verify the database; 1 if anything differs, or the expected head is not in it. Raises BadArgument."""
    expected = None if head is None else ExpectedHead.parse(head)
    return print_verification(await verification.verify(settings.database, expected), console)
