"""What an account is worth at the markets' last prices: equity, exposure, buying power, heat (R18, R19, R29)."""

from collections.abc import Mapping
from decimal import Decimal

from domain.market.state import Mark, Market
from domain.money import ZERO, figure, percent, product, rounded, total
from domain.portfolio.account import Account
from domain.portfolio.position import Position

Markets = Mapping[str, Market]


def mark_of(position: Position, markets: Markets) -> Mark:
    """A position's last price: its signal's own until the symbol's next bar or quote (R15), else the symbol's (R9)."""
    market = markets.get(position.symbol)
    own = position.override_price
    if own is not None and own.market_updates >= (market.updates if market else 0):
        return own.mark
    assert market is not None and market.last is not None  # noqa: S101, PT018 - it was entered at that market's price
    return market.last


def price_of(position: Position, markets: Markets) -> Decimal:
    """A position's last price."""
    return mark_of(position, markets).price


def equity(account: Account, markets: Markets) -> Decimal:
    """Cash + sum of direction x (open quantity x last price, rounded) (R29)."""
    held = account.positions.values()
    return rounded(
        account.totals.cash
        + sum((position.side.sign * position.worth(price_of(position, markets)) for position in held), ZERO)
    )


def total_pnl(account: Account, markets: Markets) -> Decimal:
    """Equity less the session's starting capital: all that was earned, after all costs so far."""
    return rounded(equity(account, markets) - account.session.starting_capital)


def unrealized_pnl(account: Account, markets: Markets) -> Decimal:
    """What the open positions have earned, before commissions (R31)."""
    held = account.positions.values()
    return rounded(sum((position.unrealized_pnl(price_of(position, markets)) for position in held), ZERO))


def open_commission(account: Account) -> Decimal:
    """The entry commission that no exit has taken its share of: total P&L = realized + unrealized - this (R31)."""
    return rounded(sum((position.entry_commission_left for position in account.positions.values()), ZERO))


def gross_exposure(account: Account, markets: Markets) -> Decimal:
    """What the open positions are worth, longs and shorts alike (R19)."""
    return sum((position.worth(price_of(position, markets)) for position in account.positions.values()), ZERO)


def buying_power(account: Account, markets: Markets) -> Decimal:
    """Leverage x equity - gross exposure - what working signals reserve, unrounded (R19)."""
    reserved = sum((signal.reserved_notional for signal in account.working.values()), ZERO)
    power = product(account.settings.leverage, equity(account, markets))
    return total((power, -gross_exposure(account, markets), -reserved))


def risk_at_stake(account: Account, campaign_id: str | None = None) -> Decimal:
    """Open risk plus what working signals reserve, of the account or of one campaign, unrounded (R18)."""
    positions, working = account.positions.values(), account.working.values()
    return total(
        [
            *(position.exact_open_risk for position in positions if campaign_id in (None, position.campaign_id)),
            *(signal.reserved_risk for signal in working if campaign_id in (None, signal.request.campaign_id)),
        ]
    )


def heat_percent(account: Account, markets: Markets) -> Decimal | None:
    """Risk at stake in percent of equity (R18); None where equity is not positive."""
    return percent_of_equity(risk_at_stake(account), equity(account, markets))


def percent_of_equity(value: Decimal, of: Decimal) -> Decimal | None:
    """`value` in percent of a positive equity."""
    return percent(value, of) if of > ZERO else None


def shown_buying_power(account: Account, markets: Markets) -> Decimal:
    """Buying power as it is shown: to 8 places, within the desk's range."""
    return figure(buying_power(account, markets))
