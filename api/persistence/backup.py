"""Backing up an embedded database while a server goes on writing, and putting a backup in a database's place."""

import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from api.errors import PapertapeError
from api.persistence.chain import Head
from api.persistence.database_file import WAL, is_anything, rename_database, set_aside
from api.persistence.write_ahead_log import require_own_log


class CannotCopy(PapertapeError):
    """There is no copy, and why."""


def back_up(source: Path, target: Path) -> Head:
    """Copy a database file to one that is not there yet; the head of the copy. Raises CannotCopy.

    The copy is as of one moment, and takes its name only when it is complete, sound and on the disk.
    """
    if not source.is_file():
        raise CannotCopy(f"there is no file {source}")
    if target.exists():
        raise CannotCopy(f"{target} is there already, and is not overwritten")
    try:
        with _folder_beside(target) as folder:
            copy = folder / "copy.sqlite3"
            _copy(source, copy)
            head = _checked(copy)
            _name(copy, target)
    except FileExistsError as problem:
        raise CannotCopy(f"{target} is there already, and is not overwritten") from problem
    except (sqlite3.Error, OSError) as problem:
        raise CannotCopy(f"cannot back up {source} to {target}: {problem}") from problem
    return head


@contextmanager
def candidate(backup: Path, target: Path) -> Iterator[Path]:
    """A sound copy of a backup, on the target's disk, for as long as the context lasts. Raises CannotCopy.

    What lies in the backup's own write-ahead log is taken in. Raises UnusableDatabase where that log is another file's.
    """
    if not backup.is_file():
        raise CannotCopy(f"there is no file {backup}")
    if target.exists() and backup.samefile(target):
        raise CannotCopy(f"{backup} is the database itself")
    require_own_log(backup)
    try:
        with _folder_beside(target) as folder:
            copy, log = folder / "copy.sqlite3", backup.with_name(backup.name + WAL)
            shutil.copyfile(backup, copy)
            if log.exists():
                shutil.copyfile(log, copy.with_name(copy.name + WAL))
            shutil.copymode(target if target.exists() else backup, copy)
            _checked(copy)
            yield copy
    except (sqlite3.Error, OSError) as problem:
        raise CannotCopy(f"cannot put {backup} in the place of {target}: {problem}") from problem


def take_place(copy: Path, target: Path, word: str) -> Path | None:
    """Give a copy a database's name, durably. Returns the name, ending in a word, of what had it until then.

    Raises OSError, and all names are as they were.
    """
    _flush(copy)
    aside = set_aside(target, word) if is_anything(target) else None
    try:
        copy.rename(target)
    except OSError:
        if aside is not None:
            rename_database(aside, target)
        raise
    _flush(target.absolute().parent)
    return aside


@contextmanager
def _folder_beside(target: Path) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix=".papertape-", dir=target.absolute().parent) as folder:
        yield Path(folder)


def _copy(source: Path, copy: Path) -> None:
    """One read transaction: writers go on beside it."""
    with closing(sqlite3.connect(f"{source.absolute().as_uri()}?mode=ro", uri=True)) as connection:
        connection.execute("VACUUM INTO ?", (str(copy),))


def _checked(copy: Path) -> Head:
    with closing(sqlite3.connect(copy)) as connection:
        faults = [row[0] for row in connection.execute("PRAGMA integrity_check")]
        if faults != ["ok"]:
            raise CannotCopy(f"the copy is not sound: {faults[0]}")
        return Head(*connection.execute("SELECT ordinal, head, groups FROM desk").fetchone())


def _name(copy: Path, target: Path) -> None:
    """A link is refused where a file of that name has come meanwhile."""
    _flush(copy)
    os.link(copy, target)
    _flush(target.absolute().parent)


def _flush(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
