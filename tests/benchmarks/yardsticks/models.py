"""The tables of the usual pick, its engines, and what is in them when a measurement begins."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import BigInteger, Connection, Dialect, ForeignKey, Index, String, Text, event, insert, text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship
from sqlalchemy.types import TypeDecorator

from tests.benchmarks.yardsticks.checks import Order, Side, executed

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class Money(TypeDecorator[Decimal]):
    """A number to 8 places, as a 64-bit count of them: exact on both databases."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> int | None:
        """The count."""
        return None if value is None else int(Decimal(value).scaleb(8))

    def process_result_value(self, value: Any, dialect: Dialect) -> Decimal | None:
        """The number."""
        return None if value is None else Decimal(int(value)).scaleb(-8)


class Moment(TypeDecorator[datetime]):
    """A time in UTC, as microseconds since 1970."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> int | None:
        """Microseconds."""
        return None if value is None else (value - _EPOCH) // _MICROSECOND

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """The time."""
        return None if value is None else _EPOCH + value * _MICROSECOND


class Base(DeclarativeBase):
    """The mapped classes."""

    type_annotation_map = {Decimal: Money, datetime: Moment, int: BigInteger}  # noqa: RUF012 - SQLAlchemy's own form


class Account(Base):
    """An account, with what does not follow from its positions."""

    __tablename__ = "accounts"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(64), unique=True)
    enabled: Mapped[bool]
    halted: Mapped[bool]
    leverage: Mapped[Decimal]
    cash: Mapped[Decimal]
    peak: Mapped[Decimal]
    trade_count: Mapped[int]
    seq: Mapped[int]


class Market(Base):
    """A symbol's last price."""

    __tablename__ = "markets"
    symbol: Mapped[str] = mapped_column(String(32), primary_key=True)
    price: Mapped[Decimal]
    time: Mapped[datetime]


class Signal(Base):
    """A signal, and what became of it."""

    __tablename__ = "signals"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"), index=True)
    symbol: Mapped[str] = mapped_column(String(32))
    status: Mapped[str] = mapped_column(String(9))
    refusal: Mapped[str | None] = mapped_column(String(32))
    timestamp: Mapped[datetime]
    request: Mapped[str] = mapped_column(Text)


class Position(Base):
    """What a signal opened, valued at its symbol's last price."""

    __tablename__ = "positions"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    signal_id: Mapped[UUID]
    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"))
    symbol: Mapped[str] = mapped_column(String(32))
    sign: Mapped[int]
    campaign_id: Mapped[str | None] = mapped_column(String(200))
    status: Mapped[str] = mapped_column(String(12))
    open_quantity: Mapped[Decimal]
    entry_price: Mapped[Decimal]
    entry_amount: Mapped[Decimal]
    commission: Mapped[Decimal]
    stop_loss: Mapped[Decimal]
    target1: Mapped[Decimal]
    target2: Mapped[Decimal | None]
    worth: Mapped[Decimal]
    open_risk: Mapped[Decimal]
    fills: Mapped[list["Fill"]] = relationship()
    __table_args__ = (
        Index("ix_positions_open", "account_id", postgresql_where=text("status = 'OPEN'")),
        Index("ix_positions_symbol", "symbol"),
    )


class Fill(Base):
    """One execution."""

    __tablename__ = "fills"
    position_id: Mapped[UUID] = mapped_column(ForeignKey("positions.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    time: Mapped[datetime]
    reason: Mapped[str] = mapped_column(String(9))
    quantity: Mapped[Decimal]
    price: Mapped[Decimal]
    raw_price: Mapped[Decimal]
    amount: Mapped[Decimal]
    slippage: Mapped[Decimal]
    commission: Mapped[Decimal]


class Event(Base):
    """An entry of the journal."""

    __tablename__ = "events"
    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"), primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(32))
    time: Mapped[datetime]
    payload: Mapped[str] = mapped_column(Text)


def open_engine(url: str, *, writes: bool) -> AsyncEngine:
    """An engine whose commits are durable; on SQLite a writing transaction takes the lock as it begins."""
    engine = create_async_engine(url)
    if engine.dialect.name == "sqlite":
        _prepare_sqlite(engine, "BEGIN IMMEDIATE" if writes else "BEGIN")
    return engine


def _prepare_sqlite(engine: AsyncEngine, begin: str) -> None:
    def set_up(connection: Any, _: object) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in ("busy_timeout=10000", "journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    def begin_transaction(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    event.listen(engine.sync_engine, "connect", set_up)
    event.listen(engine.sync_engine, "begin", begin_transaction)


async def fill_tables(url: str, accounts: Sequence[tuple[str, int]], symbols: Sequence[str], last: Decimal) -> None:
    """Make the tables, with accounts of 100 million that hold so many positions of one share, opened at `last`."""
    engine = open_engine(url, writes=True)
    now = datetime.now(UTC)
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
        await connection.execute(insert(Market), [{"symbol": name, "price": last, "time": now} for name in symbols])
        for name, number in accounts:
            await _fill_account(connection, name, [symbols[index % len(symbols)] for index in range(number)], last)
    await engine.dispose()


async def _fill_account(connection: Any, name: str, held: Sequence[str], last: Decimal) -> None:
    now, capital, account_id = datetime.now(UTC), Decimal(100_000_000), uuid4()
    order = Order(uuid4(), name, "", Side.LONG, Decimal(1), last * Decimal("0.95"), last * 10, now)
    done = executed(order, last)
    cash = capital - len(held) * (done.amount + done.commission)
    account = {"id": account_id, "name": name, "enabled": True, "halted": False, "leverage": Decimal(1), "cash": cash}
    await connection.execute(insert(Account), [{**account, "peak": capital, "trade_count": 0, "seq": len(held)}])
    common = {"account_id": account_id, "sign": 1, "status": "OPEN", "open_quantity": Decimal(1), "worth": last}
    levels = {"stop_loss": order.stop_loss, "target1": order.target1, "open_risk": done.risk}
    paid = {"entry_price": done.price, "entry_amount": done.amount, "commission": done.commission}
    rows = [{**common, **levels, **paid, "id": uuid4(), "signal_id": uuid4(), "symbol": symbol} for symbol in held]
    filled = {"number": 1, "time": now, "reason": "ENTRY", "quantity": Decimal(1), "price": done.price}
    costs = {"raw_price": last, "amount": done.amount, "slippage": done.slippage, "commission": done.commission}
    if rows:
        await connection.execute(insert(Position), rows)
        await connection.execute(insert(Fill), [{**filled, **costs, "position_id": row["id"]} for row in rows])
