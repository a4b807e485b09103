"""How the market stood when data was retracted, by the data that is still stored."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Table, func, or_, select

from api.persistence import tables
from api.persistence.historical_state import market_at
from domain.instruments import AssetClass
from domain.market.state import Market


def market_after_retraction(
    connection: Connection, symbol: str, ordinal: int, asset_class: AssetClass | None
) -> Market:
    """A symbol's market without what had been retracted by the ordinal of a retraction."""

    def counting(table: Table) -> Sequence[ColumnElement[bool]]:
        return [_is_left(table, ordinal)]

    return market_at(connection, symbol, ordinal, asset_class, counting)


def latest_end_after_retraction(connection: Connection, ordinal: int) -> datetime | None:
    """What the market's clock (R2) showed without what had been retracted by the ordinal of a retraction."""
    ends = []
    for end in (tables.bars.c.end, tables.quotes.c.time):
        query = select(func.max(end)).where(end.table.c.ordinal < ordinal, _is_left(end.table, ordinal))
        ends.append(connection.execute(query).scalar_one())
    return max((end for end in ends if end is not None), default=None)


def _is_left(table: Table, ordinal: int) -> ColumnElement[bool]:
    return or_(table.c.retracted.is_(None), table.c.retracted > ordinal)
