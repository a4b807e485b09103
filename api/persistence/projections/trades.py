"""Trades: a row for each."""

from api.persistence import tables
from api.persistence.projections.projection import Projection, Rows
from api.persistence.written_rows import row_writer
from domain.engine.events import JournalEntry, TradeEvent
from domain.portfolio.trade import Trade

_row = row_writer(tables.trades, Trade, "seq")


def _rows(event: TradeEvent, entry: JournalEntry, _: int) -> Rows:
    yield _row(event.trade, entry.seq)


TRADES = Projection(tables.trades, from_event={TradeEvent: _rows}, is_appended=True)
