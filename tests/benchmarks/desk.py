"""Our side of every measurement: desks with accounts and positions in them, and how they are asked and served.

Whatever else changes in the desk, what `make bench` knows of it stands here.
"""

import asyncio
import json
import shutil
import sqlite3
import sys
import uuid
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, AbstractContextManager, asynccontextmanager, closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import asyncpg

from api.application.command_payload import CommandPayload
from api.application.services import Services
from api.bootstrap import running_desk
from api.choices import ClockKind
from api.codec.ids import account_id, signal_key
from api.settings import ServerSettings
from domain.engine.commands import Command, Enable, ExecuteSignal, Ingest
from domain.market.bar import Bar
from domain.orders.request import Request
from domain.orders.side import Side
from tests.benchmarks.processes import Child, Served, child, free_port, served
from tests.databases import migrate_database
from tests.service.desks import kind_of, sent_of

FIRST = datetime(2020, 1, 1, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
PRICE = Decimal(100)
STOP = Decimal(95)
CAPITAL = Decimal(100_000_000)
EXITS = 20
"""How many positions a batch of bars takes out, of those that may leave."""

_AT_ONCE = 1_000
SIGNAL = """mutation Send($input: ExecuteSignalInput!) { executeSignal(input: $input) {
  signal { signalId status } position { id entryPrice } errors { code message } } }"""
SUBSCRIPTION = """subscription { positionEvents(account: "bench-0") {
  cursor kind position { id signalId symbol lastPrice openRisk } } }"""
POSITIONS = """query Positions($name: String!) { positions(account: $name, filter: {open: true}, first: 50) { nodes {
  id symbol side status openQuantity entryPrice entryTime stopLoss target1 target2 campaignId lastPrice unrealizedPnl
  commission openRisk } } }"""
BARS = "mutation Send($input: IngestBarsInput!) { ingestBars(input: $input) { applied fills errors { code } } }"
SIGNALS = """mutation Send($input: ExecuteSignalsInput!) { executeSignals(input: $input) { results {
  signal { signalId status } position { id entryPrice } errors { code message } } errors { code message } } }"""
ACCOUNT = """query Account($name: String!) { account(name: $name) {
  equity cash buyingPower heatPercent openPositions tradeCount currentDrawdown } }"""


@dataclass(frozen=True, slots=True)
class Holding:
    """What a desk holds as a measurement begins: accounts by name with their number of positions of one share, dealt
    over the first symbols.

    `leaving` positions have a target that one batch of bars after another reaches, 20 each. Accounts that are
    `invested` have half their capital in their positions, so that their limits are near enough to be watched; others
    have as much as there can be. `refused` is how many signals were refused.
    """

    accounts: tuple[tuple[str, int], ...]
    symbols: int
    leaving: int = 0
    invested: bool = False
    daily_loss: bool = False
    refused: int = 0

    @classmethod
    def evenly(cls, positions: int, accounts: int, symbols: int, **others: Any) -> "Holding":
        """So many positions, dealt evenly to so many accounts."""
        share, rest = divmod(positions, accounts)
        return cls(tuple((account(index), share + (index < rest)) for index in range(accounts)), symbols, **others)

    @property
    def positions(self) -> int:
        """How many positions there are."""
        return sum(number for _, number in self.accounts)


def account(index: int) -> str:
    """The name of an account."""
    return f"bench-{index}"


def symbol(index: int) -> str:
    """The name of a symbol."""
    return f"S{index:03}"


@dataclass
class Desk:
    """A running desk in this process, on the market's clock."""

    services: Services
    minutes: int = 0
    batches: int = 0

    async def send(self, *commands: Command) -> list[CommandPayload]:
        """Carry commands out through the writer, all waiting at once; none may be refused."""
        payloads = await self.decide(*commands)
        assert all(payload.result.refusal is None for payload in payloads), payloads[0].result.refusal
        return payloads

    async def decide(self, *commands: Command) -> list[CommandPayload]:
        """Carry commands out through the writer, all waiting at once."""
        return await asyncio.gather(*(self.carry_out(command, sent_of(command)) for command in commands))

    async def carry_out(self, command: Command, sent: str) -> CommandPayload:
        """Carry a command out through the writer, with the text that it came as: a door has made both by then."""
        execute = self.services.dispatcher.writer.execute
        return await execute(command, account=None, kind=kind_of(command), sent=sent)

    def signal(self, name: str, of: str, target: Decimal = PRICE * 10) -> ExecuteSignal:
        """A new signal of one share at the last price."""
        id_ = uuid.uuid4()
        request = Request(symbol=of, side=Side.LONG, stop_loss=STOP, target1=target, quantity=Decimal(1))
        return ExecuteSignal(name, signal_key(name, id_), id_, request)

    def bars(self, symbols: int) -> Ingest:
        """The next minute of each symbol. Prices wander a little; of the first twenty, each reaches a new high."""
        start = FIRST + self.minutes * MINUTE
        self.minutes += 1
        self.batches += 1
        return Ingest([self._bar(index, start) for index in range(symbols)])

    def _bar(self, index: int, start: datetime) -> Bar:
        close = PRICE + Decimal((index + self.batches) % 7 - 3) / 10
        high = reached(self.batches) if index < EXITS else PRICE + 1
        return Bar(symbol(index), start, start + MINUTE, open=PRICE, high=high, low=PRICE - 1, close=close)


def reached(batch: int) -> Decimal:
    """The high of the nth batch, to which the target of each position that leaves in it stands."""
    return PRICE + 1 + Decimal(batch) / 10


@asynccontextmanager
async def desk_on(url: str) -> AsyncIterator[Desk]:
    """A desk that runs in this process, on a database in the newest shape."""
    async with running_desk(ServerSettings(database_url=url, clock=ClockKind.MARKET)) as desk:
        yield Desk(desk.services)


def sqlite_url(file: Path) -> str:
    """The URL of a file."""
    return f"sqlite:///{file}"


async def fill(url: str, holding: Holding) -> None:
    """Bring a new database to what a measurement begins with, through the writer."""
    await migrate_database(url)
    async with desk_on(url) as desk:
        await desk.send(_first_bars(max(holding.symbols, 1)))
        enabling = [Enable(name, account_id(name), _settings(holding, number)) for name, number in holding.accounts]
        await _in_groups(desk, enabling)
        await _in_groups(desk, _signals(desk, holding))
        await _refuse(desk, holding)


def _settings(holding: Holding, positions: int) -> dict[str, Decimal]:
    capital = max(2 * PRICE * positions, Decimal(1_000)) if holding.invested else CAPITAL
    return {"starting_capital": capital, **({"max_daily_loss_percent": Decimal(2)} if holding.daily_loss else {})}


def _first_bars(symbols: int) -> Ingest:
    start = FIRST - MINUTE
    return Ingest([Bar(symbol(index), start, FIRST, PRICE, PRICE, PRICE, PRICE) for index in range(symbols)])


def _signals(desk: Desk, holding: Holding) -> list[Command]:
    """The nth position that is to leave stands in the symbol n modulo 20, and leaves in the batch n by 20."""
    targets = [reached(1 + index // EXITS) for index in range(holding.leaving)]
    signals: list[Command] = []
    for name, number in holding.accounts:
        for _ in range(number):
            index = len(signals)
            target = targets[index] if index < len(targets) else PRICE * 10
            of = symbol(index % EXITS if index < len(targets) else index % holding.symbols)
            signals.append(desk.signal(name, of, target))
    return signals


async def _in_groups(desk: Desk, commands: Sequence[Command]) -> None:
    for first in range(0, len(commands), _AT_ONCE):
        await desk.send(*commands[first : first + _AT_ONCE])


async def _refuse(desk: Desk, holding: Holding) -> None:
    """Let the journal grow by signals that are refused: their target lies below the price."""
    name = holding.accounts[0][0]
    for first in range(0, holding.refused, _AT_ONCE):
        commands = [desk.signal(name, symbol(0), PRICE - 1) for _ in range(min(_AT_ONCE, holding.refused - first))]
        await desk.decide(*commands)


class Filled:
    """Databases that are filled once, and copied for each use."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._files: dict[Holding, asyncio.Task[Path]] = {}
        self._copies = 0

    async def copy(self, holding: Holding, folder: Path) -> str:
        """The URL of a new file that holds this."""
        if holding not in self._files:
            file = self._folder / f"filled-{len(self._files)}.sqlite3"
            self._files[holding] = asyncio.create_task(_fill_aside(file, holding))
        filled = await self._files[holding]
        self._copies += 1
        target = folder / f"copy-{self._copies}.sqlite3"
        shutil.copyfile(filled, target)
        return sqlite_url(target)


@asynccontextmanager
async def filled_once(holding: Holding, folder: Path) -> AsyncIterator[str]:
    """The URL of a file that holds this, and is removed at the end."""
    with TemporaryDirectory(dir=folder) as name:
        yield sqlite_url(await _fill_aside(Path(name) / "filled.sqlite3", holding))


async def _fill_aside(file: Path, holding: Holding) -> Path:
    """Fill in a process of its own, which takes its memory with it."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.benchmarks.filling", sqlite_url(file), stdin=asyncio.subprocess.PIPE
    )
    await process.communicate(json.dumps(_json_of(holding)).encode())
    assert process.returncode == 0
    checkpoint(sqlite_url(file))
    return file


def checkpoint(url: str) -> None:
    """Bring all that is in the log of a SQLite database into its file."""
    with closing(sqlite3.connect(url.partition(":///")[2])) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def in_child(url: str, symbols: int, accounts: int, leaving: int = 0) -> AbstractAsyncContextManager[Child]:
    """A desk in a process of its own: `bars` are batches of this many symbols, in which so many positions leave;
    `signals` are dealt to the first accounts."""
    return child("desk_child", url, str(symbols), str(accounts), str(leaving))


def postgres_url(created: str) -> str:
    """The URL of a database of PostgreSQL, as a desk is given it."""
    return created.replace("postgresql+asyncpg", "postgresql")


def _json_of(holding: Holding) -> dict[str, Any]:
    return {name: getattr(holding, name) for name in Holding.__slots__}


def serving(url: str, folder: Path, workers: int = 1, options: Sequence[str] = ()) -> AbstractContextManager[Served]:
    """`papertape serve` on a database."""
    port = free_port()
    papertape = Path(sys.executable).with_name("papertape")
    command = [str(papertape), "serve", "--database-url", url, "--port", str(port), "--workers", str(workers), *options]
    return served(command, port, folder / f"papertape-{port}.log")


def graphql(document: str, variables: dict[str, Any]) -> bytes:
    """The body of a request."""
    return json.dumps({"query": document, "variables": variables}).encode()


def executed(answer: bytes) -> dict[str, str]:
    """What a signal was answered, in the words that all contenders share. It must have been executed."""
    return _execution(json.loads(answer)["data"]["executeSignal"])


def all_executed(answer: bytes) -> list[dict[str, str]]:
    """What signals that were sent together were answered."""
    return [_execution(payload) for payload in json.loads(answer)["data"]["executeSignals"]["results"]]


def _execution(payload: dict[str, Any]) -> dict[str, str]:
    signal, position = payload["signal"], payload["position"]
    assert signal is not None, payload
    return {"signalId": signal["signalId"], "status": signal["status"], "entryPrice": position["entryPrice"]}


async def rows(url: str, table: str) -> int:
    """How many rows a table has, as somebody else reads them."""
    count = f"SELECT count(*) FROM {table}"  # noqa: S608 - a name of ours
    if not url.startswith("postgresql"):
        with closing(sqlite3.connect(url.partition(":///")[2])) as connection:
            return int(connection.execute(count).fetchone()[0])
    server = await asyncpg.connect(url.replace("postgresql+asyncpg", "postgresql"))
    try:
        return int(await server.fetchval(count))
    finally:
        await server.close()
