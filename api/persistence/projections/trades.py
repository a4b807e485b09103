"""Trades: a row for each."""

from api.persistence import tables
from api.persistence.mappers import values_of
from api.persistence.projections.projection import Projection, Rows
from domain.engine.events import JournalEntry, TradeEvent


def _rows(event: TradeEvent, entry: JournalEntry, _: int) -> Rows:
    yield {"seq": entry.seq, **values_of(event.trade, tables.trades)}


TRADES = Projection(tables.trades, from_event={TradeEvent: _rows}, is_appended=True)
