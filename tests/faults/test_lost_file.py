"""The database's file is lost under a server, or was never one: nothing is acknowledged that could be lost."""

import os
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from api.database_url import database_url as url_of
from api.persistence import tables
from api.persistence.database import Database
from api.persistence.database_file import FileLost, identity, set_aside
from api.persistence.engines import database_file, read_engine, write_engine
from tests.builders import FREE, a_bar, a_signal
from tests.databases import make_file
from tests.faults.fault_injection import Fault, StepKind, Steps
from tests.faults.small_desk import COUNT, ask, desk_at, done, is_unavailable, readiness, send, verified
from tests.loop_engine import LoopEngine
from tests.processes import Finished, Server, papertape, serving
from tests.service.desks import rows, running_writer

FILE = "papertape.sqlite3"
NOTHING = "nothing is acknowledged"
UNTIL = f"{NOTHING} until it is back or the desk is started again"
DELETED = "the database's file was deleted or moved under the desk"
REPLACED = "the database's file was replaced under the desk"
NO_LOG = "the database's write-ahead log was deleted or replaced under the desk"


def refusals(server: Server, number: int) -> tuple[str, str]:
    """The messages of a signal and of a query, both of them UNAVAILABLE."""
    answers = send(server, number), ask(server, COUNT)
    assert all(is_unavailable(answer) for answer in answers), answers
    signal, query = (answer["errors"][0]["message"] for answer in answers)
    return signal, query


def test_a_server_whose_file_was_moved_or_replaced_acknowledges_nothing_until_it_is_back(tmp_path: Path) -> None:
    file, moved = tmp_path / FILE, tmp_path / "moved.sqlite3"
    with desk_at(f"sqlite:///{FILE}", tmp_path, "--log-format", "json") as server:
        assert send(server, 1) == done()
        file.rename(moved)
        assert refusals(server, 2) == (f"{DELETED}: {UNTIL}",) * 2
        assert (readiness(server)[0], readiness(server)[1]["database"]) == (503, False)
        assert not file.exists()
        moved.rename(file)
        assert send(server, 2) == done()
        server.await_ready()
        shutil.copyfile(file, moved)
        os.replace(moved, file)
        assert refusals(server, 3) == (f"{REPLACED}: {UNTIL}",) * 2
        assert (readiness(server)[0], readiness(server)[1]["database"]) == (503, False)
        told = [f"{DELETED}: {NOTHING}", f"{REPLACED}: {NOTHING}"]
        server.until(lambda _: critical_events(server) == told, "the log did not tell it")


def critical_events(server: Server) -> list[str]:
    return [line["event"] for line in server.logged() if line["level"] == "critical"]


def test_a_server_whose_write_ahead_log_was_deleted_saves_what_it_acknowledged_when_it_stops(tmp_path: Path) -> None:
    with desk_at(f"sqlite:///{FILE}", tmp_path) as server:
        assert [send(server, number) for number in (1, 2)] == [done()] * 2
        (tmp_path / f"{FILE}-wal").unlink()
        answer = send(server, 3)
        assert is_unavailable(answer)
        assert answer["errors"][0]["message"] == f"{NO_LOG}: {UNTIL}"
        assert server.stop() == 0
    verified(f"sqlite:///{FILE}", tmp_path)
    with closing(sqlite3.connect(tmp_path / FILE)) as connection:
        kept = connection.execute("SELECT count(*) FROM signals").fetchone()
    assert kept == (2,)


def delete(file: Path) -> None:
    file.unlink()


def replace(file: Path) -> None:
    copy = file.with_name("copy")
    shutil.copyfile(file, copy)
    os.replace(copy, file)


def lead_elsewhere(file: Path) -> None:
    """The name becomes a symbolic link to a copy."""
    copy = file.with_name("copy")
    shutil.copyfile(file, copy)
    file.unlink()
    file.symlink_to(copy)


@pytest.mark.parametrize("lose", [delete, replace, lead_elsewhere])
@pytest.mark.parametrize(
    "step", [StepKind.STATEMENT, StepKind.COMMITTED], ids=["before the commit", "after the commit"]
)
async def test_a_file_that_is_lost_around_a_commit_lets_nothing_be_acknowledged(
    sqlite_url: str, lose: Callable[[Path], None], step: StepKind
) -> None:
    file, steps = Path(url_of(sqlite_url).database or ""), Steps()
    async with running_writer(sqlite_url) as desk:
        await desk.trader().enable(**FREE)
        await desk.trader().bars(a_bar("09:00"))
        announced = list(desk.announced)
        with steps.of(desk.engine):
            steps.arm(Fault("lost", lambda _: lose(file), step), 1)
            with pytest.raises(FileLost, match=f"{DELETED if lose is delete else REPLACED}: {UNTIL}"):
                await desk.trader().send(a_signal(quantity="1"))
            assert steps.was_injected
        assert desk.announced == announced
        with pytest.raises(FileLost):
            await desk.trader().send(a_signal(quantity="1"), 2)


async def test_a_reopened_connection_does_not_take_another_file_for_the_desks(sqlite_url: str) -> None:
    url = url_of(sqlite_url)
    file = database_file(url)
    make_file(sqlite_url)
    writer, reader = LoopEngine(write_engine(url, file=file)), LoopEngine(read_engine(url, file=file))
    await rows(writer, tables.desk)
    path = Path(url.database or "")
    replace(path)
    with pytest.raises(FileLost, match=REPLACED):
        await _read(reader)
    delete(path)
    with pytest.raises(FileLost, match=DELETED):
        await _read(reader)
    assert identity(path) is None
    await writer.dispose()
    await reader.dispose()


async def _read(engine: LoopEngine) -> None:
    async with Database(engine.sync_engine).snapshot():
        raise AssertionError("another file was read")


# What is no desk's file


@pytest.mark.parametrize("command", ["serve", "verify"])
def test_an_empty_file_is_refused(tmp_path: Path, command: str) -> None:
    (tmp_path / FILE).touch()
    sentence = "is empty, which no desk is: restore a backup there, or delete it to start afresh"
    assert papertape(command, folder=tmp_path) == Finished(1, "", f"papertape: {FILE} {sentence}\n")
    assert [(path.name, path.stat().st_size) for path in tmp_path.iterdir()] == [(FILE, 0)]


def test_the_lock_holds_for_a_second_name_of_the_file(tmp_path: Path) -> None:
    with serving(folder=tmp_path) as server:
        (tmp_path / "link.sqlite3").symlink_to(FILE)
        by_link = papertape("serve", "--port", "0", "--database-url", "sqlite:///link.sqlite3", folder=tmp_path)
        os.link(tmp_path / FILE, tmp_path / "hardlink.sqlite3")
        by_hard_link = papertape(
            "serve", "--port", "0", "--database-url", "sqlite:///hardlink.sqlite3", folder=tmp_path
        )
        server.await_ready()
        assert server.stop() == 0
    assert by_link.complaint.startswith(f"papertape: {tmp_path / FILE} is held by process {server.process.pid} ")
    assert by_hard_link.err == (
        "papertape: hardlink.sqlite3 has 2 names (hard links), and a desk's file must have one: "
        "remove the others, or copy it to a file of its own\n"
    )
    assert not list(tmp_path.glob("hardlink.sqlite3?*"))


def test_a_database_is_renamed_with_all_its_files_to_a_name_that_is_free(tmp_path: Path) -> None:
    for name in ("a", "a-wal", "a-shm", "a.old", "a.old-2-shm", "ab"):
        (tmp_path / name).write_text(name)
    assert set_aside(tmp_path / "a", "old") == tmp_path / "a.old-3"
    contents = {path.name: path.read_text() for path in tmp_path.iterdir()}
    moved = {"a.old-3": "a", "a.old-3-wal": "a-wal", "a.old-3-shm": "a-shm"}
    assert contents == {**moved, "a.old": "a.old", "a.old-2-shm": "a.old-2-shm", "ab": "ab"}
