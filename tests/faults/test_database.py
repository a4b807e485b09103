"""The database is lost and comes back, or a process freezes with a lock; the desk reports it and recovers by itself."""

import asyncio
import json
import signal
import sqlite3
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from resource import RLIM_INFINITY, RLIMIT_FSIZE, prlimit
from typing import Any

import asyncpg
import pytest
from sqlalchemy import make_url

from tests.faults.proxy import Proxy, proxied
from tests.faults.scale import sized
from tests.faults.small_desk import COUNT, ask, desk_at, done, is_unavailable, readiness, send, verified
from tests.processes import Server, serving, wait_until

FOLLOW = "subscription ($after: String) { signalEvents(after: $after) { cursor signal { signalId } } }"
Count = Callable[[str, object], None]


@dataclass
class Follower:
    """Follows signals over server-sent events in a thread of its own, on one connection."""

    server: Server
    after: str | None = None
    seen: list[int] = field(default_factory=list)
    ended: str | None = None
    is_open: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        body = {"query": FOLLOW, "variables": {"after": self.after}}
        headers = {"accept": "text/event-stream"}
        with self.server.http.stream("POST", "/graphql", json=body, headers=headers, timeout=None) as stream:
            self.is_open.set()
            for line in stream.iter_lines():
                if line.startswith("data: "):
                    self._take(json.loads(line.removeprefix("data: ")))

    def _take(self, answer: dict[str, Any]) -> None:
        if "errors" in answer:
            self.ended = answer["errors"][0]["extensions"]["code"]
        else:
            self.seen.append(uuid.UUID(answer["data"]["signalEvents"]["signal"]["signalId"]).int)


@contextmanager
def following(server: Server) -> Iterator[Follower]:
    """A follower of what happens from now on, until the server ends."""
    follower = Follower(server, server.query("{ account { cursor } }")["account"]["cursor"])
    thread = threading.Thread(target=follower.run)
    thread.start()
    assert follower.is_open.wait(30)
    try:
        yield follower
    finally:
        server.stop()
        thread.join()


def run_concurrently(*actions: Callable[[], Any]) -> list[Any]:
    """The results of actions run concurrently."""
    with ThreadPoolExecutor(len(actions)) as pool:
        return [task.result() for task in [pool.submit(action) for action in actions]]


def timed(action: Callable[[], Any]) -> tuple[Any, float]:
    started = time.monotonic()
    return action(), time.monotonic() - started


# Away and back


@pytest.mark.parametrize("interrupt", sized([Proxy.cut], [Proxy.cut, Proxy.silence]), ids=lambda fault: fault.__name__)
def test_while_the_database_is_away_the_desk_says_so_and_when_it_is_back_it_goes_on(
    postgres_url: str, tmp_path: Path, interrupt: Callable[[Proxy], None], record_property: Count
) -> None:
    beside = tmp_path / "beside"
    beside.mkdir()
    with (
        proxied(postgres_url) as (proxy, through),
        desk_at(through, tmp_path) as server,
        serving("--database-url", postgres_url, "--clock", "market", folder=beside) as other,
        following(server) as follower,
    ):
        assert send(server, 1) == done()
        wait_until(lambda: follower.seen == [1], "the first signal was not streamed")
        interrupt(proxy)
        (changed, changing), (asked, asking), (followed, _), ready = run_concurrently(
            lambda: timed(lambda: send(server, 2)),
            lambda: timed(lambda: ask(server, COUNT)),
            lambda: timed(lambda: stream_error_code(server)),
            lambda: readiness(server),
        )
        assert is_unavailable(changed), changed
        assert is_unavailable(asked), asked
        assert followed == "UNAVAILABLE"
        assert (ready[0], ready[1]["database"]) == (503, False)
        assert readiness(server)[1]["writer"] is False
        record_property("seconds until a mutation was answered", round(changing, 1))
        record_property("seconds until a query was answered", round(asking, 1))
        assert [send(other, number) for number in (3, 4)] == [done(), done()]
        assert follower.seen == [1]
        proxy.restore()
        back = time.monotonic()
        wait_until(lambda: readiness(server)[0] == 200, "the desk was not ready again")
        wait_until(lambda: follower.seen == [1, 3, 4], "the stream did not go on")
        record_property("seconds until it went on", round(time.monotonic() - back, 1))
        assert send(server, 2) == done()
        assert ask(server, COUNT)["data"]["signals"]["totalCount"] == 4
        wait_until(lambda: follower.seen == [1, 3, 4, 2], "the stream did not go on")
        assert follower.ended is None
    verified(postgres_url, tmp_path)


def stream_error_code(server: Server) -> str | None:
    """The code with which a new subscription ends."""
    follower = Follower(server)
    follower.run()
    return follower.ended


# A process frozen in the middle of a transaction

WAITING = "wait_event_type = 'Lock'"
IDLE = "state = 'idle in transaction'"
SESSIONS = """SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()
              AND query LIKE 'WITH into_0 AS (INSERT INTO commands%' AND """


class Postgres:
    """Two sessions beside the servers': one that holds a lock they need, and one that observes theirs."""

    def __init__(self, url: str) -> None:
        plain = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
        self._runner = asyncio.Runner(loop_factory=asyncio.new_event_loop)
        self._holding, self._observing = (self._runner.run(asyncpg.connect(plain)) for _ in range(2))

    def hold_commands(self) -> None:
        """Lock the table of commands."""
        self._runner.run(self._holding.execute("BEGIN; LOCK TABLE commands IN EXCLUSIVE MODE"))

    def release(self) -> None:
        self._runner.run(self._holding.execute("ROLLBACK"))

    def storing(self, condition: str) -> int:
        """How many sessions have begun to store a command, and are in the given state."""
        number: int = self._runner.run(self._observing.fetchval(SESSIONS + condition))
        return number

    def close(self) -> None:
        for session in (self._holding, self._observing):
            self._runner.run(session.close())
        self._runner.close()


def test_a_process_that_freezes_in_a_transaction_loses_its_lock_to_the_others(
    postgres_url: str, tmp_path: Path, record_property: Count
) -> None:
    beside = tmp_path / "beside"
    beside.mkdir()
    with (
        desk_at(postgres_url, tmp_path) as frozen,
        serving("--database-url", postgres_url, "--clock", "market", folder=beside) as other,
        closing(Postgres(postgres_url)) as postgres,
        ThreadPoolExecutor() as pool,
    ):
        # What stores another signal of a symbol is prepared by the second of them.
        assert [send(frozen, 3), send(frozen, 4)] == [done(), done()]
        postgres.hold_commands()
        answer = pool.submit(send, frozen, 1)
        wait_until(lambda: postgres.storing(WAITING) == 1, "the signal's transaction did not begin")
        frozen.process.send_signal(signal.SIGSTOP)
        postgres.release()
        wait_until(lambda: postgres.storing(IDLE) == 1, "the frozen process does not hold the desk")
        taken, waited = timed(lambda: send(other, 2))
        assert taken == done()
        record_property("seconds until another process had the lock", round(waited, 1))
        frozen.process.send_signal(signal.SIGCONT)
        assert is_unavailable(answer.result()), answer.result()
        assert ask(frozen, COUNT)["data"]["signals"]["totalCount"] == 3
        assert [send(frozen, 1), send(other, 1), send(frozen, 2)] == [done(), done(replayed=True), done(replayed=True)]
    verified(postgres_url, tmp_path)


# SQLite


def test_while_another_program_holds_the_file_the_desk_says_so_and_then_goes_on(
    tmp_path: Path, record_property: Count
) -> None:
    with desk_at("sqlite:///papertape.sqlite3", tmp_path) as server:
        with closing(sqlite3.connect(tmp_path / "papertape.sqlite3", isolation_level=None)) as program:
            program.execute("BEGIN IMMEDIATE")
            answer, waited = timed(lambda: send(server, 1))
            assert is_unavailable(answer), answer
            assert ask(server, COUNT)["data"]["signals"]["totalCount"] == 0
            program.execute("ROLLBACK")
        assert send(server, 1) == done()
        record_property("seconds until it was answered", round(waited, 1))
        assert server.stop() == 0
    verified("sqlite:///papertape.sqlite3", tmp_path)


def test_while_the_disk_is_full_the_desk_says_so_and_then_goes_on(tmp_path: Path, record_property: Count) -> None:
    """No file of the server's process may grow: not the database's, and not its log."""
    with desk_at("sqlite:///papertape.sqlite3", tmp_path) as server:
        wal = tmp_path / "papertape.sqlite3-wal"
        taken = 0
        prlimit(server.process.pid, RLIMIT_FSIZE, (wal.stat().st_size, RLIM_INFINITY))
        while (answer := send(server, taken + 1)) == done():
            taken += 1
        assert is_unavailable(answer), answer
        assert is_unavailable(send(server, taken + 1))
        assert ask(server, COUNT)["data"]["signals"]["totalCount"] == taken
        prlimit(server.process.pid, RLIMIT_FSIZE, (RLIM_INFINITY, RLIM_INFINITY))
        assert send(server, taken + 1) == done()
        record_property("signals until it was full", taken)
        assert server.stop() == 0
    verified("sqlite:///papertape.sqlite3", tmp_path)
