"""One server per SQLite file: who holds it is written beside it."""

import fcntl
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from api.errors import PapertapeError
from api.persistence.database_errors import translated


class AlreadyHeld(PapertapeError):
    """Another server holds the database file."""


@contextmanager
def held(database: Path) -> Iterator[None]:
    """Hold a database file for this process, for as long as the context lasts. Raises AlreadyHeld and DatabaseFailure.

    The operating system releases the lock however the process ends; the lock file itself stays.
    """
    path = database.with_name(database.name + ".lock")
    with translated():
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        with translated():
            _lock(descriptor, database)
        yield
    finally:
        os.close(descriptor)


def _lock(descriptor: int, database: Path) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        holder = os.pread(descriptor, 200, 0).decode(errors="replace").strip() or "another process"
        raise AlreadyHeld(f"{database} is held by {holder}; stop it, or use another file") from None
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, f"process {os.getpid()} on {socket.gethostname()}\n".encode(), 0)
