"""Rows of history, but for the journal's: from facts and back."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Table

from api.codec.json_codec import from_json, to_json
from api.persistence import tables
from api.persistence.mappers import Values, record_from_row, values_of
from domain.analytics.comparison import Backtest
from domain.engine.commands import CommandRecord, IdentifiedCommand
from domain.engine.events import Retraction
from domain.engine.results import Decision
from domain.instruments import AssetClass
from domain.market.bar import Bar
from domain.market.quote import Quote
from domain.market.state import Mark, Market
from domain.market.update import MarketUpdate
from domain.records import dataclass
from domain.refusals import Refusal

_IDS = tuple[UUID, ...]

MARKET_DATA: Mapping[Table, type[MarketUpdate]] = {tables.bars: Bar, tables.quotes: Quote}
"""The tables of market data, each with what its rows hold."""


def backtest_values(backtest: Backtest) -> Values:
    """A backtest's row, but for its place in history."""
    return {**values_of(backtest, tables.backtests), "trade_count": len(backtest.trades)}


def retraction_values(retraction: Retraction) -> Values:
    """A retraction's row, but for its place in history, with how the market stands after it."""
    market = retraction.market
    return {
        **values_of(retraction, tables.retractions),
        "asset_class": None if market.asset_class is None else market.asset_class.value,
        "last_price": None if market.last is None else market.last.price,
        "last_time": None if market.last is None else market.last.time,
        "bar_end": market.bar_end,
        "volume": market.volume,
        "updates": market.updates,
        "retracted": market.retracted,
        "bar_close": market.bar_close,
        "end_before": market.end_before,
    }


def retraction_of(row: Row[Any]) -> Retraction:
    """A retraction."""
    market = Market(
        symbol=row.symbol,
        asset_class=None if row.asset_class is None else AssetClass(row.asset_class),
        last=None if row.last_price is None else Mark(row.last_price, row.last_time),
        bar_end=row.bar_end,
        volume=row.volume,
        updates=row.updates,
        retracted=row.retracted,
        bar_close=row.bar_close,
        end_before=row.end_before,
    )
    return record_from_row(Retraction, row, market=market)


@dataclass(frozen=True, slots=True)
class CommandIdentity:
    """The columns of a command's row by which it is known again (R5)."""

    id: UUID | None = None
    content: str | None = None
    refusal: str | None = None
    ended_session: int | None = None
    closed: str | None = None


def identity_of(decision: Decision) -> CommandIdentity:
    """By which a command is known again: a signal's own row says what became of it."""
    record, signal = decision.record, decision.result.signal
    if record is None or record.command.command_id is None:
        return CommandIdentity(None if signal is None else signal.id)
    return CommandIdentity(
        id=record.command.command_id.key,
        content=to_json(record.command, IdentifiedCommand),
        refusal=None if record.refusal is None else to_json(record.refusal),
        ended_session=record.ended_session,
        closed=to_json(record.closed, _IDS) if record.closed else None,
    )


def command_record_of(row: Row[Any]) -> CommandRecord:
    """What is remembered of a command that came with an id."""
    return CommandRecord(
        command=from_json(row.content, IdentifiedCommand),
        refusal=None if row.refusal is None else from_json(row.refusal, Refusal),
        ended_session=row.ended_session,
        closed=() if row.closed is None else from_json(row.closed, _IDS),
    )
