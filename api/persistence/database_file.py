"""The file of an embedded database: whether a desk may use it, and whether it is still the one that was opened."""

from dataclasses import dataclass
from itertools import chain, count
from pathlib import Path
from stat import S_ISREG

import structlog
from sqlalchemy import Connection

from api.errors import PapertapeError, Unavailable

_log = structlog.get_logger(__name__)

WAL = "-wal"
"""What SQLite adds to a database's name for its write-ahead log."""
COMPANIONS = (WAL, "-shm")
"""The same for all files that it keeps beside a database, and which belong to it."""
_INFO = "database_file"


class UnusableDatabase(PapertapeError):
    """A file that no desk may be opened on, with a sentence that says why and what would do."""


class FileLost(Unavailable):
    """The database's file went away under the desk: what is committed now would be in no file that has a name."""


@dataclass(frozen=True, slots=True)
class FileIdentity:
    """What a file is, whatever it is called: no two files of a machine that exist at a time share it."""

    device: int
    inode: int


def identity(path: Path) -> FileIdentity | None:
    """Which file a path leads to, through symbolic links; None where it leads to none."""
    try:
        status = path.stat()
    except OSError:
        return None
    return FileIdentity(status.st_dev, status.st_ino)


def require_usable(path: Path) -> None:
    """Refuse a file that is there and can be no desk's, or has a second name. Raises UnusableDatabase.

    A hard link would get round the lock beside the file, and SQLite would look for the write-ahead log, and so for
    the newest commits, beside the wrong name.
    """
    try:
        status = path.stat()
    except FileNotFoundError:
        return
    if not S_ISREG(status.st_mode):
        raise UnusableDatabase(f"{path} is not a file")
    if status.st_size == 0:
        raise UnusableDatabase(
            f"{path} is empty, which no desk is: restore a backup there, or delete it to start afresh"
        )
    if status.st_nlink > 1:
        raise UnusableDatabase(
            f"{path} has {status.st_nlink} names (hard links), and a desk's file must have one: remove the others, "
            "or copy it to a file of its own"
        )


def set_aside(path: Path, word: str) -> Path:
    """Rename a database, and the files that belong to it, to a name with a word at its end that no file has yet.

    The database itself comes last, so that its log is never left to another of its name. Returns the new name; should
    a file not let itself be renamed, all keep their names.
    """
    words = chain([word], (f"{word}-{number}" for number in count(2)))
    names = (path.with_name(f"{path.name}.{suffix}") for suffix in words)
    target = next(name for name in names if not is_anything(name))
    rename_database(path, target)
    return target


def rename_database(path: Path, target: Path) -> None:
    """Rename a database and what belongs to it: all of them or, where that raises OSError, none."""
    renamed: list[tuple[Path, Path]] = []
    try:
        for old, new in reversed(list(zip(_whole(path), _whole(target), strict=True))):
            if old.exists():
                old.rename(new)
                renamed.append((old, new))
    except OSError:
        for old, new in reversed(renamed):
            new.rename(old)
        raise


def is_anything(path: Path) -> bool:
    """Whether there is a database of a name, or anything that belongs to one."""
    return any(file.exists() for file in _whole(path))


def _whole(path: Path) -> list[Path]:
    return [path.with_name(path.name + suffix) for suffix in ("", *COMPANIONS)]


class DatabaseFile:
    """Watches the file that the engines of one desk share, from their first connection on.

    The connections keep their files open, so that no other file can come to have the same identity meanwhile. The last
    to close deletes the write-ahead log, and the next makes another.
    """

    def __init__(self, path: Path) -> None:
        self._path = path.absolute()
        self._wal_path = self._path
        self._file: FileIdentity | None = None
        self._wal: FileIdentity | None = None
        self._connections = 0
        self._is_lost = False

    def opened(self) -> None:
        """A connection has opened the file."""
        self._connections += 1
        if self._file is None:
            self._file = identity(self._path)
            resolved = self._path.resolve()
            self._wal_path = resolved.with_name(resolved.name + WAL)

    def writing(self) -> None:
        """A transaction that writes has begun, and with it the write-ahead log is there."""
        if self._wal is None:
            self._wal = identity(self._wal_path)

    def closed(self) -> None:
        """A connection is about to be closed."""
        self._connections -= 1
        if self._connections == 0:
            self._wal = None

    def require_same(self) -> None:
        """Make sure that what is committed is found again under the database's name. Raises FileLost."""
        lost = self._lost()
        if lost is None:
            if self._is_lost:
                _log.warning("the database's file is back", path=str(self._path))
            self._is_lost = False
            return
        if not self._is_lost:
            _log.critical(f"{lost} under the desk: nothing is acknowledged", path=str(self._path))
        self._is_lost = True
        raise FileLost(f"{lost} under the desk: nothing is acknowledged until it is back or the desk is started again")

    def _lost(self) -> str | None:
        if self._file is None:
            return None
        current = identity(self._path)
        if current is None:
            return "the database's file was deleted or moved"
        if current != self._file:
            return "the database's file was replaced"
        if self._wal is not None and identity(self._wal_path) != self._wal:
            return "the database's write-ahead log was deleted or replaced"
        return None


def watch(connection_info: dict[object, object], file: DatabaseFile) -> None:
    """Let a connection know the file that it has opened."""
    connection_info[_INFO] = file


def require_same_file(connection: Connection) -> None:
    """Make sure that a connection's database is still under its name, where it is a file. Raises FileLost."""
    file = connection.info.get(_INFO)
    if isinstance(file, DatabaseFile):
        file.require_same()
