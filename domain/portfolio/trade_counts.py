"""Counts of completed trades, and the rates that follow from them (R32, R38)."""

from decimal import Decimal
from typing import Self

from domain.money import ZERO, mean, percent, plus, summand
from domain.portfolio.trade import Trade
from domain.records import dataclass, replace


@dataclass(frozen=True, slots=True, kw_only=True)
class TradeCounts:
    """How many trades there were, were won and were lost; of those that have an R multiple, how many, and their sum, to
    24 places.

    A trade that broke even counts in the total only.
    """

    trades: int = 0
    wins: int = 0
    losses: int = 0
    r_count: int = 0
    r_total: Decimal = ZERO

    def with_trade(self, trade: Trade) -> Self:
        """These counts with one more trade."""
        multiple = trade.r_multiple
        return replace(
            self,
            trades=self.trades + 1,
            wins=self.wins + (trade.realized_pnl > ZERO),
            losses=self.losses + (trade.realized_pnl < ZERO),
            r_count=self.r_count + (multiple is not None),
            r_total=self.r_total if multiple is None else plus(self.r_total, summand(multiple)),
        )

    @property
    def win_rate(self) -> Decimal | None:
        """Wins in percent of all trades, unrounded; None without trades."""
        return percent(ZERO + self.wins, ZERO + self.trades) if self.trades else None

    @property
    def average_r(self) -> Decimal | None:
        """Mean R multiple of the trades that have one, expectancy in units of risk, unrounded; None without such."""
        return mean(self.r_total, self.r_count)
