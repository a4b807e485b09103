"""Backing up an embedded database: a copy as of one moment, whole and checked, while a server goes on writing."""

import os
import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path


class CannotBackUp(ValueError):
    """There is no copy, and why."""


def back_up(source: Path, target: Path) -> int:
    """Copy a database file to one that is not there yet; the ordinal that the copy reaches. Raises CannotBackUp.

    The copy takes its name only when it is complete, sound and on the disk.
    """
    if not source.is_file():
        raise CannotBackUp(f"there is no file {source}")
    if target.exists():
        raise CannotBackUp(f"{target} is there already, and is not overwritten")
    try:
        with tempfile.TemporaryDirectory(prefix=".papertape-", dir=target.absolute().parent) as folder:
            copy = Path(folder, "copy.sqlite3")
            _copy(source, copy)
            ordinal = _checked(copy)
            _name(copy, target)
    except FileExistsError as problem:
        raise CannotBackUp(f"{target} is there already, and is not overwritten") from problem
    except (sqlite3.Error, OSError) as problem:
        raise CannotBackUp(f"cannot back up {source} to {target}: {problem}") from problem
    return ordinal


def _copy(source: Path, copy: Path) -> None:
    """One read transaction: writers go on beside it."""
    with closing(sqlite3.connect(f"{source.absolute().as_uri()}?mode=ro", uri=True)) as connection:
        connection.execute("VACUUM INTO ?", (str(copy),))


def _checked(copy: Path) -> int:
    with closing(sqlite3.connect(copy)) as connection:
        faults = [row[0] for row in connection.execute("PRAGMA integrity_check")]
        if faults != ["ok"]:
            raise CannotBackUp(f"the copy is not sound: {faults[0]}")
        return int(connection.execute("SELECT ordinal FROM desk").fetchone()[0])


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
