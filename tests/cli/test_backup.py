"""Backups: a whole, checked copy beside a server that writes, which another server can go on with."""

import shutil
import sqlite3
import subprocess
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from tests.cli.trading import COUNTS, SIGNAL, trade
from tests.conftest import sqlite_url_in
from tests.databases import make_file
from tests.processes import papertape, serving
from tests.services import PostgresServer, unavailable


def sound(url: str, folder: Path) -> bool:
    verified = papertape("verify", "--database-url", url, folder=folder)
    return (verified.code, "no differences" in verified.out) == (0, True)


def test_a_copy_is_whole_however_much_is_written_meanwhile(tmp_path: Path) -> None:
    with serving("--clock", "market", folder=tmp_path) as server:
        trade(server)
        done = threading.Event()

        def write() -> None:
            while not done.is_set():
                server.query(SIGNAL)

        writing = threading.Thread(target=write)
        writing.start()
        copies = [papertape("backup", f"copy-{number}.sqlite3", folder=tmp_path) for number in range(3)]
        done.set()
        writing.join()
        assert server.stop() == 0
    assert [(copy.code, copy.err) for copy in copies] == [(0, "")] * 3
    reached = []
    for number, copy in enumerate(copies):
        name = f"copy-{number}.sqlite3"
        assert sound(f"sqlite:///{name}", tmp_path)
        with closing(sqlite3.connect(tmp_path / name)) as connection:
            ordinal, digits = connection.execute("SELECT ordinal, head FROM desk").fetchone()
        assert copy.out == (
            f"{name} is a copy of papertape.sqlite3; `papertape verify` can check it.\nHead {ordinal}:{digits}\n"
        )
        reached.append(ordinal)
    assert reached == sorted(reached)
    assert not list(tmp_path.glob(".papertape-*"))


def test_a_server_goes_on_with_a_copy_where_it_was_made(tmp_path: Path) -> None:
    with serving("--clock", "market", folder=tmp_path) as server:
        trade(server)
        before = server.query(COUNTS)
        assert papertape("backup", "copy.sqlite3", folder=tmp_path).code == 0
        server.query(SIGNAL)
        assert server.stop() == 0
    with serving("--clock", "market", "--database-url", "sqlite:///copy.sqlite3", folder=tmp_path) as restored:
        assert restored.query(COUNTS) == before
        restored.query(SIGNAL)
        assert restored.query(COUNTS)["account"]["openPositions"] == before["account"]["openPositions"] + 1
        assert restored.stop() == 0
    assert sound("sqlite:///copy.sqlite3", tmp_path)


@pytest.mark.parametrize(
    ("prepare", "target", "complaint"),
    [
        (
            lambda folder: (folder / "copy.sqlite3").write_text("mine"),
            "copy.sqlite3",
            "papertape: copy.sqlite3 is there already, and is not overwritten",
        ),
        (
            lambda _: None,
            "nowhere/copy.sqlite3",
            "papertape: cannot back up papertape.sqlite3 to nowhere/copy.sqlite3: [Errno 2] No such file or directory:",
        ),
        (
            lambda folder: (folder / "papertape.sqlite3").write_bytes(b"no database at all" * 100),
            "copy.sqlite3",
            "papertape: cannot back up papertape.sqlite3 to copy.sqlite3: file is not a database",
        ),
        (
            lambda folder: (folder / "papertape.sqlite3").unlink(),
            "copy.sqlite3",
            "papertape: there is no file papertape.sqlite3",
        ),
    ],
    ids=["there already", "no folder", "no database", "no file"],
)
def test_a_failed_backup_is_one_clear_line_and_leaves_nothing(
    tmp_path: Path, prepare: Callable[[Path], object], target: str, complaint: str
) -> None:
    make_file(sqlite_url_in(tmp_path))
    prepare(tmp_path)
    before = {path: path.read_bytes() for path in tmp_path.iterdir()}
    result = papertape("backup", target, folder=tmp_path)
    assert result.code == 1
    assert result.complaint.startswith(complaint)
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_postgresql_is_dumped_and_restored_with_the_commands_that_are_named(
    tmp_path: Path, postgres: PostgresServer, postgres_url: str
) -> None:
    if shutil.which("pg_dump") is None:
        unavailable("no pg_dump")
    with serving("--clock", "market", "--database-url", postgres_url, folder=tmp_path) as server:
        trade(server)
        before = server.query(COUNTS)
        head = papertape("verify", "--database-url", postgres_url, folder=tmp_path).out.splitlines()[-1]
        result = papertape("backup", "desk.dump", "--database-url", postgres_url, folder=tmp_path)
        plain = postgres_url.replace("+asyncpg", "")
        assert result.complaint == (
            f"papertape: PostgreSQL brings its own: pg_dump --format=custom --file=desk.dump {plain}"
        )
        command = result.complaint.partition("its own: ")[2].split()
        subprocess.run(command, cwd=tmp_path, check=True)
        server.query(SIGNAL)
        assert server.stop() == 0
    restored = postgres.create()
    try:
        target = restored.replace("+asyncpg", "")
        result = papertape("restore", "desk.dump", "--database-url", restored, folder=tmp_path)
        assert result.complaint == (
            "papertape: PostgreSQL brings its own: "
            f"pg_restore --clean --if-exists --single-transaction --dbname={target} desk.dump"
        )
        command = result.complaint.partition("its own: ")[2].split()
        for _ in range(2):
            subprocess.run(command, cwd=tmp_path, check=True)
        assert papertape("verify", "--database-url", restored, folder=tmp_path).out.splitlines()[-1] == head
        with serving("--clock", "market", "--database-url", restored, folder=tmp_path) as server:
            assert server.query(COUNTS) == before
            assert server.stop() == 0
    finally:
        postgres.drop(restored)
