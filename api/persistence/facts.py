"""Rows of history, but for the journal's: from facts and back."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Row, Table

from api.codec.json_codec import from_json, to_json
from api.persistence import tables
from api.persistence.mappers import Values, record_from_row, values_of
from api.persistence.projections.markets import market_of, market_values
from domain.analytics.comparison import Backtest
from domain.engine.commands import CommandRecord, IdentifiedCommand
from domain.engine.events import Retraction
from domain.engine.results import Decision
from domain.market.bar import Bar
from domain.market.quote import Quote
from domain.market.update import MarketUpdate
from domain.refusals import Refusal

MARKET_DATA: Mapping[Table, type[MarketUpdate]] = {tables.bars: Bar, tables.quotes: Quote}
"""The tables of market data, each with what its rows hold."""


def row_of_fact(fact: MarketUpdate | Backtest | Retraction) -> tuple[Table, Values]:
    """The table of a fact and its row, but for its place in history."""
    match fact:
        case Bar():
            return tables.bars, values_of(fact, tables.bars)
        case Quote():
            return tables.quotes, values_of(fact, tables.quotes)
        case Backtest():
            return tables.backtests, {**values_of(fact, tables.backtests), "trade_count": len(fact.trades)}
        case Retraction():
            return tables.retractions, {**market_values(fact.market), **values_of(fact, tables.retractions)}


def retraction_of(row: Row[Any]) -> Retraction:
    """A retraction."""
    return record_from_row(Retraction, row, market=market_of(row))


def identity_values(decision: Decision) -> Values:
    """The columns of a command's row by which it is known again (R5): a signal's own row says what became of it."""
    record, signal = decision.record, decision.result.signal
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
