"""Rows of bars and quotes, each made in one step: most of history is market data."""

from sqlalchemy import Table

from api.persistence import tables
from api.persistence.types import microseconds
from api.persistence.written_rows import StoredRow
from domain.market.quote import Quote
from domain.market.update import MarketUpdate
from domain.money import plain, units_of


def market_data_row(update: MarketUpdate, ordinal: int, command: int, number: int) -> tuple[Table, StoredRow]:
    """The table and the row of a bar or quote at its place in history, which came with a command and has a number."""
    if isinstance(update, Quote):
        time, price = microseconds(update.time), units_of(update.price)
        return tables.quotes, (ordinal, command, update.symbol, time, price, number, None)
    return tables.bars, (
        ordinal,
        command,
        update.symbol,
        microseconds(update.start),
        microseconds(update.end),
        units_of(update.open),
        units_of(update.high),
        units_of(update.low),
        units_of(update.close),
        None if update.volume is None else plain(update.volume),
        number,
        None,
    )
