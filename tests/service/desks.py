"""Desks on real databases: commands to them, their records, and the verification of these."""

import io
import json
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, fields
from datetime import datetime
from decimal import Decimal
from functools import cache
from typing import Any
from uuid import UUID

from rich.console import Console
from sqlalchemy import Column, Connection, Table, event, select
from strawberry import UNSET

from api.application.command_payload import CommandPayload
from api.application.metrics import Metrics
from api.application.writer import Writer
from api.bootstrap import running_desk
from api.choices import ClockKind
from api.cli.verification_report import print_verification
from api.codec.commands import MARKET_DATA_LISTS, CommandKind
from api.codec.ids import account_id, signal_key
from api.codec.json_codec import input_json, plain_data
from api.database_url import database_url
from api.graphql.market.inputs import BarInput, IngestBarsInput, IngestQuotesInput, QuoteInput, RetractMarketDataInput
from api.persistence.chain import ExpectedHead
from api.persistence.columns import metadata
from api.persistence.database import Database
from api.persistence.engines import write_engine
from api.persistence.live_state import LiveState
from api.persistence.tables import chain
from api.replay.retractions import PreparedRetraction
from api.server.running_desk import RunningDesk
from api.settings import ServerSettings
from api.verification.verify import verify
from domain.engine.commands import (
    AmendPosition,
    AmendSignal,
    CancelSignal,
    CloseAll,
    ClosePosition,
    Command,
    CommandId,
    Disable,
    Enable,
    ExecuteSignal,
    Ingest,
    RecordBacktest,
    Reset,
    Resume,
    ReversePosition,
    UpdateSettings,
)
from domain.engine.results import CommandResult
from domain.market.bar import Bar
from domain.market.quote import Quote
from domain.orders.amendment import PositionAmendment, SignalAmendment
from domain.orders.request import Request
from domain.validation import Invalid
from tests.builders import WALL, signal_id
from tests.databases import make_file
from tests.loop_engine import LoopEngine

PATIENCE_SECONDS = 60

Row = dict[str, Any]

BOOKKEEPING = {("accounts", "ordinal"), ("markets", "ordinal"), ("desk", "groups")}
"""Where a row of state was written last, and in how many groups: it depends on how commands were grouped."""


_KINDS: dict[type, CommandKind] = {
    Enable: CommandKind.ENABLE,
    Disable: CommandKind.DISABLE,
    Reset: CommandKind.RESET,
    UpdateSettings: CommandKind.UPDATE_SETTINGS,
    Resume: CommandKind.RESUME,
    ExecuteSignal: CommandKind.EXECUTE_SIGNAL,
    CancelSignal: CommandKind.CANCEL_SIGNAL,
    CloseAll: CommandKind.CLOSE_ALL,
    AmendSignal: CommandKind.AMEND_SIGNAL,
    AmendPosition: CommandKind.AMEND_POSITION,
    ReversePosition: CommandKind.REVERSE_POSITION,
    ClosePosition: CommandKind.CLOSE_POSITION,
    Ingest: CommandKind.INGEST_BARS,
    RecordBacktest: CommandKind.RECORD_BACKTEST,
}


def kind_of(command: Command) -> CommandKind:
    """The mutation by which a command comes."""
    if isinstance(command, Ingest) and any(isinstance(update, Quote) for update in command.updates):
        return CommandKind.INGEST_QUOTES
    return _KINDS[type(command)]


def sent_of(command: Command) -> str:
    """The input of a command that `verify` reads again: market data."""
    if not isinstance(command, Ingest):
        return "{}"
    readable = [plain_data(update) for update in command.updates if not isinstance(update, Invalid)]
    return json.dumps({MARKET_DATA_LISTS[kind_of(command)]: readable})


class Trader:
    """Sends the commands of one account to a writer."""

    def __init__(self, writer: Writer, account: str = "default") -> None:
        self.writer = writer
        self.account = account

    def key(self, number: int) -> UUID:
        """The desk's id of the nth signal, of its position and of its trade."""
        return signal_key(self.account, signal_id(number))

    async def payload(
        self, command: Command, sent: str | None = None, kind: CommandKind | None = None
    ) -> CommandPayload:
        """The payload of a command."""
        account = getattr(command, "account", None)
        kind = kind or kind_of(command)
        return await self.writer.execute(command, account=account, kind=kind, sent=sent or sent_of(command))

    async def execute(
        self, command: Command, sent: str | None = None, kind: CommandKind | None = None
    ) -> CommandResult:
        return (await self.payload(command, sent, kind)).result

    async def enable(self, **settings: Any) -> CommandResult:
        return await self.execute(Enable(self.account, account_id(self.account), settings or None))

    async def disable(self) -> CommandResult:
        return await self.execute(Disable(self.account))

    async def reset(self, session: int | None = None, *, once: int | None = None) -> CommandResult:
        return await self.execute(Reset(self.account, None, session, self.once(once)))

    async def resume(self, *, once: int | None = None) -> CommandResult:
        return await self.execute(Resume(self.account, self.once(once)))

    async def change(self, *, once: int | None = None, **settings: Any) -> CommandResult:
        return await self.execute(UpdateSettings(self.account, settings, self.once(once)))

    def signal(self, request: Request, number: int = 1) -> ExecuteSignal:
        """The nth signal."""
        return ExecuteSignal(self.account, self.key(number), signal_id(number), request)

    async def send(self, request: Request, number: int = 1) -> CommandResult:
        return await self.execute(self.signal(request, number))

    async def cancel(self, number: int, *, once: int | None = None) -> CommandResult:
        return await self.execute(CancelSignal(self.account, self.key(number), signal_id(number), self.once(once)))

    async def amend(self, number: int, *, once: int | None = None, **changes: Any) -> CommandResult:
        """Amend the nth signal's position."""
        amendment, once_id = PositionAmendment(tuple(changes), **changes), self.once(once)
        return await self.execute(AmendPosition(self.account, self.key(number), amendment, command_id=once_id))

    async def amend_signal(self, number: int, *, once: int | None = None, **changes: Any) -> CommandResult:
        """Amend the nth signal, which waits."""
        amendment, named = SignalAmendment(tuple(changes), **changes), (self.key(number), signal_id(number))
        return await self.execute(AmendSignal(self.account, *named, amendment, command_id=self.once(once)))

    async def reverse(self, number: int, request: Request, by: int) -> CommandResult:
        """Reverse the nth signal's position, by another."""
        return await self.execute(ReversePosition(self.account, self.key(number), self.signal(request, by)))

    async def close(self, number: int, *, once: int | None = None, percent: Decimal | None = None) -> CommandResult:
        once_id = self.once(once)
        return await self.execute(ClosePosition(self.account, self.key(number), command_id=once_id, percent=percent))

    async def close_all(self, *, once: int | None = None) -> CommandResult:
        return await self.execute(CloseAll(self.account, command_id=self.once(once)))

    def once(self, number: int | None) -> CommandId | None:
        """The nth id, which signals and commands share."""
        return None if number is None else CommandId(self.key(number), signal_id(number))

    async def quotes(self, *quotes: Quote) -> CommandResult:
        """Quotes, as the API sends them on."""
        sent = input_json(IngestQuotesInput(quotes=list(map(_quote_input, quotes))), UNSET)
        return await self.execute(Ingest(quotes), sent, CommandKind.INGEST_QUOTES)

    async def bars(self, *bars: Bar) -> CommandResult:
        """Bars, as the API sends them on."""
        sent = input_json(IngestBarsInput(bars=list(map(_bar_input, bars))), UNSET)
        return await self.execute(Ingest(bars), sent, CommandKind.INGEST_BARS)

    async def retract(self, symbol: str, since: datetime) -> CommandResult:
        """Take market data back, all of it under the lock."""
        sent = input_json(RetractMarketDataInput(symbol=symbol, from_=since), UNSET)
        retraction = PreparedRetraction(symbol, since)
        result = await self.writer.execute(retraction, account=None, kind=CommandKind.RETRACT_MARKET_DATA, sent=sent)
        return result.result


def _bar_input(bar: Bar) -> BarInput:
    return BarInput(**{field.name: getattr(bar, field.name) for field in fields(Bar)})


def _quote_input(quote: Quote) -> QuoteInput:
    return QuoteInput(**{field.name: getattr(quote, field.name) for field in fields(Quote)})


def write_engine_of(url: str) -> LoopEngine:
    """The writer's engine of a database in the newest shape."""
    make_file(url)
    return LoopEngine(write_engine(database_url(url)))


@dataclass(frozen=True, slots=True)
class RunningWriter:
    """A running writer, with its engine and the ordinals it announced."""

    writer: Writer
    engine: LoopEngine
    announced: list[int]
    live: LiveState

    def trader(self, account: str = "default") -> Trader:
        return Trader(self.writer, account)


@asynccontextmanager
async def running_writer(
    url: str,
    *,
    wall: Callable[[], datetime] = lambda: WALL,
    clock: ClockKind = ClockKind.MARKET,
) -> AsyncIterator[RunningWriter]:
    """A writer without a server, whose wall clock the test sets."""
    engine = write_engine_of(url)
    try:
        async with writer_of(engine, wall=wall, clock=clock) as desk:
            yield desk
    finally:
        await engine.dispose()


@asynccontextmanager
async def writer_of(
    engine: LoopEngine,
    *,
    wall: Callable[[], datetime] = lambda: WALL,
    clock: ClockKind = ClockKind.MARKET,
) -> AsyncIterator[RunningWriter]:
    """A running writer that writes by an engine."""
    announced: list[int] = []
    live = LiveState(is_alone=False)
    async with Database(engine.sync_engine) as database:
        writer = Writer(
            database,
            clock=clock,
            live=live,
            wall=wall,
            announce=announced.append,
            metrics=Metrics(),
        )
        try:
            await writer.start()
            yield RunningWriter(writer, engine, announced, live)
        finally:
            await writer.close()


@asynccontextmanager
async def desk_on(url: str, **settings: Any) -> AsyncIterator[RunningDesk]:
    """A whole desk, on the market's clock."""
    make_file(url)
    chosen = ServerSettings(database_url=url, clock=ClockKind.MARKET, **settings)
    async with running_desk(chosen) as desk:
        yield desk


async def rows(engine: LoopEngine, table: Table) -> list[Row]:
    """All rows of a table, in the order of their keys."""
    async with engine.connect() as connection:
        return await connection.run_sync(_rows, table)


def _rows(connection: Connection, table: Table) -> list[Row]:
    return [dict(row._mapping) for row in connection.execute(select(table).order_by(*table.primary_key))]


async def record(engine: LoopEngine) -> dict[str, list[Row]]:
    """All rows of a database, without its bookkeeping and its chain, which depend on how commands were grouped."""
    async with engine.connect() as connection:
        return await connection.run_sync(_record)


def _record(connection: Connection) -> dict[str, list[Row]]:
    whole = {table.name: _rows(connection, table) for table in metadata.sorted_tables if table is not chain}
    return {name: [_without_bookkeeping(name, row) for row in value] for name, value in whole.items()}


async def raw_record(engine: LoopEngine) -> dict[str, list[tuple[Any, ...]]]:
    """The record in the driver's own values, which compare within one database, at a fraction of the cost."""
    async with engine.connect() as connection:
        results = {name: await connection.exec_driver_sql(query) for name, query in _record_queries().items()}
        return {name: [tuple(row) for row in result] for name, result in results.items()}


@cache
def _record_queries() -> dict[str, str]:
    """As text, since each engine would compile each statement anew."""
    recorded = [table for table in metadata.sorted_tables if table is not chain]
    return {table.name: str(select(*_lasting(table)).order_by(*table.primary_key)) for table in recorded}


def _lasting(table: Table) -> list[Column[Any]]:
    return [column for column in table.columns if (table.name, column.name) not in BOOKKEEPING]


def _without_bookkeeping(table: str, row: Row) -> Row:
    return {name: value for name, value in row.items() if (table, name) not in BOOKKEEPING}


async def verified(url: str) -> str:
    """The output of `papertape verify` for a database without differences."""
    code, output = await verification(url)
    assert code == 0, output
    return output


async def verification(url: str, expect: str | None = None) -> tuple[int, str]:
    """The exit code and the output of `papertape verify`."""
    paper = io.StringIO()
    expected = None if expect is None else ExpectedHead.parse(expect)
    code = print_verification(await verify(database_url(url), expected), Console(file=paper, width=200))
    return code, paper.getvalue()


@dataclass(slots=True)
class Commits:
    """Transactions that an engine has committed."""

    count: int = 0


def counting_commits(engine: LoopEngine) -> Commits:
    commits = Commits()

    def count(_: object) -> None:
        commits.count += 1

    event.listen(engine.sync_engine, "commit", count)
    return commits


def codes(results: Iterable[CommandResult]) -> list[str | None]:
    """The code of each result's refusal."""
    return [None if result.refusal is None else result.refusal.code.value for result in results]


def flat(groups: Iterable[Sequence[Row]]) -> list[Row]:
    return [command for group in groups for command in group]
