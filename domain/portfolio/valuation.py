"""What an account is worth at the markets' last prices: equity, exposure, buying power, heat (R18, R19, R29, R31).

It is worked out from sums that fills keep: once in as many steps as symbols are held, and while no price moves in none.
"""

from collections.abc import Mapping
from decimal import Decimal

from domain.market.state import Mark, Market
from domain.money import (
    ZERO,
    difference,
    figure,
    nearest,
    percent,
    plus,
    product,
    rounded,
    total,
)
from domain.portfolio.account import Account
from domain.portfolio.exposure import Amounts
from domain.portfolio.position import Position
from domain.records import dataclass

Markets = Mapping[str, Market]


def mark_of(position: Position, markets: Markets) -> Mark:
    """A position's last price: its signal's own until the symbol's next bar or quote (R15), else the symbol's (R9)."""
    mark = position.mark_at(markets.get(position.symbol))
    assert mark is not None  # noqa: S101 - it was entered at that market's price
    return mark


@dataclass(frozen=True, slots=True)
class Valuation:
    """An account at the markets' last prices. `worth` is what its open positions are worth at them, unrounded."""

    account: Account
    worth: Amounts

    @classmethod
    def of(cls, account: Account, markets: Markets) -> "Valuation":
        """The valuation of an account. Raises OutOfRange where what it holds of a symbol cannot be held (R1)."""
        return cls(account, account.positions.worth(markets))

    @property
    def equity(self) -> Decimal:
        """Cash + what is open, longs less shorts, summed exactly and rounded once (R29). Raises OutOfRange."""
        return rounded(self.account.totals.cash + self._rounded_worth)

    @property
    def market_value(self) -> Decimal:
        """What is open, longs less shorts: equity less cash."""
        return self._rounded_worth

    @property
    def total_pnl(self) -> Decimal:
        """Equity less the session's starting capital: all that was earned, after all costs so far."""
        return rounded(self.equity - self.account.session.starting_capital)

    @property
    def unrealized_pnl(self) -> Decimal:
        """What the open positions have earned, before commissions (R31)."""
        exposures = self.account.positions.exposures.values()
        return rounded(self._rounded_worth - total(exposure.entry_amount for exposure in exposures))

    @property
    def buying_power(self) -> Decimal:
        """Leverage x equity - gross exposure - what working signals reserve, unrounded (R19)."""
        return self.buying_power_of(self.equity)

    def buying_power_of(self, equity: Decimal) -> Decimal:
        """Buying power by the equity, where that is known already."""
        power = product(self.account.settings.leverage, equity)
        return difference(power, plus(self.worth.gross, self.account.working.reserved_notional))

    @property
    def shown_buying_power(self) -> Decimal:
        """Buying power as it is shown: to 8 places, within the desk's range."""
        return figure(self.buying_power)

    @property
    def heat_percent(self) -> Decimal | None:
        """Risk at stake in percent of equity (R18); None where equity is not positive."""
        return percent_of_equity(risk_at_stake(self.account), self.equity)

    @property
    def _rounded_worth(self) -> Decimal:
        return nearest(self.worth.net)


def equity(account: Account, markets: Markets) -> Decimal:
    """What an account is worth (R29). Raises OutOfRange."""
    return Valuation.of(account, markets).equity


def open_commission(account: Account) -> Decimal:
    """The entry commission that no exit has taken its share of: total P&L = realized + unrealized - this (R31)."""
    return rounded(total(exposure.entry_commission for exposure in account.positions.exposures.values()))


def risk_at_stake(account: Account, campaign_id: str | None = None) -> Decimal:
    """Open risk plus what working signals reserve, of the account or of one campaign, unrounded (R18)."""
    return plus(account.positions.open_risk(campaign_id), account.working.risk(campaign_id))


def percent_of_equity(value: Decimal, of: Decimal) -> Decimal | None:
    """`value` in percent of a positive equity."""
    return percent(value, of) if of > ZERO else None
