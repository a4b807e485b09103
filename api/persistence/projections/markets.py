"""Markets: a row for each symbol that is known, with its asset class once a signal has fixed it (R6)."""

from api.persistence import tables
from api.persistence.projections.projection import Projection, Rows
from domain.market.state import Market


def _rows(market: Market) -> Rows:
    yield {
        "symbol": market.symbol,
        "asset_class": None if market.asset_class is None else market.asset_class.value,
    }


MARKETS = Projection(tables.markets, from_state={Market: _rows}, account=None)
