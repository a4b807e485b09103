"""A write-ahead log is replayed into the file that it continues, and into no other."""

import shutil
import sqlite3
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from sqlalchemy import event

from api.codec.hooks import Hook, HookDefaults
from api.persistence.beside_record import write_beside
from api.persistence.database import Database
from api.persistence.database_file import UnusableDatabase
from api.persistence.hooks import create_hook
from api.persistence.migrations import migrate
from api.persistence.write_ahead_log import begin_run, require_own_log
from api.persistence.write_probe import try_writing
from tests.builders import FREE, WALL, a_bar, a_signal
from tests.conftest import sqlite_url_in
from tests.service.desks import RunningWriter, running_writer

FILE = "papertape.sqlite3"
WAL = f"{FILE}-wal"
PAGES = 40
SIGNALS = 3
"""After how many the log is moved into the file here: every few groups."""


@dataclass
class Snapshots:
    """Snapshots of a file and its log, as a crash would leave them, and consistent copies of the file."""

    file: Path
    moments: list[tuple[bytes, bytes]] = field(default_factory=list)
    copies: dict[str, bytes] = field(default_factory=dict)

    def take(self) -> None:
        log = self.file.with_name(WAL)
        self.moments.append((self.file.read_bytes(), log.read_bytes() if log.exists() else b""))

    def copy(self, name: str) -> None:
        """By VACUUM, and by SQLite's way to copy pages."""
        packed, pages = self.file.with_name(f"{name} packed"), self.file.with_name(f"{name} pages")
        with closing(sqlite3.connect(self.file)) as source, closing(sqlite3.connect(pages)) as target:
            source.execute("VACUUM INTO ?", (str(packed),))
            source.backup(target)
        self.copies |= {packed.name: packed.read_bytes(), pages.name: pages.read_bytes()}


@asynccontextmanager
async def running(url: str) -> AsyncIterator[RunningWriter]:
    """A writer as a server runs it, whose log is moved into its file every few groups."""
    async with running_writer(url) as desk:

        @event.listens_for(desk.engine.sync_engine, "connect")
        def soon(connection: sqlite3.Connection, _: object) -> None:
            connection.execute(f"PRAGMA wal_autocheckpoint={PAGES}")

        await desk.engine.run(migrate)
        await desk.engine.run(begin_run)
        yield desk


async def keep_beside(desk: RunningWriter, name: str) -> None:
    """Write what is no part of the record."""
    hook = Hook(name, "default", "json", HookDefaults(), "", WALL)
    assert await Database(desk.engine.sync_engine).write(write_beside, create_hook, hook)


async def snapshots_of_two_runs(folder: Path) -> Snapshots:
    """Two runs: each begins, trades, probes, makes hooks, and closes; a snapshot after every step."""
    url, snapshots = sqlite_url_in(folder), Snapshots(folder / FILE)
    for run in range(2):
        async with running(url) as desk:
            snapshots.take()
            trader = desk.trader()
            if run == 0:
                await trader.enable(**FREE)
                await trader.bars(a_bar("09:00"))
            else:
                await desk.engine.write(try_writing)
                snapshots.take()
            for step in range(5):
                for number in range(SIGNALS):
                    await trader.send(a_signal(quantity="1"), 100 * run + SIGNALS * step + number)
                snapshots.take()
            await desk.engine.write(try_writing)
            snapshots.take()
            for number in range(PAGES):
                await keep_beside(desk, f"hook-{run}-{number}")
            snapshots.take()
            snapshots.copy(f"run {run}")
        snapshots.take()
    return snapshots


def put(folder: Path, page: bytes, log: bytes) -> Path:
    folder.mkdir()
    (folder / FILE).write_bytes(page)
    if log:
        (folder / WAL).write_bytes(log)
    return folder / FILE


def is_accepted(file: Path) -> bool:
    try:
        require_own_log(file)
    except UnusableDatabase:
        return False
    return True


def is_sound(file: Path) -> bool:
    """Whether SQLite makes a whole record of it."""
    query = "SELECT ordinal, (SELECT coalesce(max(ordinal), 0) FROM chain) FROM desk"
    try:
        with closing(sqlite3.connect(file)) as connection:
            ordinal, last = connection.execute(query).fetchone()
            checked = [row[0] for row in connection.execute("PRAGMA integrity_check(1)")]
            return checked == ["ok"] and bool(ordinal == last)
    except sqlite3.DatabaseError:
        return False


async def test_a_log_is_accepted_with_its_own_file_and_with_no_file_that_it_would_corrupt(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    (tmp_path / "desk").mkdir()
    snapshots = await snapshots_of_two_runs(tmp_path / "desk")
    logs = {number: log for number, (_, log) in enumerate(snapshots.moments) if log}
    assert len({log[:32] for log in logs.values()}) > 3, "the log restarted within a run"
    files = [*((str(number), page) for number, (page, _) in enumerate(snapshots.moments)), *snapshots.copies.items()]
    counts = Counter[tuple[bool, bool]]()
    for number, log in logs.items():
        for name, page in files:
            file = put(tmp_path / f"{name} with {number}", page, log)
            accepted = is_accepted(file)
            assert accepted or name != str(number)
            assert not (accepted and "packed" in name)
            counts[accepted, is_sound(file)] += 1
            shutil.rmtree(file.parent)
    assert counts[True, False] == 0
    assert counts[False, False] > counts[False, True] > 0
    record_property("taken", counts[True, True])
    record_property("refused", counts[False, False] + counts[False, True])
    record_property("of which it would have spoiled", counts[False, False])


async def test_a_log_that_was_half_moved_into_its_file_when_the_server_died_is_its_own(tmp_path: Path) -> None:
    """Pages are moved in their order; what is moved already is there twice."""
    (tmp_path / "desk").mkdir()
    snapshots = Snapshots(tmp_path / "desk" / FILE)
    async with running(sqlite_url_in(snapshots.file.parent)) as desk:
        await desk.trader().enable(**FREE)
        await desk.trader().bars(a_bar("09:00"))
        snapshots.take()
        async with desk.engine.connect() as connection:
            connection.driver_connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()
        snapshots.take()
    (before, log), (after, same) = snapshots.moments
    assert log == same
    assert before != after
    size = 4096
    for pages in range(0, len(after) // size + 1, 3):
        file = put(tmp_path / str(pages), after[: pages * size] + before[pages * size :], log)
        assert (is_accepted(file), is_sound(file)) == (True, True), pages


async def a_crash(folder: Path) -> Path:
    """A file and its log, as a server leaves them that is killed."""
    (folder / "desk").mkdir()
    snapshots = Snapshots(folder / "desk" / FILE)
    async with running(sqlite_url_in(snapshots.file.parent)) as desk:
        await desk.trader().enable(**FREE)
        snapshots.take()
    return put(folder / "crash", *snapshots.moments[0])


async def test_a_log_without_its_file_is_reported(tmp_path: Path) -> None:
    file = await a_crash(tmp_path)
    file.unlink()
    with pytest.raises(
        UnusableDatabase, match=f"there is no file {file}, and {file}-wal holds what was committed to one"
    ):
        require_own_log(file)


async def test_a_file_of_another_page_size_is_refused(tmp_path: Path) -> None:
    file = await a_crash(tmp_path)
    page = bytearray(file.read_bytes())
    page[16:18] = (8192).to_bytes(2, "big")
    file.write_bytes(page)
    with pytest.raises(UnusableDatabase, match=f"{file}-wal is not of {file} as it is now"):
        require_own_log(file)


@pytest.mark.parametrize("log", [b"", b"\0" * 5000, b"no log at all" * 400], ids=["empty", "zeros", "text"])
async def test_a_log_that_sqlite_would_not_replay_is_accepted(tmp_path: Path, log: bytes) -> None:
    file = await a_crash(tmp_path)
    file.with_name(WAL).write_bytes(log)
    require_own_log(file)


async def test_a_transaction_that_was_cut_off_before_its_commit_is_ignored(tmp_path: Path) -> None:
    """Nothing of it is replayed, whatever the file."""
    file = await a_crash(tmp_path)
    log = file.with_name(WAL)
    log.write_bytes(log.read_bytes()[: 32 + 4120])
    file.write_bytes(file.read_bytes()[:60] + b"\1\2\3\4" + file.read_bytes()[64:])
    require_own_log(file)


async def test_a_log_without_the_page_of_the_state_is_refused(tmp_path: Path) -> None:
    file = await a_crash(tmp_path)
    log = bytearray(file.with_name(WAL).read_bytes())
    for frame in range(32, len(log), 4120):
        if log[frame : frame + 4] == b"\0\0\0\1":
            log[frame + 3] = 2
    file.with_name(WAL).write_bytes(log)
    assert not is_accepted(file)
