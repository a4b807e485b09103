"""What counts of trades say, whoever keeps them."""

from decimal import Decimal

from domain.money import HUNDRED, ZERO, mean, product


class TradeCounts:
    """How many trades there were and won, and the sum of their R multiples, to 24 places."""

    __slots__ = ()

    trades: int
    wins: int
    r_total: Decimal

    @property
    def win_rate(self) -> Decimal | None:
        """Wins in percent of all trades, unrounded; None without trades."""
        return mean(product(HUNDRED, ZERO + self.wins), self.trades)

    @property
    def average_r(self) -> Decimal | None:
        """Mean R multiple, expectancy in units of risk, unrounded; None without trades."""
        return mean(self.r_total, self.trades)
