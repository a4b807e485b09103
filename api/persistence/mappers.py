"""Rows to values of the domain and back."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from functools import cache, lru_cache, partial
from typing import Any, TypeVar, get_type_hints
from uuid import UUID

from sqlalchemy import Row, Table

from api.codec.commands import CommandEnvelope
from api.codec.json_codec import from_json, to_json
from api.persistence import tables
from domain.analytics.comparison import Backtest, Metrics
from domain.calendar import UTC_ZONE, Zone
from domain.engine.commands import CommandRecord, IdentifiedCommand
from domain.engine.events import CurvePoint, Retraction
from domain.engine.results import Decision
from domain.instruments import AssetClass
from domain.market.bar import Bar
from domain.market.quote import Quote
from domain.market.state import Mark, Market
from domain.orders.signal import Signal
from domain.portfolio.account import Account
from domain.portfolio.fill import Fill
from domain.portfolio.ledger_totals import LedgerTotals
from domain.portfolio.position import Position
from domain.portfolio.session import Session
from domain.portfolio.settings import Settings
from domain.portfolio.trade import Trade
from domain.portfolio.watermarks import EquityWatermarks
from domain.refusals import Refusal

Value = TypeVar("Value")
Values = dict[str, Any]


@dataclass(frozen=True, slots=True)
class BacktestHead:
    """A backtest without its trades and its curve, of which there may be many."""

    id: UUID
    name: str
    source: str
    recorded_at: datetime
    metrics: Metrics
    trade_count: int


_NESTED: dict[type, set[str]] = {
    Signal: {"request", "plan", "refusal"},
    Position: {"plan", "stops", "override_price"},
    Backtest: {"metrics", "trades", "curve"},
    BacktestHead: {"metrics"},
}


def values_of(record: object, table: Table) -> Values:
    """A record's fields as the values of the columns that bear their names."""
    nested = _NESTED.get(type(record), set())
    names = (field.name for field in fields(record) if field.name in table.c)  # type: ignore[arg-type]
    return {name: _stored(getattr(record, name), name in nested) for name in names}


def record_of(cls: type[Value], row: Row[Any], **others: object) -> Value:
    """The record of a class from a row with columns of its fields' names; `others` are fields the row has not."""
    mapping, found = row._mapping, dict(others)
    for name, load in _loaders(cls):  # type: ignore[arg-type]
        if name not in others:
            value = mapping[name]
            found[name] = value if load is None or value is None else load(value)
    return cls(**found)


@cache
def _loaders(cls: type[object]) -> list[tuple[str, Callable[[Any], object] | None]]:
    """How each field of a class is read, if not as it is: worked out once, for it is asked of every row."""
    hints, nested = get_type_hints(cls), _NESTED.get(cls, set())
    names = [field.name for field in fields(cls)]  # type: ignore[arg-type]
    return [(name, partial(_from_json, hints[name]) if name in nested else _ENUMS.get(hints[name])) for name in names]


def _from_json(declared: Any, value: str) -> object:
    return from_json(value, declared)


def _stored(value: Any, nested: bool) -> Any:
    if value is None:
        return None
    if nested:
        return to_json(value)
    return value.value if isinstance(value, Enum) else value


def _enums() -> dict[Any, type[Enum]]:
    """Each enumeration that a record's field may hold, by the field's declared type."""
    declared = {
        hint for cls in (CommandEnvelope, Signal, Position, Trade, Fill) for hint in get_type_hints(cls).values()
    }
    found: dict[Any, type[Enum]] = {}
    for hint in declared:
        for each in (hint, *getattr(hint, "__args__", ())):
            if isinstance(each, type) and issubclass(each, Enum):
                found[hint] = each
    return found


_ENUMS = _enums()


def account_values(account: Account) -> Values:
    """The row of an account."""
    return {
        "id": account.id,
        "name": account.name,
        "enabled": account.enabled,
        "halt_reason": account.halt_reason,
        "settings": to_json(account.settings),
        "session": account.session.number,
        "seq": account.seq,
        "signal_count": account.signal_count,
    }


def signal_values(signal: Signal) -> Values:
    """The row of a signal, but for its seq."""
    return {"symbol": signal.request.symbol, **values_of(signal, tables.signals)}


def signalled_values(signal: Signal) -> Values:
    """The row that says that a session signalled a symbol."""
    return {"account_id": signal.account_id, "session": signal.session, "symbol": signal.request.symbol}


def session_values(account: Account) -> Values:
    """The row of an account's session, with its books."""
    books = values_of(account.books, tables.sessions)
    return {
        "account_id": account.id,
        "settings": to_json(account.settings),
        **values_of(account.session, tables.sessions),
        **books,
    }


def marks_values(account: Account) -> Values:
    """The row of what watching the equity found in a session."""
    return {
        "account_id": account.id,
        "session": account.session.number,
        **values_of(account.marks, tables.marks),
    }


def point_values(point: CurvePoint) -> Values:
    """The row of a point of the equity curve."""
    return values_of(point, tables.equity_points)


def backtest_values(backtest: Backtest) -> Values:
    """The row of a backtest."""
    return {**values_of(backtest, tables.backtests), "trade_count": len(backtest.trades)}


def identity_values(outcome: Decision) -> Values:
    """The columns of a command's row by which it is known again (R5): a signal's own row says what became of it."""
    record, signal = outcome.record, outcome.answer.signal
    if record is None or record.command.command_id is None:
        key = None if signal is None else signal.id
        return {"id": key, "content": None, "refusal": None, "ended_session": None}
    return {
        "id": record.command.command_id.key,
        "content": to_json(record.command, IdentifiedCommand),
        "refusal": None if record.refusal is None else to_json(record.refusal),
        "ended_session": record.ended_session,
    }


def command_record_of(row: Row[Any]) -> CommandRecord:
    """What is remembered of a command that came with an id."""
    return CommandRecord(
        command=from_json(row.content, IdentifiedCommand),
        refusal=None if row.refusal is None else from_json(row.refusal, Refusal),
        ended_session=row.ended_session,
    )


def market_values(market: Market) -> Values:
    """The row of a symbol's market."""
    return {
        "symbol": market.symbol,
        "asset_class": None if market.asset_class is None else market.asset_class.value,
        "last_price": None if market.last is None else market.last.price,
        "last_time": None if market.last is None else market.last.time,
        "bar_end": market.bar_end,
        "volume": market.volume,
        "updates": market.updates,
        "retracted": market.retracted,
    }


def market_of(row: Row[Any]) -> Market:
    """A symbol's market."""
    return Market(
        symbol=row.symbol,
        asset_class=None if row.asset_class is None else AssetClass(row.asset_class),
        last=None if row.last_price is None else Mark(row.last_price, row.last_time),
        bar_end=row.bar_end,
        volume=row.volume,
        updates=row.updates,
        retracted=row.retracted,
    )


def retraction_values(retraction: Retraction) -> Values:
    """The row of a retraction, but for its place in history."""
    return {**market_values(retraction.market), **values_of(retraction, tables.retractions)}


def retraction_of(row: Row[Any]) -> Retraction:
    """A retraction."""
    return record_of(Retraction, row, market=market_of(row))


def quote_values(bar: Bar) -> Values:
    """The row of a quote, which the domain sees as a bar of zero length."""
    return {"symbol": bar.symbol, "time": bar.start, "price": bar.close}


def quote_bar_of(row: Row[Any]) -> Bar:
    """The bar of zero length that a quote acts like."""
    return Quote(row.symbol, row.time, row.price).as_bar()


def session_of(row: Row[Any]) -> Session:
    """A session, without its books, from a row of `sessions_with_zones`."""
    return record_of(Session, row, zone=_zone_of(row.zone))


def zone_values(account_id: UUID, session: Session) -> Values:
    """The row of a session's zone."""
    return {"account_id": account_id, "session": session.number, "zone": to_json(session.zone)}


@lru_cache(maxsize=1_000)
def _zone_of(stored: str | None) -> Zone:
    return UTC_ZONE if stored is None else from_json(stored, Zone)


def market_day_values(symbol: str, day: date, first: int, last: int, hours: int) -> Values:
    """The row of a symbol's day in UTC: where in history its data lies, and in which hours data began, as bits."""
    return {"symbol": symbol, "day": day, "first": first, "last": last, "hours": hours}


def books_of(row: Row[Any]) -> LedgerTotals:
    """A session's books."""
    return record_of(LedgerTotals, row)


def account_of(
    row: Row[Any],
    session: Row[Any],
    marks: Row[Any],
    extremes: Mapping[UUID, Decimal],
    positions: Mapping[UUID, Position],
    working: Mapping[UUID, Signal],
) -> Account:
    """The aggregate of an account from its rows."""
    return Account(
        id=row.id,
        name=row.name,
        settings=from_json(row.settings, Settings),
        enabled=row.enabled,
        halt_reason=row.halt_reason,
        session=session_of(session),
        books=books_of(session),
        positions=positions,
        working=working,
        marks=record_of(EquityWatermarks, marks, extremes=extremes),
        seq=row.seq,
        signal_count=row.signal_count,
    )
