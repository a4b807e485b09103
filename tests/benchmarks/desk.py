"""Desks to measure: databases of their own, accounts, positions, and what is sent to them."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import count, cycle, islice
from pathlib import Path

from api.bootstrap import running_desk
from api.clock import ClockKind
from api.codec.ids import account_id, signal_key
from api.persistence.engines import write_engine
from api.persistence.migrations import migrate
from api.server.running_desk import RunningDesk
from api.settings import ServerSettings
from domain.engine.commands import Command, Enable, ExecuteSignal, Ingest
from domain.engine.results import CommandResult
from domain.market.bar import Bar
from domain.orders.side import Side
from domain.orders.signal import Request
from tests.service.desks import kind_of, sent_of

FIRST = datetime(2020, 1, 1, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
ACCOUNTS = [f"bench-{number}" for number in range(100)]
HUNDRED = Decimal(100)
ROOMY = {"starting_capital": Decimal(100_000_000)}


@dataclass
class Bench:
    """A running desk with a hundred accounts, and endless new signals and bars for them."""

    desk: RunningDesk
    settings: ServerSettings

    def __post_init__(self) -> None:
        self.numbers = count(1)
        self.minutes = 0

    async def send(self, command: Command) -> CommandResult:
        """Carry a command out through the writer, durably."""
        result = await self.desk.services.dispatcher.writer.execute(
            command, account=None, kind=kind_of(command), sent=sent_of(command)
        )
        return result.result

    async def send_together(self, commands: Sequence[Command]) -> None:
        """Carry commands out, all waiting at once."""
        for answer in await asyncio.gather(*(self.send(command) for command in commands)):
            assert answer.refusal is None, answer.refusal

    def signals(self, number: int, accounts: Sequence[str] = ACCOUNTS) -> list[ExecuteSignal]:
        """New signals of one share each, which bring their price and meet no level of theirs, by turns for accounts."""
        return [self._signal(account, next(self.numbers)) for account in islice(cycle(accounts), number)]

    def _signal(self, account: str, number: int) -> ExecuteSignal:
        id_ = uuid.UUID(int=number)
        request = Request(
            symbol="AAPL",
            side=Side.LONG,
            market_price=HUNDRED,
            stop_loss=Decimal(1),
            target1=Decimal(1_000),
            quantity=Decimal(1),
        )
        return ExecuteSignal(account, signal_key(account, id_), id_, request)

    def bars(self, number: int) -> Ingest:
        """The next minutes of AAPL, near 100."""
        started = self.minutes
        self.minutes += number
        return Ingest([a_bar(FIRST + minute * MINUTE) for minute in range(started, self.minutes)])


def a_bar(start: datetime) -> Bar:
    """A minute that goes from 100 to 101 and back."""
    return Bar("AAPL", start, start + MINUTE, open=HUNDRED, high=HUNDRED + 1, low=HUNDRED, close=HUNDRED)


@asynccontextmanager
async def bench_at(url: str) -> AsyncIterator[Bench]:
    """A desk on a new database."""
    settings = ServerSettings(database_url=url, clock=ClockKind.MARKET)
    engine = write_engine(settings.database)
    await migrate(engine)
    await engine.dispose()
    async with running_desk(settings) as desk:
        bench = Bench(desk, settings)
        await bench.send_together([bench.bars(1), *(Enable(name, account_id(name), ROOMY) for name in ACCOUNTS)])
        yield bench


def sqlite_in(folder: Path, name: str) -> str:
    """The URL of a new file."""
    return f"sqlite:///{folder / name}.sqlite3"
