"""Markets: a row for each symbol, as its market stands."""

from typing import Any

from sqlalchemy import Row

from api.persistence import tables
from api.persistence.mappers import Values
from api.persistence.projections.projection import CurrentMarket, Projection, Rows
from domain.instruments import AssetClass
from domain.market.state import Mark, Market


def market_values(market: Market) -> Values:
    """What is known of a symbol's market, as columns."""
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


def _rows(current: CurrentMarket) -> Rows:
    yield {**market_values(current.market), "recorded_at": current.recorded_at, "ordinal": current.changed}


MARKETS = Projection(tables.markets, from_state={CurrentMarket: _rows}, account=None)


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
