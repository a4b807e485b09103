"""A session's running totals (R28-R33)."""

from dataclasses import dataclass
from decimal import Decimal

from domain.money import ZERO
from domain.portfolio.trade_counts import TradeCounts


@dataclass(frozen=True, slots=True)
class LedgerTotals(TradeCounts):
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
