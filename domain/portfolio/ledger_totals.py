"""A session's running totals (R28-R33)."""

from decimal import Decimal

from domain.money import ZERO
from domain.portfolio.trade_counts import TradeCounts
from domain.records import dataclass


@dataclass(frozen=True, slots=True)
class LedgerTotals(TradeCounts):
    """A session's cash, what it has earned and paid, and what it has traded.

    Positions are counted as they are opened, those of CRYPTO apart.
    """

    cash: Decimal
    realized_pnl: Decimal = ZERO
    commission: Decimal = ZERO
    slippage: Decimal = ZERO
    crypto_positions: int = 0
    other_positions: int = 0
