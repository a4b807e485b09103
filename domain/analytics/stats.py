"""Statistics of a session's trades (R38), and a trade's excursions.

Figures are computed unrounded and given to 12 places; one that is not defined is None, never zero.
"""

from collections.abc import Iterable
from datetime import timedelta
from decimal import Decimal
from enum import Enum
from typing import Self
from uuid import UUID

from domain.durations import seconds
from domain.money import ZERO, difference, mean, plus, quotient, ratio
from domain.orders.side import Side
from domain.portfolio.trade import Trade
from domain.portfolio.trade_counts import TradeCounts
from domain.records import dataclass, replace


class Dimension(Enum):
    """What trades are grouped by; ALL is the whole session, LIVE the trades of live signals, for eligibility (R36)."""

    ALL = "ALL"
    LIVE = "LIVE"
    SYMBOL = "SYMBOL"
    PATTERN = "PATTERN"
    SIDE = "SIDE"
    CAMPAIGN = "CAMPAIGN"
    EXIT_REASON = "EXIT_REASON"


def stats_keys_of(trade: Trade) -> list[tuple[Dimension, str]]:
    """The dimensions and keys whose statistics count a trade."""
    keys = [
        (Dimension.ALL, ""),
        (Dimension.SYMBOL, trade.symbol),
        (Dimension.SIDE, trade.side.value),
        (Dimension.EXIT_REASON, trade.exit_reason.value),
    ]
    if trade.is_live:
        keys.append((Dimension.LIVE, ""))
    if trade.pattern is not None:
        keys.append((Dimension.PATTERN, trade.pattern.value))
    if trade.campaign_id is not None:
        keys.append((Dimension.CAMPAIGN, trade.campaign_id))
    return keys


@dataclass(frozen=True, slots=True)
class TradeStats(TradeCounts):
    """Trades, counted and summed, in the order in which they were completed.

    `losing_run` is the run of losses that the last trades form. Sums of many trades may exceed what the desk takes for
    one amount.
    """

    gross_profit: Decimal = ZERO
    gross_loss: Decimal = ZERO
    commission: Decimal = ZERO
    slippage: Decimal = ZERO
    held: timedelta = timedelta()
    losing_run: int = 0
    longest_losing_run: int = 0
    best_pnl: Decimal | None = None
    best_trade: UUID | None = None
    worst_pnl: Decimal | None = None
    worst_trade: UUID | None = None

    def with_trade(self, trade: Trade) -> Self:
        """These statistics with one more trade."""
        earned = trade.realized_pnl
        run = self.losing_run + 1 if earned < ZERO else 0
        is_best = self.best_pnl is None or earned > self.best_pnl
        is_worst = self.worst_pnl is None or earned < self.worst_pnl
        return replace(
            TradeCounts.with_trade(self, trade),
            gross_profit=plus(self.gross_profit, earned) if earned > ZERO else self.gross_profit,
            gross_loss=difference(self.gross_loss, earned) if earned < ZERO else self.gross_loss,
            commission=plus(self.commission, trade.commission),
            slippage=plus(self.slippage, trade.slippage),
            held=self.held + (trade.exit_time - trade.entry_time),
            losing_run=run,
            longest_losing_run=max(run, self.longest_losing_run),
            best_pnl=earned if is_best else self.best_pnl,
            best_trade=trade.id if is_best else self.best_trade,
            worst_pnl=earned if is_worst else self.worst_pnl,
            worst_trade=trade.id if is_worst else self.worst_trade,
        )

    @property
    def realized_pnl(self) -> Decimal:
        """Net P&L of the trades."""
        return difference(self.gross_profit, self.gross_loss)

    @property
    def break_even(self) -> int:
        """Trades that neither won nor lost."""
        return self.trades - self.wins - self.losses

    @property
    def profit_factor(self) -> Decimal | None:
        """Gross wins / gross losses; None without losses."""
        return quotient(self.gross_profit, self.gross_loss) if self.gross_loss else None

    @property
    def expectancy(self) -> Decimal | None:
        """Mean net P&L."""
        return mean(self.realized_pnl, self.trades)

    @property
    def average_win(self) -> Decimal | None:
        """Mean net P&L of the wins."""
        return mean(self.gross_profit, self.wins)

    @property
    def average_loss(self) -> Decimal | None:
        """Mean net P&L of the losses, as a positive amount."""
        return mean(self.gross_loss, self.losses)

    @property
    def average_holding(self) -> timedelta | None:
        """Mean time from entry to last exit, down to the microsecond."""
        return self.held // self.trades if self.trades else None

    @property
    def average_holding_seconds(self) -> Decimal | None:
        """Mean time from entry to last exit, in seconds."""
        return mean(seconds(self.held), self.trades)


def trade_stats(trades: Iterable[Trade]) -> TradeStats:
    """The statistics of trades, given in the order in which they were completed."""
    stats = TradeStats()
    for trade in trades:
        stats = stats.with_trade(trade)
    return stats


def to_12_places(value: Decimal | None) -> Decimal | None:
    """A figure as it is given: to 12 places."""
    return None if value is None else ratio(value)


def excursions_in_r(trade: Trade, lowest: Decimal, highest: Decimal) -> tuple[Decimal | None, Decimal | None]:
    """How far a trade went against its entry, and how far its way, in units of the risk first taken; never negative."""
    if trade.initial_stop is None or trade.initial_stop == trade.entry_price:
        return None, None
    risk = abs(trade.entry_price - trade.initial_stop)
    worst, best = (lowest, highest) if trade.side is Side.LONG else (highest, lowest)
    adverse, favourable = trade.side.gain(worst, trade.entry_price), trade.side.gain(trade.entry_price, best)
    return quotient(max(ZERO, adverse), risk), quotient(max(ZERO, favourable), risk)
