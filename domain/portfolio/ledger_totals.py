from dataclasses import dataclass
from decimal import Decimal

from domain.money import HUNDRED, ZERO, product, quotient


@dataclass(frozen=True, slots=True)
class LedgerTotals:
    """A session's running totals. `r_total` is the sum of the trades' R multiples, to 24 places.

    Positions are counted as they are opened, those of CRYPTO apart.
    """

    cash: Decimal
    realized_pnl: Decimal = ZERO
    commission: Decimal = ZERO
    slippage: Decimal = ZERO
    trades: int = 0
    wins: int = 0
    losses: int = 0
    r_total: Decimal = ZERO
    crypto_positions: int = 0
    other_positions: int = 0

    @property
    def win_rate(self) -> Decimal | None:
        """Wins in percent of all trades, unrounded; None without trades."""
        return quotient(product(HUNDRED, ZERO + self.wins), ZERO + self.trades) if self.trades else None

    @property
    def average_r(self) -> Decimal | None:
        """Mean R multiple, unrounded; None without trades."""
        return quotient(self.r_total, ZERO + self.trades) if self.trades else None
