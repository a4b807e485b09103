"""`papertape serve --workers`: several processes behind one port, which live and end together."""

import os
import signal
from pathlib import Path

import httpx
import pytest

from tests.conftest import sqlite_url_in
from tests.processes import Server, papertape, serving, wait_until

ENABLE = "mutation { enable { account { name } } }"
WORKERS = 2


def workers(server: Server) -> set[int]:
    """The processes that the first one has begun, without multiprocessing's own."""
    children = Path(f"/proc/{server.process.pid}/task/{server.process.pid}/children").read_text().split()
    return {int(child) for child in children if b"spawn_main" in command_line(child)}


def command_line(process: str) -> bytes:
    """Nothing of a process that has ended."""
    try:
        return Path(f"/proc/{process}/cmdline").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return b""


@pytest.fixture
def arguments(postgres_url: str) -> tuple[str, ...]:
    return ("--workers", str(WORKERS), "--database-url", postgres_url)


def test_workers_serve_one_desk_and_one_that_dies_is_replaced(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    with serving(*arguments, folder=tmp_path) as server:
        before = server.until(lambda running: pids if len(pids := workers(running)) == WORKERS else None, "no workers")
        assert server.query(ENABLE) == {"enable": {"account": {"name": "default"}}}
        os.kill(killed := min(before), signal.SIGKILL)
        after = server.until(
            lambda running: pids if len(pids := workers(running)) == WORKERS and killed not in pids else None,
            "not replaced",
        )
        assert len(after - before) == 1
        assert server.query("{ account { enabled } }") == {"account": {"enabled": True}}
        assert server.stop() == 0
        assert server.out.splitlines()[-1] == "Papertape has stopped."


def test_workers_end_with_the_process_that_began_them(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    with serving(*arguments, folder=tmp_path) as server:
        server.kill()
        wait_until(lambda: is_refused(server), "the port was still served")


def is_refused(server: Server) -> bool:
    try:
        httpx.get(f"http://127.0.0.1:{server.port}/healthz", timeout=5)
    except httpx.ConnectError:
        return True
    except httpx.TransportError:
        return False
    return False


def test_workers_that_cannot_begin_end_the_server(tmp_path: Path, empty_postgres_url: str) -> None:
    options = ("--workers", "2", "--port", "0", "--database-url", empty_postgres_url)
    ended = papertape("serve", *options, folder=tmp_path)
    assert ended.code == 1
    assert "papertape migrate" in ended.err


def test_workers_are_refused_a_sqlite_file(tmp_path: Path) -> None:
    ended = papertape("serve", "--workers", "2", "--database-url", sqlite_url_in(tmp_path), folder=tmp_path)
    assert (ended.code, ended.err) == (
        1,
        "papertape: 2 workers cannot share a SQLite file: use a postgresql:// database, or one worker\n",
    )
