"""What a backtest must be to be kept (R39): trades that can be, a curve in order, a win rate that fits the trades."""

from collections.abc import Sequence
from decimal import Decimal
from itertools import pairwise

from domain.analytics.attribution import ExternalTrade
from domain.analytics.comparison import Backtest, EquityAt
from domain.money import BOUND, ONE, ZERO, difference, percent, plain, ratio
from domain.validation import Invalid, blaming, require, require_amount, require_price, require_symbol, require_text

_ROUNDING = Decimal("0.5")
"""How far a win rate may be from what its trades say: it may have been rounded to a whole percent."""


def require_backtest(backtest: Backtest) -> None:
    """Refuse a backtest that cannot be. Raises Invalid, which names the trade or the point by its index."""
    require_text("name", backtest.name)
    require_text("source", backtest.source)
    drawdown = backtest.metrics.max_drawdown
    require(drawdown is None or drawdown >= ZERO, "`max_drawdown` must not be negative", "metrics")
    _require_trades(backtest.trades)
    _require_curve(backtest.curve)
    if backtest.metrics.win_rate is not None and backtest.trades:
        _require_percent(backtest.metrics.win_rate, backtest.trades)


def _require_trades(trades: Sequence[ExternalTrade]) -> None:
    first: dict[object, int] = {}
    for index, trade in enumerate(trades):
        with blaming("trades", index):
            _require_trade(trade)
            before = first.setdefault(trade.signal_id, index)
            require(before == index, f"send one trade for each `signal_id`; trades[{before}] has the same", "signal_id")


def _require_trade(trade: ExternalTrade) -> None:
    require_symbol(trade.symbol)
    require_price("quantity", trade.quantity)
    require_price("entry_price", trade.entry_price)
    require_price("exit_price", trade.exit_price)
    require_amount("realized_pnl", trade.realized_pnl, at_least=-BOUND)
    require_amount("commission", trade.commission, at_least=-BOUND)
    require(trade.entry_time <= trade.exit_time, "`exit_time` must not be before `entry_time`", "exit_time")


def _require_curve(curve: Sequence[EquityAt]) -> None:
    for index, point in enumerate(curve):
        with blaming("curve", index):
            require_amount("equity", point.equity, at_least=-BOUND)
    for index, (before, point) in enumerate(pairwise(curve), start=1):
        with blaming("curve", index):
            require(before.time < point.time, "the curve's times must rise", "time")


def _require_percent(win_rate: Decimal, trades: Sequence[ExternalTrade]) -> None:
    """A win rate of at most 1 that the trades contradict is taken for a fraction, which the desk does not guess at."""
    wins = sum(1 for trade in trades if trade.realized_pnl > ZERO)
    actual = ratio(percent(Decimal(wins), Decimal(len(trades))))
    if ZERO <= win_rate <= ONE and difference(actual, win_rate).copy_abs() > _ROUNDING:
        raise Invalid(
            f"`win_rate` is in percent: {wins} of the {len(trades)} trades sent earned something, which is "
            f"{plain(actual)}, not {plain(win_rate)}",
            "metrics.win_rate",
        )
