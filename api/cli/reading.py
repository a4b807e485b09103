"""The database to read from, and files to write to, of the commands that read the record."""

import os
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import BinaryIO

from api.errors import BadArgument
from api.export.output import output
from api.persistence.database import Database
from api.persistence.migrations import require_current
from api.settings import ServerSettings


@asynccontextmanager
async def reading(settings: ServerSettings) -> AsyncIterator[Database]:
    """The database, to read; a server may go on writing."""
    async with Database.for_reading(settings.database) as database:
        await database.run(require_current)
        yield database


@contextmanager
def output_file(path: Path) -> Iterator[BinaryIO]:
    """A file to write to. Raises BadArgument where it cannot be; a reader of standard output may stop reading."""
    try:
        with output(path) as file:
            yield file
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except (ConnectionError, TimeoutError):
        raise
    except OSError as problem:
        raise BadArgument(f"cannot write {path}: {problem.strerror or problem}") from problem
