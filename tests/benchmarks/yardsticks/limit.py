"""The limit: hand-written ASGI, whose state is in memory, and which writes the bytes of a signal in grouped commits.

Whatever waits is written in one transaction: SQLite in one thread, PostgreSQL by pipelined statements.
"""

import asyncio
import json
import sqlite3
import sys
from collections.abc import Awaitable, Callable, MutableMapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Protocol

import asyncpg

from tests.benchmarks.yardsticks.serving import serve

JOURNAL_BYTES = 2_800
"""What a desk journals of a signal and its position."""

_SCALE = 100_000_000
_SLIPPAGE = 2 * _SCALE // 10_000
_COMMISSION = 5 * _SCALE // 1_000
_TABLES = (
    "CREATE TABLE IF NOT EXISTS journal (account TEXT, seq BIGINT, payload TEXT, PRIMARY KEY (account, seq))",
    "CREATE TABLE IF NOT EXISTS signals (id TEXT PRIMARY KEY, account TEXT, status TEXT, request TEXT)",
    "CREATE TABLE IF NOT EXISTS positions (id TEXT PRIMARY KEY, account TEXT, symbol TEXT, side TEXT, "
    "quantity BIGINT, price BIGINT, amount BIGINT, commission BIGINT, stop BIGINT, target BIGINT)",
)
_INSERTS = (
    "INSERT INTO journal VALUES (?, ?, ?)",
    "INSERT INTO signals VALUES (?, ?, ?, ?)",
    "INSERT INTO positions VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
)

Message = MutableMapping[str, Any]
Rows = tuple[tuple[Any, ...], ...]
"""A row for each of the tables."""


class Store(Protocol):
    """Where groups of rows are made durable."""

    async def save(self, group: Sequence[Rows]) -> None:
        """Write and commit."""


class SQLiteStore:
    """A file, written by one thread."""

    def __init__(self, file: str) -> None:
        self._thread = ThreadPoolExecutor(1)
        self._connection = sqlite3.connect(file, isolation_level=None, check_same_thread=False)
        for statement in ("PRAGMA journal_mode=WAL", "PRAGMA synchronous=FULL", *_TABLES):
            self._connection.execute(statement)

    async def save(self, group: Sequence[Rows]) -> None:
        """Write and commit."""
        await asyncio.get_running_loop().run_in_executor(self._thread, self._save, group)

    def _save(self, group: Sequence[Rows]) -> None:
        self._connection.execute("BEGIN IMMEDIATE")
        for statement, rows in zip(_INSERTS, zip(*group, strict=True), strict=True):
            self._connection.executemany(statement, rows)
        self._connection.execute("COMMIT")


class PostgresStore:
    """A database on a server."""

    def __init__(self, connection: "asyncpg.Connection[asyncpg.Record]") -> None:
        self._connection = connection

    @classmethod
    async def open(cls, url: str) -> "PostgresStore":
        """Connect, and make the tables."""
        connection = await asyncpg.connect(url.replace("postgresql+asyncpg", "postgresql"))
        for statement in _TABLES:
            await connection.execute(statement)
        return cls(connection)

    async def save(self, group: Sequence[Rows]) -> None:
        """Write and commit."""
        async with self._connection.transaction():
            for table, rows in zip(("journal", "signals", "positions"), zip(*group, strict=True), strict=True):
                await self._connection.copy_records_to_table(table, records=rows)


@dataclass(slots=True)
class Account:
    """What an account holds, in counts of 1e-8."""

    cash: int = 100_000_000 * _SCALE
    gross: int = 0
    at_risk: int = 0
    seq: int = 0


class Limit:
    """The application. All accounts are there, and enabled."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._store: Store
        self._accounts: dict[str, Account] = {}
        self._waiting: list[tuple[Rows, asyncio.Future[None]]] = []
        self._wake = asyncio.Event()

    async def __call__(
        self, scope: Message, receive: Callable[[], Awaitable[Message]], send: Callable[[Message], Awaitable[None]]
    ) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
            return
        body: bytes = (await receive())["body"]
        answer = await self._execute(json.loads(body), body.decode())
        headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(answer))]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": answer})

    async def _live(
        self, receive: Callable[[], Awaitable[Message]], send: Callable[[Message], Awaitable[None]]
    ) -> None:
        await receive()
        if self._url.startswith("postgresql"):
            self._store = await PostgresStore.open(self._url)
        else:
            self._store = SQLiteStore(self._url.partition(":///")[2])
        writing = asyncio.create_task(self._write())
        await send({"type": "lifespan.startup.complete"})
        await receive()
        writing.cancel()
        await send({"type": "lifespan.shutdown.complete"})

    async def _execute(self, signal: dict[str, str], request: str) -> bytes:
        rows, price = self._decided(signal, request)
        durable: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((rows, durable))
        self._wake.set()
        await durable
        plain = f"{price // _SCALE}.{price % _SCALE:08}".rstrip("0")
        key = signal["id"]
        return (
            f'{{"signalId":"{key}","status":"EXECUTED","refusal":null,"positionId":"{key}","entryPrice":"{plain}"}}'
        ).encode()

    def _decided(self, signal: dict[str, str], request: str) -> tuple[Rows, int]:
        """The rows of a signal that is bought at its own price, once it has passed the checks."""
        quantity, raw = int(signal["quantity"]), int(signal["marketPrice"]) * _SCALE
        stop, target = int(signal["stopLoss"]) * _SCALE, int(signal["target1"]) * _SCALE
        price = raw + raw * _SLIPPAGE // _SCALE
        amount, commission, risk = quantity * price, quantity * _COMMISSION, quantity * (price - stop)
        name = signal["account"]
        account = self._accounts.setdefault(name, Account())
        equity = account.cash + account.gross
        assert stop < raw < target
        assert 50 * risk <= equity
        assert 10 * (account.at_risk + risk) <= equity
        assert amount + commission <= equity - account.gross
        account.cash -= amount + commission
        account.gross += quantity * raw
        account.at_risk += risk
        account.seq += 1
        position = (signal["id"], name, signal["symbol"], signal["side"], quantity, price, amount, commission, stop)
        journal = (name, account.seq, request.ljust(JOURNAL_BYTES))
        return (journal, (signal["id"], name, "EXECUTED", request), (*position, target)), price

    async def _write(self) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            group, self._waiting = self._waiting, []
            await self._store.save([rows for rows, _ in group])
            for _, durable in group:
                durable.set_result(None)


if __name__ == "__main__":
    serve(Limit(sys.argv[1]), int(sys.argv[2]))
