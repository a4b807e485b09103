"""Whether the write-ahead log beside a database file belongs to it.

SQLite replays whatever log lies beside a file, if only the log is sound by itself: one that was left by another file,
or for another state of this one, makes it malformed. So the file's first page tells its state, and every transaction of
the desk writes that page: `user_version` numbers its transactions; `application_id` names the server's run that wrote,
with half of the number of the run before; and SQLite counts changes of the schema, of which vacuuming a copy is one. A
log continues a file that is in one of the states which the log holds, or in the one before them.
"""

import secrets
import struct
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Self

from sqlalchemy import Connection, Engine

from api.persistence.commit import commit
from api.persistence.database_file import WAL, UnusableDatabase

_HEADER_BYTES = 100
_LOG_HEADER_BYTES = 32
_FRAME_HEADER_BYTES = 24
_LOG_MAGIC = (0x377F0682, 0x377F0683)
_STEPS = 2**31
_HALF = 2**15
_LOOKS = 5


@dataclass(frozen=True, slots=True)
class _State:
    """What a first page says of its file."""

    run: int
    step: int
    schema: int

    @classmethod
    def of(cls, page: bytes) -> Self:
        """Read it: see "The Database Header" in SQLite's file format."""
        (schema,), (step,), (run,) = (struct.unpack_from(">I", page, offset) for offset in (40, 60, 68))
        return cls(run, step, schema)

    def precedes(self, other: Self) -> bool:
        """Whether one transaction leads from here to another state: of the desk, a run's begin, or a migration."""
        if self.schema != other.schema:
            return self.schema < other.schema and (self.run, self.step) == (other.run, other.step)
        if self.run != other.run:
            return self.step == other.step and other.run % _HALF == self.run // _HALF
        return (self.step + 1) % _STEPS == other.step


@dataclass(frozen=True, slots=True)
class _Log:
    """What a log holds: its header, and the states that its committed transactions lead through."""

    header: bytes
    is_empty: bool
    states: tuple[_State, ...]

    @property
    def page_bytes(self) -> int:
        """How long a page is."""
        return _page_bytes(self.header)

    def continues(self, page: bytes) -> bool:
        """Whether it belongs to the file with a first page."""
        if self.is_empty:
            return True
        if not self.states or len(page) < _HEADER_BYTES or _file_page_bytes(page) != self.page_bytes:
            return False
        state = _State.of(page)
        return state in self.states or state.precedes(self.states[0])


def mark_state(connection: Connection) -> None:
    """Number the transaction at hand, where the database is a file: every one that writes does, before it commits."""
    if connection.dialect.name == "sqlite":
        with closing(connection.connection.cursor()) as cursor:
            cursor.execute("PRAGMA user_version")
            before = cursor.fetchall()[0][0]
            cursor.execute(f"PRAGMA user_version = {(before + 1) % _STEPS}")


def begin_run(engine: Engine) -> None:
    """Let an embedded database know that a server's run begins: copies from before differ from it from here on."""
    with engine.connect() as connection:
        before = connection.exec_driver_sql("PRAGMA application_id").scalar_one()
        run = secrets.randbelow(_HALF) * _HALF + before // _HALF % _HALF
        connection.exec_driver_sql(f"PRAGMA application_id = {run}")
        commit(connection)
        # What is in the log moves into the file, as far as readers let it, outside a transaction.
        with closing(connection.connection.cursor()) as cursor:
            cursor.execute("PRAGMA wal_checkpoint(PASSIVE)")


def require_own_log(path: Path) -> None:
    """Refuse a database file beside which lies a log that is not its own. Raises UnusableDatabase.

    A server may be writing both. Not for a file that this process has open: closing it here would end SQLite's locks.
    """
    database = path.resolve()
    log = database.with_name(database.name + WAL)
    if _belongs(log, database):
        return
    shown = path.with_name(log.name)
    if not database.exists():
        raise UnusableDatabase(
            f"there is no file {path}, and {shown} holds what was committed to one: put it back, or a backup with "
            f"`papertape restore`; to start afresh, move {shown} away"
        )
    raise UnusableDatabase(
        f"{shown} is not of {path} as it is now, but of another file or another state of it, and would destroy it: "
        f"put the backup in place with `papertape restore`, or move {shown} away to go without what it holds"
    )


def _belongs(log_path: Path, database: Path) -> bool:
    seen = None
    for _ in range(_LOOKS):
        page, log = _first_page(database), _read(log_path)
        if log is None or log.continues(page):
            return True
        if (page, log) == seen:
            return False
        seen = page, log
    # It changes as it is looked at: a server writes, which made sure when it began.
    return True


def _first_page(database: Path) -> bytes:
    try:
        with database.open("rb") as file:
            return file.read(_HEADER_BYTES)
    except FileNotFoundError:
        return b""


def _read(path: Path) -> _Log | None:
    """What a log holds; None where there is none that SQLite would look at."""
    try:
        with path.open("rb") as file:
            header = file.read(_LOG_HEADER_BYTES)
            if len(header) < _LOG_HEADER_BYTES or struct.unpack_from(">I", header)[0] not in _LOG_MAGIC:
                return None
            states: list[_State] = []
            commits = 0
            for committed in _committed(file, header):
                states += committed
                commits += 1
            return _Log(header, commits == 0, tuple(states))
    except FileNotFoundError:
        return None


def _committed(file: BinaryIO, header: bytes) -> Iterator[list[_State]]:
    """The states in each committed transaction. Frames left from an earlier round of the log have other salts."""
    size, salts = _page_bytes(header), header[16:24]
    states: list[_State] = []
    while len(frame := file.read(_FRAME_HEADER_BYTES + size)) == _FRAME_HEADER_BYTES + size and frame[8:16] == salts:
        number, pages_after_commit = struct.unpack_from(">II", frame)
        if number == 1:
            states.append(_State.of(frame[_FRAME_HEADER_BYTES:]))
        if pages_after_commit:
            yield states
            states = []


def _page_bytes(header: bytes) -> int:
    return int(struct.unpack_from(">I", header, 8)[0])


def _file_page_bytes(page: bytes) -> int:
    size = int(struct.unpack_from(">H", page, 16)[0])
    return 65_536 if size == 1 else size
