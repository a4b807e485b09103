"""How holdings are made from the domain's values."""

from api.graphql.accounts.views import heat_of
from api.graphql.holdings import types
from domain.engine.views import AccountView
from domain.money import figure
from domain.portfolio.holding import Holding
from domain.portfolio.valuation import equity


def holding(view: AccountView, record: Holding) -> types.Holding:
    """What an account holds of a symbol."""
    return types.Holding(
        symbol=record.symbol,
        long_quantity=figure(record.quantity.long),
        short_quantity=figure(record.quantity.short),
        net_quantity=figure(record.quantity.net),
        average_price=record.average_price,
        last_price=record.last_price,
        market_value=record.market_value,
        unrealized_pnl=record.unrealized_pnl,
        realized_pnl=record.realized_pnl,
        total_pnl=record.total_pnl,
        today_pnl=record.today_pnl,
        heat_percent=heat_of(record.open_risk, equity(view.account, view.markets)),
        positions=record.positions,
    )
